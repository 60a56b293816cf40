//! The breaker as it is shared: by the layer that asks it, by decisions that read its availability, and by
//! operators who force it.
//!
//! The lock is held for a few additions and never across an await.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use super::super::classify::Verdict;
use super::super::entropy::Entropy;
use super::super::refusal::Refusal;
use super::settings::BreakerSettings;
use super::state::{Admission, Availability, Machine, Mode, Work};

/// A change of a breaker's state, for metrics, logs and alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Counts the changes of this breaker. Changes that come at once may be told in another order.
    pub number: u64,
    /// What held before.
    pub from: Availability,
    /// What holds now. [`Availability::Misconfigured`] wants an alert: no time heals it.
    pub to: Availability,
}

type Observer = Box<dyn Fn(Change) + Send + Sync>;

struct Shared {
    machine: Mutex<Machine>,
    entropy: Entropy,
    observer: Observer,
}

/// A breaker for one class of operation at one partner account. Its clones are the same breaker.
#[derive(Clone)]
pub struct Breaker {
    shared: Arc<Shared>,
}

impl Breaker {
    /// A closed breaker. `observer` is told of every change of state, outside the lock; it must not block.
    pub fn new(
        settings: BreakerSettings,
        entropy: Entropy,
        observer: impl Fn(Change) + Send + Sync + 'static,
    ) -> Self {
        let machine = Mutex::new(Machine::new(settings, Instant::now()));
        Self { shared: Arc::new(Shared { machine, entropy, observer: Box::new(observer) }) }
    }

    /// Asks to make one call. A [`Pass`] that is dropped counts nothing.
    ///
    /// Besides the layer, a prober may ask: a cheap read that it makes when the open time ends, and records
    /// here, closes or opens the breaker before a buyer has to try.
    pub fn enter(&self, work: Work) -> Result<Pass, Refusal> {
        let now = Instant::now();
        let admission = self.change(|machine| machine.admit(now, work))?;
        Ok(Pass { breaker: self.clone(), admission, since: now })
    }

    /// What would be let through now.
    pub fn availability(&self) -> Availability {
        let now = Instant::now();
        self.change(|machine| machine.availability(now))
    }

    /// Takes an operator's word. It holds until the next one; saying it again changes nothing. A return to
    /// [`Mode::Auto`] begins closed, with nothing remembered.
    pub fn force(&self, mode: Mode) {
        let now = Instant::now();
        self.change(|machine| machine.force(now, mode));
    }

    /// The operator's word that holds.
    pub fn mode(&self) -> Mode {
        self.change(|machine| machine.mode())
    }

    /// Forgets everything learnt, so that calls go out again; for credentials that were mended. An
    /// operator's word stands.
    pub fn reset(&self) {
        let now = Instant::now();
        self.change(|machine| machine.reset(now));
    }

    /// Runs `step` on the machine and tells the observer if it changed the state.
    fn change<T>(&self, step: impl FnOnce(&mut Machine) -> T) -> T {
        let (result, change) = {
            let mut machine = self.shared.machine.lock().unwrap_or_else(PoisonError::into_inner);
            let (number, from) = (machine.epoch(), machine.available());
            let result = step(&mut machine);
            let change = (machine.epoch() != number).then(|| Change {
                number: machine.epoch(),
                from,
                to: machine.available(),
            });
            (result, change)
        };
        if let Some(change) = change {
            (self.shared.observer)(change);
        }
        result
    }
}

impl fmt::Debug for Breaker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Breaker").field("machine", &self.shared.machine).finish_non_exhaustive()
    }
}

/// The right to make one call, from [`Breaker::enter`].
#[must_use = "a pass that is dropped counts nothing"]
#[derive(Debug)]
pub struct Pass {
    breaker: Breaker,
    admission: Admission,
    since: Instant,
}

impl Pass {
    /// Tells the breaker how the call ended. The time since [`Breaker::enter`] is the call's.
    pub fn record(self, verdict: Verdict) {
        let Self { breaker, admission, since } = self;
        let now = Instant::now();
        let took = now.duration_since(since);
        let entropy = breaker.shared.entropy.clone();
        breaker.change(|machine| machine.record(now, admission, verdict, took, || entropy.draw()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed() -> (Breaker, Arc<Mutex<Vec<Availability>>>) {
        let seen: Arc<Mutex<Vec<Availability>>> = Arc::default();
        let into = Arc::clone(&seen);
        let observer = move |change: Change| into.lock().unwrap().push(change.to);
        (Breaker::new(BreakerSettings::default(), Entropy::new(|| 1 << 63), observer), seen)
    }

    #[tokio::test(start_paused = true)]
    async fn refused_credentials_latch_are_told_once_and_end_with_a_reset_only() {
        let (breaker, seen) = observed();
        breaker.enter(Work::New).unwrap().record(Verdict::Misconfigured);
        assert_eq!(breaker.availability(), Availability::Misconfigured);
        tokio::time::advance(std::time::Duration::from_hours(24)).await;
        assert_eq!(breaker.enter(Work::Begun).unwrap_err(), Refusal::Misconfigured);
        breaker.force(Mode::Auto);
        assert_eq!(breaker.availability(), Availability::Misconfigured, "auto was the mode already");
        breaker.reset();
        assert_eq!(breaker.availability(), Availability::Closed);
        assert_eq!(*seen.lock().unwrap(), [Availability::Misconfigured, Availability::Closed]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_observer_may_ask_the_breaker_itself() {
        let slot: Arc<Mutex<Option<Breaker>>> = Arc::default();
        let inside = Arc::clone(&slot);
        let observer = move |change: Change| {
            let breaker = inside.lock().unwrap().clone().unwrap();
            assert_eq!(breaker.availability(), change.to);
        };
        let breaker = Breaker::new(BreakerSettings::default(), Entropy::new(|| 0), observer);
        *slot.lock().unwrap() = Some(breaker.clone());
        breaker.force(Mode::ForceOpen);
        assert_eq!(breaker.mode(), Mode::ForceOpen);
    }

    #[tokio::test(start_paused = true)]
    async fn a_forced_mode_survives_answers_and_reset() {
        let (breaker, _) = observed();
        breaker.force(Mode::ForceClosed);
        for _ in 0..100 {
            breaker.enter(Work::New).unwrap().record(Verdict::Failure);
            breaker.enter(Work::New).unwrap().record(Verdict::Misconfigured);
        }
        breaker.reset();
        assert_eq!((breaker.mode(), breaker.availability()), (Mode::ForceClosed, Availability::ForcedClosed));

        breaker.force(Mode::Drain);
        assert_eq!(breaker.enter(Work::New).unwrap_err(), Refusal::Draining);
        breaker.enter(Work::Begun).unwrap().record(Verdict::Success);
        breaker.reset();
        assert_eq!(breaker.availability(), Availability::Draining);

        breaker.force(Mode::ForceOpen);
        assert_eq!(breaker.enter(Work::Begun).unwrap_err(), Refusal::BreakerForcedOpen);
        breaker.force(Mode::Auto);
        assert_eq!(breaker.availability(), Availability::Closed);
    }
}
