//! What passes between workers, gateways and customers, and what is asked of a request when its first byte leaves.

use cashwrap::domain::payment::react::react;
use cashwrap::domain::payment::{Input, NotSent, Outcome};
use cashwrap::domain::placement::Placement;

use crate::gateway::Answer;
use crate::rules::{Broken, Rule};
use crate::shop::Shop;
use crate::state::{Ask, Call, Kept, Message, Phase, State, Subject};

impl Shop {
    pub fn send(&self, state: &mut State, worker: usize) {
        let Some(mut drive) = state.workers[worker].take() else { return };
        if let Phase::Calling(mut call) = drive.phase.clone() {
            if let (true, Ask::Money(kind)) = (call.replay, call.ask) {
                let payment = &drive.rows.payment;
                let attempt = call.operation.and_then(|id| payment.attempt_of(id));
                call.leaves_by = payment.leaves_by(attempt, kind, state.now, &self.policy);
            }
            if state.now >= call.leaves_by {
                let outcome = Outcome::NotSent(NotSent::TooLate);
                self.driver(state, &mut drive, |driver| driver.hear(&call, outcome));
            } else {
                self.may_leave(state, &call);
                state.flying.push(Message { call: call.clone(), from: Some(worker), late: false });
                drive.phase = Phase::Waiting(call);
            }
        }
        self.put(state, worker, drive);
    }

    /// I6, I27 and I28, asked of every request at the moment at which its first byte leaves.
    pub fn may_leave(&self, state: &mut State, call: &Call) {
        let (Ask::Money(kind), Some(id)) = (call.ask, call.operation) else { return };
        let mut breaks = |rule, how: &str| {
            state.broken.get_or_insert(Broken { rule, how: how.to_owned() });
        };
        if state.rows.payment.attempt_of(id).is_none() {
            breaks(Rule::Durable, "a request left whose intent no row holds");
        }
        if kind.authorises() && state.now >= state.rows.payment.place_by {
            breaks(Rule::TooLate, "an authorisation left after place_by");
        }
        let money = state.ledgers[call.gateway].would_authorise(call, &self.gateways[call.gateway]);
        let other = 1 - call.gateway;
        let coming = state.flying.iter().any(|message| {
            message.call.gateway == other
                && state.ledgers[other].would_authorise(&message.call, &self.gateways[other])
        });
        let held = state.ledgers[other].keeps() > 0 || state.ledgers[other].waits_for_customer();
        if money && (held || coming) {
            breaks(Rule::HeldElsewhere, "a gateway is asked while the other one holds, or may come to hold");
        }
    }

    pub fn land(&self, state: &mut State, place: usize, answer: Answer) {
        let message = state.flying.remove(place);
        let gateway = message.call.gateway;
        let outcome = state.ledgers[gateway].arrive(&message.call, answer, &self.gateways[gateway]);
        if !matches!(answer, Answer::Approve | Answer::AskCustomer) {
            state.left.faults -= 1;
        }
        if let Some(drive) = message.from.and_then(|worker| state.workers[worker].as_mut()) {
            drive.phase = Phase::Answered(message.call, outcome);
        }
    }

    pub fn hear(&self, state: &mut State, worker: usize, outcome: Option<Outcome>) {
        let Some(mut drive) = state.workers[worker].take() else { return };
        let (call, outcome) = match (drive.phase.clone(), outcome) {
            (Phase::Answered(call, heard), None) => (call, heard),
            (Phase::Answered(call, _) | Phase::Calling(call) | Phase::Waiting(call), Some(outcome)) => {
                state.left.faults -= 1;
                (call, outcome)
            }
            _ => return,
        };
        self.driver(state, &mut drive, |driver| driver.hear(&call, outcome));
        self.put(state, worker, drive);
    }

    /// The customer's wish or return, written by a caller's own unit of work; then its process looks at once.
    pub fn note(state: &mut State, row: Subject) {
        for drive in state.workers.iter_mut().flatten() {
            drive.stale[row as usize] = true;
        }
        state.kicked = true;
    }

    pub fn customer_returns(&self, state: &mut State) {
        state.left.returns -= 1;
        match react(&state.rows.payment, Input::Signalled, state.now, &self.policy) {
            Ok(noted) => state.rows.payment = Kept::new(noted),
            Err(error) => state.broken = Some(Broken { rule: Rule::Alarm, how: error.to_string() }),
        }
        Self::note(state, Subject::Payment);
    }

    pub fn customer_cancels(&self, state: &mut State) {
        state.left.cancels -= 1;
        let wished = Placement { wish: self.second_thoughts, ..(*state.rows.placement).clone() };
        state.rows.placement = Kept::new(wished);
        Self::note(state, Subject::Placement);
    }
}
