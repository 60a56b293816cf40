//! How long the calls of one kind took.

use std::time::Duration;

use serde::Serialize;

/// The times of one kind of call.
#[derive(Debug, Clone, Default)]
pub(super) struct Sample(Vec<Duration>);

/// What is told of them, in microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Told {
    /// How many.
    pub(super) count: usize,
    /// Half of them took at most this long.
    pub(super) p50_us: u64,
    /// Nine of ten.
    pub(super) p90_us: u64,
    /// Ninety-nine of a hundred.
    pub(super) p99_us: u64,
    /// The slowest.
    pub(super) max_us: u64,
}

impl Sample {
    /// One more.
    pub(super) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// All of them together.
    pub(super) fn sum(&self) -> Duration {
        self.0.iter().sum()
    }

    /// Those of another sample too.
    pub(super) fn join(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// Each less what somebody else took of it.
    pub(super) fn less(&self, others: Duration) -> Self {
        Self(self.0.iter().map(|took| took.saturating_sub(others)).collect())
    }

    /// What is told of them: nearest ranks, so that each figure is a time that was measured.
    pub(super) fn told(&self) -> Told {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = |per_mille: usize| {
            let place = sorted.len().saturating_mul(per_mille).div_ceil(1_000).saturating_sub(1);
            sorted.get(place).copied().map_or(0, micros)
        };
        Told {
            count: sorted.len(),
            p50_us: rank(500),
            p90_us: rank(900),
            p99_us: rank(990),
            max_us: rank(1_000),
        }
    }
}

/// Microseconds.
pub(super) fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(millis: impl IntoIterator<Item = u64>) -> Sample {
        Sample(millis.into_iter().map(Duration::from_millis).collect())
    }

    #[test]
    fn a_figure_is_a_time_that_was_measured() {
        let told = of((1..=100).rev()).told();
        assert_eq!((told.count, told.p50_us, told.p90_us), (100, 50_000, 90_000));
        assert_eq!((told.p99_us, told.max_us), (99_000, 100_000));
        assert_eq!(of([7]).told().p50_us, of([7]).told().max_us);
        assert_eq!(of([]).told().count, 0);
    }

    #[test]
    fn what_others_took_is_taken_off_each_and_never_leaves_less_than_nothing() {
        let own = of([100, 103, 140]).less(Duration::from_millis(101)).told();
        assert_eq!((own.p50_us, own.max_us), (2_000, 39_000));
    }
}
