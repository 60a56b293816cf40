//! Clocks that are off for a while.

use std::sync::Mutex;

use cashwrap::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::stand_ins::PausedClock;

/// By how much a clock is off, and until when.
#[derive(Debug, Default)]
pub struct Skew(Mutex<Option<(i64, Instant)>>);

impl Skew {
    /// Off by so many seconds until then.
    pub fn set(&self, seconds: i64, until: Instant) {
        *self.0.lock().unwrap() = Some((seconds, until));
    }

    /// Right again.
    pub fn mend(&self) {
        *self.0.lock().unwrap() = None;
    }

    /// What a clock that is off by this shows.
    pub fn apply(&self, clock: PausedClock) -> Timestamp {
        let off = match *self.0.lock().unwrap() {
            Some((seconds, until)) if Instant::now() < until => seconds,
            _ => 0,
        };
        clock.now() + SignedDuration::from_secs(off)
    }
}

/// The wall clock of one process.
#[derive(Debug)]
pub struct SkewedClock {
    /// The true time.
    pub clock: PausedClock,
    /// How far off it is.
    pub skew: std::sync::Arc<Skew>,
}

impl Clock for SkewedClock {
    fn now(&self) -> Timestamp {
        self.skew.apply(self.clock)
    }
}
