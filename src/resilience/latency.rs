//! How long the calls of one class took lately, so that none is begun that could hardly end in time.
//!
//! A call that is cut off by its caller's deadline was worse than none: the partner works, nobody hears the answer,
//! and for a payment an unknown outcome is left behind. Only successes are noted. What was cut off or timed out
//! would push the estimate up to the limit itself, and a layer that refuses by it would shut the partner off; a
//! success never took longer than it was given, so that a call which is given as much is never refused.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Enough for a twentieth to be a handful of calls; sorting so few costs nothing beside a call.
const REMEMBERED: usize = 128;

/// Below twenty there is no twentieth.
const LEAST: usize = 20;

/// A modest shop's last twenty payments lie within it, and the slowness of an outage is soon forgotten after it.
const REMEMBERED_FOR: Duration = Duration::from_mins(5);

/// What is remembered, as a pure structure that is given `now`.
#[derive(Debug, Default)]
struct Recent(VecDeque<(Instant, Duration)>);

impl Recent {
    fn note(&mut self, now: Instant, took: Duration) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((now, took));
    }

    fn p95(&mut self, now: Instant) -> Option<Duration> {
        while self.0.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) >= REMEMBERED_FOR) {
            self.0.pop_front();
        }
        if self.0.len() < LEAST {
            return None;
        }
        let mut times: Vec<Duration> = self.0.iter().map(|(_, took)| *took).collect();
        times.sort_unstable();
        times.get((times.len() * 95).div_ceil(100) - 1).copied()
    }
}

/// The latency of one class of calls; its clones share it.
#[derive(Debug, Clone, Default)]
pub struct Latency(Arc<Mutex<Recent>>);

impl Latency {
    /// What nineteen in twenty of the latest successes did not exceed; `None` where too few are known.
    pub fn p95(&self) -> Option<Duration> {
        self.recent().p95(Instant::now())
    }

    /// Notes a success that took so long, over all its tries.
    pub(super) fn note(&self, took: Duration) {
        self.recent().note(Instant::now(), took);
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, Recent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_is_known_below_twenty_calls_and_what_is_old_is_forgotten() {
        let start = Instant::now();
        let mut recent = Recent::default();
        (0..19).for_each(|_| recent.note(start, Duration::from_secs(2)));
        assert_eq!(recent.p95(start), None);
        recent.note(start + Duration::from_secs(1), Duration::from_secs(2));
        assert_eq!(recent.p95(start + Duration::from_secs(299)), Some(Duration::from_secs(2)));
        assert_eq!(recent.p95(start + Duration::from_mins(5)), None);
    }

    proptest! {
        #[test]
        fn one_in_twenty_of_the_latest_exceeds_it_at_most_and_no_smaller_time_is_so(
            millis in prop::collection::vec(0_u64..60_000, 20..300),
        ) {
            let now = Instant::now();
            let mut recent = Recent::default();
            for millis in &millis {
                recent.note(now, Duration::from_millis(*millis));
            }
            let p95 = u64::try_from(recent.p95(now).unwrap().as_millis()).unwrap();
            let latest = &millis[millis.len().saturating_sub(REMEMBERED)..];
            let longer = |than: u64| latest.iter().filter(|millis| **millis > than).count();
            prop_assert!(longer(p95) * 20 <= latest.len());
            prop_assert!(latest.contains(&p95));
            if p95 > 0 {
                prop_assert!(longer(p95 - 1) * 20 > latest.len());
            }
        }
    }
}
