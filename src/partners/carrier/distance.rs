//! How far two points on the map are from each other: for sorting locations and for people to read.
//!
//! Floats are used here because nothing is charged by the result, which is whole metres.

use crate::domain::address::Coordinates;

/// The mean radius of the earth in metres (IUGG).
const EARTH_RADIUS_METRES: f64 = 6_371_008.8;
const DEGREES_PER_STEP: f64 = 1e-7;

/// The distance along the surface in metres, by the haversine formula: right to about half a per cent.
#[expect(clippy::float_arithmetic, reason = "trigonometry; no money depends on it")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "half of the earth's circumference in metres fits into 32 bits and is not negative"
)]
pub fn metres(from: Coordinates, to: Coordinates) -> u32 {
    let radians = |steps: i32| (f64::from(steps) * DEGREES_PER_STEP).to_radians();
    let (from_latitude, to_latitude) = (radians(from.latitude_e7()), radians(to.latitude_e7()));
    let half_latitude = (to_latitude - from_latitude) / 2.0;
    let half_longitude = (radians(to.longitude_e7()) - radians(from.longitude_e7())) / 2.0;
    let chord =
        half_latitude.sin().powi(2) + from_latitude.cos() * to_latitude.cos() * half_longitude.sin().powi(2);
    let metres = 2.0 * EARTH_RADIUS_METRES * chord.clamp(0.0, 1.0).sqrt().asin();
    metres.round() as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(latitude_e7: i32, longitude_e7: i32) -> Coordinates {
        Coordinates::new(latitude_e7, longitude_e7).unwrap()
    }

    #[test]
    fn berlin_and_munich_are_about_504_kilometres_apart() {
        let distance = metres(point(525_200_000, 134_050_000), point(481_351_000, 115_820_000));
        assert!((502_000..506_000).contains(&distance), "{distance}");
    }

    proptest! {
        #[test]
        fn the_way_there_is_as_long_as_the_way_back_and_never_past_the_antipode(
            latitudes in (-900_000_000..=900_000_000, -900_000_000..=900_000_000),
            longitudes in (-1_800_000_000..=1_800_000_000, -1_800_000_000..=1_800_000_000),
        ) {
            let (one, other) = (point(latitudes.0, longitudes.0), point(latitudes.1, longitudes.1));
            prop_assert_eq!(metres(one, other), metres(other, one));
            prop_assert_eq!(metres(one, one), 0);
            prop_assert!(metres(one, other) <= 20_015_200);
        }
    }
}
