//! The breaker's numbers, and why they are what they are.
//!
//! Libraries' defaults (a hundred calls before anything trips) suit busy internal traffic. A shop sees a few
//! payments a second at most and a few an hour at worst, and a lost minute is lost sales.

use std::time::Duration;

/// When a breaker trips, and how it recovers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// How far back the rates look.
    pub window: Duration,
    /// In how many steps the window slides.
    pub buckets: u32,
    /// The least number of calls in the window for a rate to mean anything.
    pub least_calls: u32,
    /// The failure rate that trips, in per cent of the window's calls.
    pub failure_percent: u32,
    /// The number of failures in a row that trips, however long they took to gather.
    pub failures_in_a_row: u32,
    /// The share of slow calls that trips, in per cent of the window's calls.
    pub slow_percent: u32,
    /// A call that took at least this long is slow.
    pub slow_after: Duration,
    /// How long the breaker stays open the first time.
    pub open_first: Duration,
    /// What the time it stays open, which doubles with every failed probe, never exceeds before jitter.
    pub open_longest: Duration,
    /// By how much the open time is moved either way, in per cent.
    pub jitter_percent: u32,
    /// How many calls may be under way while the breaker is half open.
    pub probes: u32,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            // Long enough to hold ten calls of a modest shop, short enough that a past hour of health
            // cannot hide a present minute of failure.
            window: Duration::from_secs(30),
            buckets: 30,
            // Below ten, two unlucky calls would be a rate.
            least_calls: 10,
            // Half of the buyers failing is worse than any backup's price.
            failure_percent: 50,
            // By chance a partner that fails one call in ten does this once in a hundred thousand calls.
            failures_in_a_row: 5,
            // Slow is a weaker sign than failed, so nearly all calls must show it.
            slow_percent: 80,
            // The caller's patience: a slower call was answered PROCESSING, which sells, but badly.
            slow_after: Duration::from_secs(10),
            // Enough for a restart or a failover at the partner's side.
            open_first: Duration::from_secs(10),
            // A partner that is back waits two minutes at most for its traffic.
            open_longest: Duration::from_mins(2),
            // Replicas that tripped together must not probe together.
            jitter_percent: 20,
            // One probe may be unlucky or slow; three are no load, and at most three buyers.
            probes: 3,
        }
    }
}

impl BreakerSettings {
    /// How long the breaker stays open after it tripped for the `trips`-th time without having closed.
    pub(super) fn open_for(&self, trips: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(trips.saturating_sub(1));
        self.open_first.saturating_mul(doubled).min(self.open_longest)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::entropy::around;
    use super::*;

    #[test]
    fn the_open_time_doubles_up_to_its_longest_and_never_overflows() {
        let seconds = |trips| BreakerSettings::default().open_for(trips).as_secs();
        assert_eq!([1, 2, 3, 4, 5, 6, u32::MAX].map(seconds), [10, 20, 40, 80, 120, 120, 120]);
    }

    #[test]
    fn the_open_time_is_moved_by_a_fifth_either_way_at_most() {
        let defaults = BreakerSettings::default();
        let moved = |draw| around(defaults.open_for(1), defaults.jitter_percent, draw).as_millis();
        assert_eq!([0, 1 << 63, u64::MAX].map(moved), [8_000, 10_000, 11_999]);
    }

    #[test]
    fn the_production_defaults_are_the_published_ones() {
        let published = BreakerSettings {
            window: Duration::from_secs(30),
            buckets: 30,
            least_calls: 10,
            failure_percent: 50,
            failures_in_a_row: 5,
            slow_percent: 80,
            slow_after: Duration::from_secs(10),
            open_first: Duration::from_secs(10),
            open_longest: Duration::from_mins(2),
            jitter_percent: 20,
            probes: 3,
        };
        assert_eq!(BreakerSettings::default(), published);
    }
}
