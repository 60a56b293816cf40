//! A sliding window of buckets, as a pure structure that is given `now`.
//!
//! Breaker and retry budget both count over the recent past; this is the one place that knows how the past
//! is forgotten. A packaged breaker was tried whose window never slid: after ten thousand successes it took
//! ten thousand failures to trip. So forgetting is the first thing that happens on every use.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The shortest bucket. It keeps a span of zero from dividing by zero.
const SHORTEST_BUCKET: Duration = Duration::from_millis(1);

/// Counts of type `T` over the last `span`, kept in equal buckets.
///
/// The window reaches back between `buckets - 1` and `buckets` widths, as its current bucket fills.
#[derive(Debug, Clone)]
pub(super) struct Ring<T> {
    origin: Instant,
    width: Duration,
    /// How many buckets lie behind the current one at most.
    behind: usize,
    past: VecDeque<T>,
    current: T,
    /// The number of the current bucket, counted from `origin`.
    tick: u128,
}

impl<T: Default> Ring<T> {
    /// An empty window that starts at `origin`. Fewer than one bucket counts as one.
    pub(super) fn new(origin: Instant, span: Duration, buckets: u32) -> Self {
        let buckets = buckets.max(1);
        let behind = usize::try_from(buckets - 1).unwrap_or(usize::MAX);
        let width = (span / buckets).max(SHORTEST_BUCKET);
        Self { origin, width, behind, past: VecDeque::new(), current: T::default(), tick: 0 }
    }

    /// Forgets what is too old at `now` and gives the bucket to count into.
    ///
    /// A `now` that lies behind the current bucket (two tasks read the clock, then took the lock in the
    /// other order) counts into the current one.
    pub(super) fn at(&mut self, now: Instant) -> &mut T {
        let tick = now.saturating_duration_since(self.origin).as_nanos() / self.width.as_nanos();
        let passed = tick.saturating_sub(self.tick);
        // Once every bucket has been left behind, more turns change nothing.
        let turns = usize::try_from(passed).unwrap_or(usize::MAX).min(self.behind.saturating_add(1));
        for _ in 0..turns {
            self.past.push_back(std::mem::take(&mut self.current));
            if self.past.len() > self.behind {
                self.past.pop_front();
            }
        }
        self.tick = self.tick.max(tick);
        &mut self.current
    }

    /// The buckets that [`Self::at`] kept when it was last called.
    pub(super) fn buckets(&self) -> impl Iterator<Item = &T> {
        self.past.iter().chain(std::iter::once(&self.current))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn total(ring: &mut Ring<u64>, now: Instant) -> u64 {
        ring.at(now);
        ring.buckets().sum()
    }

    #[test]
    fn a_time_before_the_current_bucket_counts_into_it() {
        let start = Instant::now();
        let mut ring = Ring::new(start, Duration::from_secs(3), 3);
        *ring.at(start + Duration::from_secs(2)) += 1;
        *ring.at(start) += 1;
        assert_eq!(total(&mut ring, start + Duration::from_secs(4)), 2);
        assert_eq!(total(&mut ring, start + Duration::from_secs(5)), 0);
    }

    #[test]
    fn a_window_of_nothing_is_one_shortest_bucket() {
        let start = Instant::now();
        let mut ring = Ring::new(start, Duration::ZERO, 0);
        *ring.at(start) += 1;
        assert_eq!(total(&mut ring, start), 1);
        assert_eq!(total(&mut ring, start + SHORTEST_BUCKET), 0);
    }

    proptest! {
        #[test]
        fn it_counts_what_a_list_of_all_events_counts(
            steps in prop::collection::vec((0_u64..5_000, 0_u64..4), 1..60),
            buckets in 1_u32..6,
        ) {
            let start = Instant::now();
            let width = Duration::from_secs(1);
            let mut ring = Ring::new(start, width * buckets, buckets);
            let mut events: Vec<u128> = Vec::new();
            let mut passed = Duration::ZERO;
            for (millis, count) in steps {
                passed += Duration::from_millis(millis);
                let tick = passed.as_nanos() / width.as_nanos();
                for _ in 0..count {
                    *ring.at(start + passed) += 1;
                    events.push(tick);
                }
                let kept = events.iter().filter(|event| **event + u128::from(buckets) > tick).count();
                prop_assert_eq!(total(&mut ring, start + passed), u64::try_from(kept).unwrap());
            }
        }
    }
}
