//! A point on the map, in whole ten-millionths of a degree (about a centimetre), so that it compares and
//! hashes.

/// A point on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Coordinates {
    latitude_e7: i32,
    longitude_e7: i32,
}

/// The point is not on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a point on the map: give a latitude from -90 to 90 and a longitude from -180 to 180 degrees")]
pub struct CoordinatesOutOfRange;

impl Coordinates {
    /// A point, in ten-millionths of a degree north and east.
    pub fn new(latitude_e7: i32, longitude_e7: i32) -> Result<Self, CoordinatesOutOfRange> {
        let on_the_map = (-900_000_000..=900_000_000).contains(&latitude_e7)
            && (-1_800_000_000..=1_800_000_000).contains(&longitude_e7);
        if on_the_map { Ok(Self { latitude_e7, longitude_e7 }) } else { Err(CoordinatesOutOfRange) }
    }

    /// Ten-millionths of a degree north.
    pub const fn latitude_e7(self) -> i32 {
        self.latitude_e7
    }

    /// Ten-millionths of a degree east.
    pub const fn longitude_e7(self) -> i32 {
        self.longitude_e7
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_off_the_map_is_refused() {
        assert!(Coordinates::new(900_000_000, -1_800_000_000).is_ok());
        assert_eq!(Coordinates::new(900_000_001, 0), Err(CoordinatesOutOfRange));
        assert_eq!(Coordinates::new(0, i32::MIN), Err(CoordinatesOutOfRange));
    }
}
