//! The breaker's machine: which calls it lets through, and what an answer does to it.
//!
//! It is given time, verdicts and randomness, and takes no lock. Every change of state counts the epoch up;
//! an answer whose call was admitted in an earlier epoch changes nothing.
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

/// What an operator asks of a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The breaker decides.
    Auto,
    /// Work that has begun may end; new work is refused.
    Drain,
    /// Every call is refused.
    ForceOpen,
    /// Every call is let through, whatever the partner answers.
    ForceClosed,
}

/// Whether calls would be let through now, as data for decisions and operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// They would.
    Closed,
    /// A few would, to find out whether the partner is back.
    HalfOpen,
    /// None would.
    Open {
        /// When a few will be.
        until: Instant,
    },
    /// None would: an operator said so.
    ForcedOpen,
    /// They would: an operator said so.
    ForcedClosed,
    /// Only calls that go on with work already begun: an operator said so.
    Draining,
    /// None would until the credentials are mended and the breaker is reset.
    Misconfigured,
}

/// Whether a call begins something at the partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// It begins something.
    New,
    /// It goes on with, reads or takes back what an earlier call began.
    Begun,
}

/// A request that knows whether it begins something.
pub trait Purpose {
    /// What the request is for. A partner that drains gets only [`Work::Begun`].
    fn work(&self) -> Work;
}

#[derive(Debug)]
enum State {
    Closed { window: Window },
    Open { until: Instant, trips: u32 },
    HalfOpen { gate: Gate, trips: u32 },
    ForcedOpen,
    ForcedClosed,
    Draining,
    Misconfigured,
}

/// The right to make one call. Dropping it gives a probe's place back and counts nothing.
#[derive(Debug)]
pub(super) struct Admission {
    epoch: u64,
    _place: Option<Place>,
}

/// The machine.
#[derive(Debug)]
pub(super) struct Machine {
    settings: BreakerSettings,
    state: State,
    epoch: u64,
}

impl Machine {
    /// A closed breaker that has seen nothing.
    pub(super) fn new(settings: BreakerSettings, now: Instant) -> Self {
        let window = Window::new(&settings, now);
        Self { settings, state: State::Closed { window }, epoch: 0 }
    }

    /// Lets a call through, or says why not.
    pub(super) fn admit(&mut self, now: Instant, work: Work) -> Result<Admission, Refusal> {
        self.wake(now);
        let place = match &self.state {
            State::Closed { .. } | State::ForcedClosed => None,
            State::HalfOpen { gate, .. } => Some(gate.enter().ok_or(Refusal::BreakerProbing)?),
            State::Draining => match work {
                Work::Begun => None,
                Work::New => return Err(Refusal::Draining),
            },
            State::Open { until, .. } => return Err(Refusal::BreakerOpen { until: *until }),
            State::ForcedOpen => return Err(Refusal::BreakerForcedOpen),
            State::Misconfigured => return Err(Refusal::Misconfigured),
        };
        Ok(Admission { epoch: self.epoch, _place: place })
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
            Verdict::Misconfigured => return self.latch(),
        };
        let ended = Ended { failed, slow: took >= self.settings.slow_after };
        match &mut self.state {
            State::Closed { window } => {
                window.count(now, ended);
                if window.is_bad(&self.settings) {
                    self.open(now, 1, draw());
                }
            }
            State::HalfOpen { trips, .. } => {
                let trips = trips.saturating_add(1);
                if ended.failed {
                    self.open(now, trips, draw());
                } else if !ended.slow {
                    self.close(now);
                }
            }
            // An operator has spoken: answers change nothing. Open and misconfigured admit no call.
            State::ForcedOpen
            | State::ForcedClosed
            | State::Draining
            | State::Open { .. }
            | State::Misconfigured => {}
        }
    }

    /// Takes an operator's word. The mode that already holds changes nothing, so that it can be applied
    /// again on every reading of the operators' table; a return to [`Mode::Auto`] begins closed.
    pub(super) fn force(&mut self, now: Instant, mode: Mode) {
        if mode == self.mode() {
            return;
        }
        match mode {
            Mode::Auto => self.close(now),
            Mode::Drain => self.enter(State::Draining),
            Mode::ForceOpen => self.enter(State::ForcedOpen),
            Mode::ForceClosed => self.enter(State::ForcedClosed),
        }
    }

    /// Forgets everything learnt, credentials refused included. An operator's word stands.
    pub(super) fn reset(&mut self, now: Instant) {
        if self.mode() == Mode::Auto {
            self.close(now);
        }
    }

    /// The operator's word that holds.
    pub(super) fn mode(&self) -> Mode {
        match self.state {
            State::ForcedOpen => Mode::ForceOpen,
            State::ForcedClosed => Mode::ForceClosed,
            State::Draining => Mode::Drain,
            State::Closed { .. } | State::Open { .. } | State::HalfOpen { .. } | State::Misconfigured => {
                Mode::Auto
            }
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
            State::HalfOpen { .. } => Availability::HalfOpen,
            State::ForcedOpen => Availability::ForcedOpen,
            State::ForcedClosed => Availability::ForcedClosed,
            State::Draining => Availability::Draining,
            State::Misconfigured => Availability::Misconfigured,
        }
    }

    /// The number of changes of state so far.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// An open time that has passed makes the breaker half open; no timer is needed for it.
    fn wake(&mut self, now: Instant) {
        if let State::Open { until, trips } = self.state
            && now >= until
        {
            self.enter(State::HalfOpen { gate: Gate::new(self.settings.probes), trips });
        }
    }

    fn latch(&mut self) {
        if self.mode() == Mode::Auto {
            self.enter(State::Misconfigured);
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
