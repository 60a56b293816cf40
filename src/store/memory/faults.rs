//! The faults that a simulation asks for: what a commit answers, and whether it happened.
//!
//! Commits are counted from 1 over the life of the store, so that a run can be replayed with a fault at each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What goes wrong with a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The answer is `Unknown` and nothing was written.
    UnknownAndLost,
    /// The answer is `Unknown` and the unit is durable, if it won.
    UnknownButDurable,
    /// The answer is `Busy` and nothing was written.
    Busy,
}

/// A handle on the faults of one store; its clones share them.
#[derive(Debug, Clone, Default)]
pub struct MemoryFaults {
    inner: Arc<Mutex<Planned>>,
}

#[derive(Debug, Default)]
struct Planned {
    commits: u64,
    faults: BTreeMap<u64, Fault>,
}

impl MemoryFaults {
    /// The `nth` commit of the store's life, from 1, meets `fault`.
    pub fn at(&self, nth: u64, fault: Fault) {
        self.locked(|planned| planned.faults.insert(nth, fault));
    }

    /// The next commit meets `fault`.
    pub fn next(&self, fault: Fault) {
        self.locked(|planned| planned.faults.insert(planned.commits.saturating_add(1), fault));
    }

    /// No commit to come meets a fault.
    pub fn clear(&self) {
        self.locked(|planned| planned.faults.clear());
    }

    /// How many commits were asked for so far.
    pub fn commits(&self) -> u64 {
        self.locked(|planned| planned.commits)
    }

    /// Counts a commit and tells its fault.
    pub(super) fn count(&self) -> Option<Fault> {
        self.locked(|planned| {
            planned.commits = planned.commits.saturating_add(1);
            planned.faults.remove(&planned.commits)
        })
    }

    fn locked<T>(&self, act: impl FnOnce(&mut Planned) -> T) -> T {
        act(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
