//! The breaker's machine: which calls it lets through, and what an answer does to it.
//!
//! It is given time, verdicts and randomness, and takes no lock. Every change of state counts the epoch up;
//! an answer whose call was admitted in an earlier epoch changes nothing.
//!
//! Nobody can set its state. A call may overrule it ([`Guard::Overruled`]): that call goes out, and its answer is
//! evidence like any other, so that the breaker goes on knowing how the partner is.
//!
//! Where a read goes first, the time after the open time begins with it: no other call is let through until it has
//! shown that the partner is there. It costs nobody a payment to find out that it is not.
//!
//! Half open, three things may happen: a fast success closes the breaker, a failure opens it for twice as
//! long, and everything else (a slow success, a decline, a caller that left) gives the place back and
//! decides nothing, so that a partner which recovers slowly is given few calls until it is fast again.

use std::time::Duration;

use tokio::time::Instant;

use super::super::classify::Verdict;
use super::super::entropy::around;
use super::super::refusal::Refusal;
use super::gate::{Gate, Place};
use super::settings::BreakerSettings;
use super::window::{Ended, Window};

/// Whether calls would be let through now, as data for decisions and operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// They would.
    Closed,
    /// None would until the read that goes first has shown that the partner is there.
    Proving,
    /// A few would, to find out whether the partner is back.
    HalfOpen,
    /// None would.
    Open {
        /// When a few will be.
        until: Instant,
    },
    /// None would until the credentials are mended and a call that overruled the breaker has shown it.
    Misconfigured,
}

/// What is let through first once the open time has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// The next calls themselves, a few of them.
    Call,
    /// A read that its owner makes by [`Breaker::prove`](super::Breaker::prove); then a few calls.
    Read,
}

/// Whether the breaker has a say in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// It may refuse the call.
    Heeded,
    /// It lets the call through whatever it has learnt, and learns from the answer.
    Overruled,
}

/// A request that knows whether the breaker may refuse it. It is the call that knows, and not the breaker: who
/// overrules it for their own calls changes nothing for those of others.
pub trait Guarded {
    /// Whether the breaker may refuse this call.
    fn guard(&self) -> Guard;
}

#[derive(Debug)]
enum State {
    Closed { window: Window },
    Open { until: Instant, trips: u32 },
    Proving { gate: Gate, trips: u32 },
    HalfOpen { gate: Gate, trips: u32 },
    Misconfigured { gate: Gate, recheck_at: Instant },
}

/// The right to make one call. Dropping it gives a probe's place back and counts nothing.
#[derive(Debug)]
pub(super) struct Admission {
    epoch: u64,
    is_read: bool,
    _place: Option<Place>,
}

/// The machine.
#[derive(Debug)]
pub(super) struct Machine {
    settings: BreakerSettings,
    first: First,
    state: State,
    epoch: u64,
}

impl Machine {
    /// A closed breaker that has seen nothing.
    pub(super) fn new(settings: BreakerSettings, first: First, now: Instant) -> Self {
        let window = Window::new(&settings, now);
        Self { settings, first, state: State::Closed { window }, epoch: 0 }
    }

    /// Lets a call through, or says why not.
    pub(super) fn admit(&mut self, now: Instant, guard: Guard) -> Result<Admission, Refusal> {
        self.wake(now);
        let place = match (&self.state, guard) {
            // One that overrules takes no probe's place: it needs none.
            (State::Closed { .. }, _) | (_, Guard::Overruled) => None,
            (State::HalfOpen { gate, .. }, Guard::Heeded) => {
                Some(gate.enter().ok_or(Refusal::BreakerProbing)?)
            }
            (State::Open { until, .. }, Guard::Heeded) => {
                return Err(Refusal::BreakerOpen { until: *until });
            }
            (State::Proving { .. }, Guard::Heeded) => return Err(Refusal::BreakerProbing),
            (State::Misconfigured { .. }, Guard::Heeded) => return Err(Refusal::Misconfigured),
        };
        Ok(Admission { epoch: self.epoch, is_read: false, _place: place })
    }

