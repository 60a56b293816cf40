//! The source of randomness, handed in by the owner so that a simulation can seed it.
//!
//! It only spreads waits over time. It is no source for ids, keys or tokens.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Draws 64 evenly spread bits at a time.
#[derive(Clone)]
pub struct Entropy(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Entropy {
    /// Wraps a source. It is called from many tasks at once, and must not block.
    pub fn new(source: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// Draws once.
    pub fn draw(&self) -> u64 {
        (self.0)()
    }

    /// `middle`, moved by up to `percent` per cent down or up. Above 100 it counts as 100.
    pub fn around(&self, middle: Duration, percent: u32) -> Duration {
        around(middle, percent, self.draw())
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Entropy")
    }
}

/// The part of `most` that `draw` picks: from nothing up to, but without, all of it.
pub(super) fn part_of(most: Duration, draw: u64) -> Duration {
    // Both factors are below 2^64 (a wait longer than 584 years is cut), so the product fits.
    let nanos = u64::try_from(most.as_nanos()).unwrap_or(u64::MAX);
    let scaled = (u128::from(nanos) * u128::from(draw)) >> 64;
    Duration::from_nanos(u64::try_from(scaled).unwrap_or(u64::MAX))
}

/// `middle`, moved by up to `percent` per cent down or up as `draw` picks. Above 100 it counts as 100.
pub(super) fn around(middle: Duration, percent: u32, draw: u64) -> Duration {
    let reach = middle.saturating_mul(percent.min(100)) / 100;
    middle.saturating_sub(reach).saturating_add(part_of(reach.saturating_mul(2), draw))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ends_of_the_range_are_reached() {
        let ten = Duration::from_secs(10);
        assert_eq!(part_of(ten, 0), Duration::ZERO);
        assert_eq!(part_of(ten, 1 << 63), Duration::from_secs(5));
        assert_eq!(around(ten, 20, 0), Duration::from_secs(8));
        assert_eq!(around(ten, 20, 1 << 63), ten);
        assert!(around(ten, 20, u64::MAX) > Duration::from_millis(11_999));
    }

    proptest! {
        #[test]
        fn jitter_stays_within_its_bounds(millis in 0_u64..1 << 40, percent in 0_u32..200, draw: u64) {
            let middle = Duration::from_millis(millis);
            let reach = middle * percent.min(100) / 100;
            let moved = around(middle, percent, draw);
            prop_assert!(moved + reach >= middle && moved <= middle + reach);
            prop_assert!(part_of(middle, draw) <= middle);
        }
    }
}
