//! What happened lately at a partner: counts over a sliding window, pure and given `now`.
//!
//! It knows no state and no verdict; it only counts, forgets and answers whether the counts are bad.

use tokio::time::Instant;

use super::super::ring::Ring;
use super::settings::BreakerSettings;

/// One call that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ended {
    /// The partner failed.
    pub(super) failed: bool,
    /// It took longer than it may, whether it failed or not.
    pub(super) slow: bool,
}

/// Counts of calls that have ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) calls: u64,
    pub(super) failed: u64,
    pub(super) slow: u64,
}

impl Counts {
    fn add(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            failed: self.failed.saturating_add(other.failed),
            slow: self.slow.saturating_add(other.slow),
        }
    }
}

/// The window, and the run of failures that reaches further back than it.
#[derive(Debug, Clone)]
pub(super) struct Window {
    ring: Ring<Counts>,
    /// Failures since the last call that did not fail. Time does not end a run: a shop with a call a minute
    /// would otherwise never see one.
    run: u32,
}

impl Window {
    /// An empty window that starts at `now`.
    pub(super) fn new(settings: &BreakerSettings, now: Instant) -> Self {
        Self { ring: Ring::new(now, settings.window, settings.buckets), run: 0 }
    }

    /// Counts a call that ended at `now`.
    pub(super) fn count(&mut self, now: Instant, ended: Ended) {
        let one = Counts { calls: 1, failed: u64::from(ended.failed), slow: u64::from(ended.slow) };
        let bucket = self.ring.at(now);
        *bucket = bucket.add(one);
        self.run = if ended.failed { self.run.saturating_add(1) } else { 0 };
    }

    /// Whether what is counted says that the partner should rest.
    pub(super) fn is_bad(&self, settings: &BreakerSettings) -> bool {
        if self.run >= settings.failures_in_a_row.max(1) {
            return true;
        }
        let Counts { calls, failed, slow } = self.totals();
        let reaches = |part: u64, percent: u32| {
            part > 0 && part.saturating_mul(100) >= calls.saturating_mul(u64::from(percent))
        };
        calls >= u64::from(settings.least_calls)
            && (reaches(failed, settings.failure_percent) || reaches(slow, settings.slow_percent))
    }

    /// The sums over the window, as of the last count.
    pub(super) fn totals(&self) -> Counts {
        self.ring.buckets().fold(Counts::default(), |sum, bucket| sum.add(*bucket))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const FINE: Ended = Ended { failed: false, slow: false };
    const FAILED: Ended = Ended { failed: true, slow: false };
    const SLOW: Ended = Ended { failed: false, slow: true };

    fn is_bad_after(ends: &[(Ended, usize)]) -> bool {
        let settings = BreakerSettings::default();
        let now = Instant::now();
        let mut window = Window::new(&settings, now);
        for (ended, times) in ends {
            (0..*times).for_each(|_| window.count(now, *ended));
        }
        window.is_bad(&settings)
    }

    #[test]
    fn half_of_at_least_ten_calls_must_fail() {
        assert!(!is_bad_after(&[(FAILED, 4), (FINE, 1), (FAILED, 4)]), "nine calls are too few");
        assert!(is_bad_after(&[(FAILED, 4), (FINE, 5), (FAILED, 1)]));
        assert!(!is_bad_after(&[(FAILED, 4), (FINE, 6)]));
    }

    #[test]
    fn five_failures_in_a_row_are_enough_and_a_slow_success_breaks_the_run() {
        assert!(is_bad_after(&[(FAILED, 5)]));
        assert!(!is_bad_after(&[(FAILED, 4), (SLOW, 1), (FAILED, 4)]));
    }

    #[test]
    fn four_in_five_must_be_slow() {
        assert!(is_bad_after(&[(FINE, 2), (SLOW, 8)]));
        assert!(!is_bad_after(&[(FINE, 3), (SLOW, 7)]));
    }

    #[test]
    fn the_window_is_of_thirty_seconds_and_slides_by_one() {
        let settings = BreakerSettings::default();
        let start = Instant::now();
        let mut window = Window::new(&settings, start);
        let mut calls = |second| {
            window.count(start + Duration::from_secs(second), FINE);
            window.totals().calls
        };
        assert_eq!([0, 1, 29].map(&mut calls), [1, 2, 3], "all within thirty seconds");
        assert_eq!([30, 31].map(&mut calls), [3, 3], "each second forgets one that is thirty seconds old");
    }

    #[test]
    fn the_past_is_forgotten_but_a_run_is_not() {
        let settings = BreakerSettings::default();
        let start = Instant::now();
        let mut window = Window::new(&settings, start);
        (0..4).for_each(|_| window.count(start, FAILED));
        let later = start + Duration::from_secs(30);
        window.count(later, FAILED);
        assert_eq!(window.totals(), Counts { calls: 1, failed: 1, slow: 0 });
        assert!(window.is_bad(&settings), "the fifth in a row");
    }
}
