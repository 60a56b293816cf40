//! The places for probes while a breaker is half open.
//!
//! A place comes back when its holder is dropped, however that happens: an answer, a cancelled caller, a
//! panic. Each half-open period has a gate of its own, so that a probe left over from an earlier period
//! neither takes nor returns a place of this one.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places of one half-open period.
#[derive(Debug)]
pub(super) struct Gate(Arc<Semaphore>);

/// One place. Dropping it gives it back.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Gate {
    /// A gate with `places` places. With none the breaker could never close, so none counts as one.
    pub(super) fn new(places: u32) -> Self {
        let places = usize::try_from(places.max(1)).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Semaphore::new(places)))
    }

    /// Takes a place, if one is free.
    pub(super) fn enter(&self) -> Option<Place> {
        Arc::clone(&self.0).try_acquire_owned().ok().map(|permit| Place { _permit: permit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_admits_its_places_and_a_dropped_place_is_free_again() {
        let gate = Gate::new(2);
        let (first, second) = (gate.enter().unwrap(), gate.enter().unwrap());
        assert!(gate.enter().is_none());
        drop(first);
        let third = gate.enter();
        assert!(third.is_some() && gate.enter().is_none());
        drop(second);
    }

    #[test]
    fn a_gate_without_places_has_one() {
        let gate = Gate::new(0);
        let place = gate.enter();
        assert!(place.is_some() && gate.enter().is_none());
    }
}