    /// The right to make the read that goes first, if it is wanted now. Only one is under way at a time.
    pub(super) fn prove(&mut self, now: Instant) -> Option<Admission> {
        self.wake(now);
        let State::Proving { gate, .. } = &self.state else { return None };
        let place = gate.enter()?;
        Some(Admission { epoch: self.epoch, is_read: true, _place: Some(place) })
    }

    /// The right to read whether credentials that were refused are taken again: once in the time that the breaker
    /// stays open first, since a partner may lock out who asks too often.
    pub(super) fn recheck(&mut self, now: Instant) -> Option<Admission> {
        let State::Misconfigured { gate, recheck_at } = &mut self.state else { return None };
        if now < *recheck_at {
            return None;
        }
        let place = gate.enter()?;
        *recheck_at = now + self.settings.open_first;
        Some(Admission { epoch: self.epoch, is_read: true, _place: Some(place) })
    }

    /// Takes in how an admitted call ended at `now`, after it `took` so long.
    ///
    /// `draw` is asked for randomness only when the breaker opens.
    pub(super) fn record(
        &mut self,
        now: Instant,
        admission: Admission,
        verdict: Verdict,
        took: Duration,
        draw: impl FnOnce() -> u64,
    ) {
        if admission.epoch != self.epoch {
            return;
        }
        let failed = match verdict {
            Verdict::Success => false,
            Verdict::Failure => true,
            Verdict::Ignored | Verdict::Throttled { .. } => return,
            Verdict::Misconfigured => return self.latch(now),
        };
        let ended = Ended { failed, slow: took >= self.settings.slow_after };
        match &mut self.state {
            State::Closed { window } => {
                window.count(now, ended);
                if window.is_bad(&self.settings) {
                    self.open(now, 1, draw());
                }
            }
            State::Proving { trips, .. } | State::HalfOpen { trips, .. } => {
                let trips = *trips;
                match (ended.failed, ended.slow) {
                    (true, _) => self.open(now, trips.saturating_add(1), draw()),
                    (false, true) => {}
                    (false, false) if admission.is_read => self.half_open(trips),
                    (false, false) => self.close(now),
                }
            }
            // Only calls that overrule come here. One answer is no sign that the rest is over.
            State::Open { .. } => {}
            // One answer is: the partner took the credentials. A read's say nothing about payments yet.
            State::Misconfigured { .. } => match (ended.failed, admission.is_read) {
                (true, _) => {}
                (false, true) => self.half_open(0),
                (false, false) => self.close(now),
            },
        }
    }

    /// What would be let through at `now`.
    pub(super) fn availability(&mut self, now: Instant) -> Availability {
        self.wake(now);
        self.available()
    }

    /// What was let through after the last change.
    pub(super) fn available(&self) -> Availability {
        match self.state {
            State::Closed { .. } => Availability::Closed,
            State::Open { until, .. } => Availability::Open { until },
            State::Proving { .. } => Availability::Proving,
            State::HalfOpen { .. } => Availability::HalfOpen,
            State::Misconfigured { .. } => Availability::Misconfigured,
        }
    }

    /// The number of changes of state so far.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// An open time that has passed is noticed by whoever comes next; no timer is needed for it.
    fn wake(&mut self, now: Instant) {
        if let State::Open { until, trips } = self.state
            && now >= until
        {
            match self.first {
                First::Call => self.half_open(trips),
                First::Read => self.enter(State::Proving { gate: Gate::new(1), trips }),
            }
        }
    }

    fn half_open(&mut self, trips: u32) {
        self.enter(State::HalfOpen { gate: Gate::new(self.settings.probes), trips });
    }

    fn latch(&mut self, now: Instant) {
        // Told once, however many calls overrule it.
        if !matches!(self.state, State::Misconfigured { .. }) {
            let recheck_at = now + self.settings.open_first;
            self.enter(State::Misconfigured { gate: Gate::new(1), recheck_at });
        }
    }

    fn open(&mut self, now: Instant, trips: u32, draw: u64) {
        let time = around(self.settings.open_for(trips), self.settings.jitter_percent, draw);
        self.enter(State::Open { until: now + time, trips });
    }

    fn close(&mut self, now: Instant) {
        self.enter(State::Closed { window: Window::new(&self.settings, now) });
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.epoch = self.epoch.wrapping_add(1);
    }
}
