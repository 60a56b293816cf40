//! What the store says to workers: claims and their fences, commits that compare versions, leases that run out.

use cashwrap::domain::payment::capabilities::Replay;
use cashwrap::domain::payment::decide::Decision;

use crate::action::Fate;
use crate::driver::Driver;
use crate::rules::{Broken, Rule};
use crate::shop::{Planted, Shop};
use crate::state::{Ask, Drive, Lease, Message, Phase, Rows, State, Subject, Then, Timer};

impl Shop {
    /// The one that holds the claim is always the first of the two workers, and a sleeper the second: they are
    /// the same but for that.
    pub fn claim(&self, state: &mut State, subject: Subject) {
        if let Some(mut sleeper) = state.workers[0].take() {
            sleeper.fenced |= sleeper.subject == subject;
            for message in state.flying.iter_mut().filter(|message| message.from == Some(0)) {
                message.from = Some(1);
            }
            state.workers[1] = Some(sleeper);
            self.wake_up_fenced(state, 1);
        }
        if let Some(timer) = &mut state.timers[subject as usize] {
            timer.lease = Lease::Held;
        }
        let mut drive = Drive {
            subject,
            fenced: false,
            stale: [false; 2],
            dirty: [false; 2],
            rows: state.rows.clone(),
            learnt: vec![],
            phase: Phase::Committing(Then::NeverAgain),
        };
        self.driver(state, &mut drive, |driver| {
            driver.recover();
        });
        self.put(state, 0, Box::new(drive));
    }

    /// A worker that was overtaken can do no more than send what it was about to send, or, where a gateway takes
    /// replays, what it would send again: nothing else of it needs a commit that is not refused. What cannot
    /// send may as well be forgotten now, which keeps states apart that differ in nothing.
    pub fn wake_up_fenced(&self, state: &mut State, worker: usize) {
        let replays = self.gateways.iter().any(|promises| promises.replay != Replay::None);
        let harmless = |drive: &Drive| match drive.phase {
            Phase::Committing(_) => true,
            Phase::Calling(_) => false,
            Phase::Waiting(_) | Phase::Answered(..) => !replays,
        };
        let gone = |drive: &Drive| drive.fenced && harmless(drive);
        if self.planted.is_none() && state.workers[worker].as_deref().is_some_and(gone) {
            Self::forget(state, worker);
        }
    }

    /// Puts a drive back; a look leaves at once, because nothing depends on when it does.
    pub fn put(&self, state: &mut State, worker: usize, mut drive: Box<Drive>) {
        if let Phase::Calling(call) = &drive.phase
            && call.ask == Ask::Look
        {
            let call = call.clone();
            state.flying.push(Message { call: call.clone(), from: Some(worker), late: false });
            drive.phase = Phase::Waiting(call);
        }
        state.workers[worker] = Some(drive);
        self.wake_up_fenced(state, worker);
    }

    pub fn driver<T>(
        &self,
        state: &mut State,
        drive: &mut Drive,
        step: impl FnOnce(&mut Driver<'_>) -> T,
    ) -> T {
        step(&mut Driver { shop: self, now: state.now, drive, broken: &mut state.broken })
    }

    /// The worker lets go of what it held; its lease, if it has one, runs out by itself.
    pub fn forget(state: &mut State, worker: usize) {
        if let Some(drive) = state.workers[worker].take()
            && !drive.fenced
            && let Some(timer) = &mut state.timers[drive.subject as usize]
        {
            timer.lease = Lease::Free;
        }
        state.flying.retain_mut(|message| {
            if message.from == Some(worker) {
                message.from = None;
            }
            message.from.is_some() || message.call.ask != Ask::Look
        });
    }

    pub fn commit(&self, state: &mut State, worker: usize, fate: Fate) {
        let Some(mut drive) = state.workers[worker].clone() else { return };
        if fate == Fate::Lost || (drive.fenced && self.planted != Some(Planted::NoFence)) {
            return Self::forget(state, worker);
        }
        let overtaken = drive.dirty.iter().zip(drive.stale).any(|(dirty, stale)| *dirty && stale);
        if overtaken && self.planted != Some(Planted::NoCompareAndSet) {
            let fresh = state.rows.clone();
            let took = self.driver(state, &mut drive, |driver| driver.rebase(&fresh));
            if took {
                self.put(state, worker, drive);
            } else {
                Self::forget(state, worker);
            }
            return;
        }
        if drive.fenced {
            let how = "a commit of a worker whose claim is somebody else's was taken".to_owned();
            state.broken.get_or_insert(Broken { rule: Rule::Fence, how });
        }
        self.write(state, worker, &mut drive);
        let Phase::Committing(then) = drive.phase.clone() else { return };
        let subject = drive.subject;
        if fate == Fate::Unheard {
            Self::forget(state, worker);
        } else {
            state.workers[worker] = None;
        }
        match then {
            Then::Send(_) if fate == Fate::Unheard => {}
            Then::Send(call) => {
                drive.phase = Phase::Calling(call);
                self.put(state, worker, drive);
            }
            Then::RestUntil(due) => {
                state.timers[subject as usize] = Some(Timer { due, lease: Lease::Free });
            }
            Then::NeverAgain => state.timers[subject as usize] = None,
        }
    }

    pub fn write(&self, state: &mut State, worker: usize, drive: &mut Drive) {
        let Rows { placement, checkout, cart, payment } = &drive.rows;
        if drive.dirty[Subject::Placement as usize] {
            let ends = placement.state.terminal() && !state.rows.placement.state.terminal();
            state.orders += u8::from(placement.order.is_some() && ends);
            state.rows.placement = placement.clone();
            (state.rows.checkout, state.rows.cart) = (*checkout, *cart);
            if ends {
                let due = match self.next_of(payment, state.now) {
                    Decision::Wait { until } => Some(until),
                    Decision::Do(_) | Decision::Conclude(_) => Some(state.now),
                    Decision::Done => None,
                };
                state.timers[Subject::Payment as usize] = due.map(|due| Timer { due, lease: Lease::Free });
            }
        }
        if drive.dirty[Subject::Payment as usize] {
            state.rows.payment = payment.clone();
        }
        let written = drive.dirty;
        for other in (0..2).filter(|other| *other != worker) {
            if let Some(other) = &mut state.workers[other] {
                for (stale, written) in other.stale.iter_mut().zip(written) {
                    *stale |= written;
                }
            }
        }
        drive.dirty = [false; 2];
        drive.learnt.clear();
    }
}
