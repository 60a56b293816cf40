//! The breaker as it is shared: by the layer that asks it, and by decisions and operators that read its
//! availability.
//!
//! The lock is held for a few additions and never across an await.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use super::super::classify::Verdict;
use super::super::entropy::Entropy;
use super::super::refusal::Refusal;
use super::settings::BreakerSettings;
use super::state::{Admission, Availability, First, Guard, Machine};

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
        first: First,
        entropy: Entropy,
        observer: impl Fn(Change) + Send + Sync + 'static,
    ) -> Self {
        let machine = Mutex::new(Machine::new(settings, first, Instant::now()));
        Self { shared: Arc::new(Shared { machine, entropy, observer: Box::new(observer) }) }
    }

    /// Asks to make one call. A [`Pass`] that is dropped counts nothing.
    pub fn enter(&self, guard: Guard) -> Result<Pass, Refusal> {
        let now = Instant::now();
        let admission = self.change(|machine| machine.admit(now, guard))?;
        Ok(Pass { breaker: self.clone(), admission, since: now })
    }

    /// Asks to make the read that goes first ([`First::Read`]), once the open time has passed: one at a time, until
    /// one has told whether the partner is there. Dropped, it has told nothing, and another may be made.
    pub fn prove(&self) -> Option<Pass> {
        let now = Instant::now();
        self.pass(now, self.change(|machine| machine.prove(now)))
    }

    /// Asks to make a read that shows whether credentials which were refused are taken again, because somebody says
    /// that they are mended. It is granted seldom, however often it is asked for.
    pub fn recheck(&self) -> Option<Pass> {
        let now = Instant::now();
        self.pass(now, self.change(|machine| machine.recheck(now)))
    }

    fn pass(&self, since: Instant, admission: Option<Admission>) -> Option<Pass> {
        admission.map(|admission| Pass { breaker: self.clone(), admission, since })
    }

    /// What would be let through now.
    pub fn availability(&self) -> Availability {
        let now = Instant::now();
        self.change(|machine| machine.availability(now))
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

    fn breaker(first: First, observer: impl Fn(Change) + Send + Sync + 'static) -> Breaker {
        // Half of the range: the jitter moves nothing.
        Breaker::new(BreakerSettings::default(), first, Entropy::new(|| 1 << 63), observer)
    }

    /// A breaker whose open time has just passed, and whose read goes first.
    async fn proving() -> Breaker {
        let breaker = breaker(First::Read, |_| {});
        (0..5).for_each(|_| breaker.enter(Guard::Heeded).unwrap().record(Verdict::Failure));
        assert!(breaker.prove().is_none(), "not while it is open");
        tokio::time::advance(std::time::Duration::from_secs(10)).await;
        assert_eq!(breaker.availability(), Availability::Proving);
        breaker
    }

    fn observed() -> (Breaker, Arc<Mutex<Vec<Availability>>>) {
        let seen: Arc<Mutex<Vec<Availability>>> = Arc::default();
        let into = Arc::clone(&seen);
        let observer = move |change: Change| into.lock().unwrap().push(change.to);
        (breaker(First::Call, observer), seen)
    }

    #[tokio::test(start_paused = true)]
    async fn refused_credentials_latch_are_told_once_and_time_heals_nothing() {
        let (breaker, seen) = observed();
        breaker.enter(Guard::Heeded).unwrap().record(Verdict::Misconfigured);
        assert_eq!(breaker.availability(), Availability::Misconfigured);
        tokio::time::advance(std::time::Duration::from_hours(24)).await;
        assert_eq!(breaker.enter(Guard::Heeded).unwrap_err(), Refusal::Misconfigured);
        for verdict in [Verdict::Misconfigured, Verdict::Failure, Verdict::Ignored] {
            breaker.enter(Guard::Overruled).unwrap().record(verdict);
            assert_eq!(breaker.availability(), Availability::Misconfigured, "{verdict:?}");
        }
        breaker.enter(Guard::Overruled).unwrap().record(Verdict::Success);
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
        let breaker = breaker(First::Call, observer);
        *slot.lock().unwrap() = Some(breaker.clone());
        breaker.enter(Guard::Heeded).unwrap().record(Verdict::Misconfigured);
        assert_eq!(breaker.availability(), Availability::Misconfigured);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_overrules_goes_out_and_changes_nothing_for_those_that_do_not() {
        let (breaker, _) = observed();
        let fail = |guard| (0..5).for_each(|_| breaker.enter(guard).unwrap().record(Verdict::Failure));
        fail(Guard::Overruled);
        let open = breaker.availability();
        assert!(matches!(open, Availability::Open { .. }), "its answers count: {open:?}");
        fail(Guard::Overruled);
        breaker.enter(Guard::Overruled).unwrap().record(Verdict::Success);
        assert_eq!(breaker.availability(), open, "one success is not the end of an outage");
        assert!(matches!(breaker.enter(Guard::Heeded), Err(Refusal::BreakerOpen { .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_overrules_takes_no_place_from_the_probes_and_its_answer_is_a_probes() {
        for (verdict, closes) in [(Verdict::Success, true), (Verdict::Failure, false)] {
            let (breaker, _) = observed();
            (0..5).for_each(|_| breaker.enter(Guard::Heeded).unwrap().record(Verdict::Failure));
            tokio::time::advance(std::time::Duration::from_secs(10)).await;
            let overruling: Vec<_> = (0..9).map(|_| breaker.enter(Guard::Overruled).unwrap()).collect();
            let probes: Vec<_> = (0..3).map(|_| breaker.enter(Guard::Heeded).unwrap()).collect();
            assert_eq!(breaker.enter(Guard::Heeded).unwrap_err(), Refusal::BreakerProbing);
            drop(probes);
            for pass in overruling {
                pass.record(verdict);
            }
            assert_eq!(breaker.availability() == Availability::Closed, closes, "{verdict:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_call_is_let_through_until_the_read_that_goes_first_has_succeeded() {
        let breaker = proving().await;
        let read = breaker.prove().unwrap();
        assert!(breaker.prove().is_none(), "one at a time");
        assert_eq!(breaker.enter(Guard::Heeded).unwrap_err(), Refusal::BreakerProbing);
        read.record(Verdict::Success);
        assert_eq!(breaker.availability(), Availability::HalfOpen);
        assert!(breaker.prove().is_none(), "one for each half-open time");
        let probes: Vec<_> = (0..3).map(|_| breaker.enter(Guard::Heeded).unwrap()).collect();
        assert_eq!(breaker.enter(Guard::Heeded).unwrap_err(), Refusal::BreakerProbing);
        for pass in probes {
            pass.record(Verdict::Success);
        }
        assert_eq!(breaker.availability(), Availability::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_that_fails_opens_it_for_twice_as_long_and_one_that_is_dropped_or_slow_tells_nothing() {
        let breaker = proving().await;
        drop(breaker.prove().unwrap());
        let slow = breaker.prove().unwrap();
        tokio::time::advance(BreakerSettings::default().slow_after).await;
        slow.record(Verdict::Success);
        breaker.prove().unwrap().record(Verdict::Ignored);
        assert_eq!(breaker.availability(), Availability::Proving);
        breaker.prove().unwrap().record(Verdict::Failure);
        let until = Instant::now() + std::time::Duration::from_secs(20);
        assert_eq!(breaker.availability(), Availability::Open { until });
    }

    #[tokio::test(start_paused = true)]
    async fn mended_credentials_are_read_seldom_and_let_a_few_calls_through() {
        let breaker = breaker(First::Read, |_| {});
        assert!(breaker.recheck().is_none(), "nothing was refused");
        breaker.enter(Guard::Heeded).unwrap().record(Verdict::Misconfigured);
        let mut reads = 0;
        for _ in 0..60 {
            if let Some(read) = breaker.recheck() {
                reads += 1;
                read.record(Verdict::Misconfigured);
            }
            tokio::time::advance(std::time::Duration::from_secs(1)).await;
        }
        assert_eq!((reads, breaker.availability()), (5, Availability::Misconfigured));
        breaker.recheck().unwrap().record(Verdict::Success);
        assert_eq!(breaker.availability(), Availability::HalfOpen);
    }
}
