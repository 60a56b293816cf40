//! What may happen next in a state.

use cashwrap::domain::payment::AttemptState;
use cashwrap::domain::placement::{PlacementState, Wish};

use crate::action::{Action, Claimed, Fate};
use crate::gateway::{Answer, Phase as ObjectPhase};
use crate::sale::{self, MOMENTS};
use crate::shop::{Fault, Shop};
use crate::state::{Ask, Drive, Lease, Phase, State, Subject, Timer};

impl Shop {
    pub fn may(&self, state: &State, fault: Fault) -> bool {
        state.left.faults > 0 && self.faults.contains(&fault)
    }

    pub fn worker_actions(&self, state: &State, worker: usize, actions: &mut Vec<Action>) {
        let Some(drive) = &state.workers[worker] else { return };
        let mut at_fault = |fault: Fault, action: Action| {
            if self.may(state, fault) {
                actions.push(action);
            }
        };
        match &drive.phase {
            Phase::Committing(_) => {
                at_fault(Fault::UnheardCommit, Action::Commit { worker, fate: Fate::Unheard });
                at_fault(Fault::LostCommit, Action::Commit { worker, fate: Fate::Lost });
                actions.push(Action::Commit { worker, fate: Fate::Heard });
            }
            Phase::Calling(_) => {
                at_fault(Fault::Refused, Action::Refuse { worker });
                actions.push(Action::Send { worker });
            }
            Phase::Waiting(call) => {
                at_fault(Fault::LateLanding, Action::GiveUp { worker });
                if call.ask != Ask::Look {
                    at_fault(Fault::LostRequest, Action::LoseRequest { worker });
                }
            }
            Phase::Answered(..) => {
                at_fault(Fault::LostReply, Action::LoseReply { worker });
                actions.push(Action::Hear { worker });
            }
        }
        if state.left.crashes > 0 {
            actions.push(Action::Crash { worker });
        }
    }

    pub fn claim_actions(&self, state: &State, actions: &mut Vec<Action>) {
        let idle = state.workers.iter().any(Option::is_none);
        for subject in Subject::ALL {
            let Some(timer) = state.timers[subject as usize].filter(|_| idle) else { continue };
            let kicked = state.kicked && subject == Subject::Placement;
            let due = timer.due <= state.now;
            let how = match timer.lease {
                Lease::Free if due => Claimed::Due,
                Lease::Free if kicked => Claimed::Kicked,
                Lease::Held if due && self.may(state, Fault::Sleep) => Claimed::FromSleeper,
                Lease::Free | Lease::Held => continue,
            };
            actions.push(Action::Claim { subject, how });
        }
    }

    pub fn gateway_actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (message, flying) in state.flying.iter().enumerate() {
            let gateway = flying.call.gateway;
            actions.push(Action::Land { message, answer: Answer::Approve });
            let asked = state.ledgers[gateway].would_authorise(&flying.call, &self.gateways[gateway]);
            let money = flying.call.ask != Ask::Look;
            if asked && self.acts {
                actions.push(Action::Land { message, answer: Answer::AskCustomer });
            }
            for (fault, answer, offered) in [
                (Fault::SoftDecline, Answer::DeclineSoftly, asked),
                (Fault::HardDecline, Answer::DeclineForGood, asked),
                (Fault::OtherAmount, Answer::OtherAmount, asked),
                (Fault::Breakdown, Answer::BreakBefore, money),
                (Fault::Breakdown, Answer::BreakAfter, money),
            ] {
                if offered && self.may(state, fault) {
                    actions.push(Action::Land { message, answer });
                }
            }
        }
    }

    pub fn customer_actions(&self, state: &State, actions: &mut Vec<Action>) {
        let placement = &state.rows.placement;
        if placement.wish == Wish::Place && !placement.state.terminal() && state.left.cancels > 0 {
            let waits = placement.state == PlacementState::AwaitingAction;
            if waits || self.second_thoughts == Wish::Cancel {
                actions.push(Action::CustomerCancels);
            }
        }
        let unsignalled =
            state.rows.payment.attempts.iter().any(|attempt| {
                matches!(attempt.state, AttemptState::AwaitingAction { signalled: false, .. })
            });
        if placement.state == PlacementState::AwaitingAction && unsignalled && state.left.returns > 0 {
            actions.push(Action::CustomerReturns);
        }
        for (gateway, ledger) in state.ledgers.iter().enumerate() {
            for (object, _) in
                ledger.objects.iter().enumerate().filter(|(_, each)| each.phase == ObjectPhase::Acting)
            {
                actions.push(Action::CustomerActs { gateway, object, succeeds: true });
                if self.may(state, Fault::FailedAction) {
                    actions.push(Action::CustomerActs { gateway, object, succeeds: false });
                }
            }
        }
    }

    /// Whether nobody works and nothing waits for a worker: then time passes as it does. While somebody works,
    /// that it passes is a fault: of a worker that is stopped, or of a gateway that is slow.
    pub fn idles(state: &State) -> bool {
        let works = |drive: &Drive| !drive.fenced;
        let waits = |timer: &Timer| timer.due <= state.now && timer.lease == Lease::Free;
        !state.workers.iter().flatten().any(|drive| works(drive))
            && !state.timers.iter().flatten().any(waits)
            && state.flying.iter().all(|message| message.late)
    }

    /// The next moment that differs for the rules; after the last one, whatever is due next.
    pub fn next_moment(state: &State) -> Option<jiff::Timestamp> {
        let moments = MOMENTS.iter().map(|(seconds, _)| sale::moment(*seconds));
        let last = MOMENTS.len() - 1;
        let due = || state.timers.iter().flatten().map(|timer| timer.due).min();
        match moments.enumerate().find(|(_, moment)| *moment > state.now) {
            // A network holds nothing back for longer.
            Some((place, moment)) if place == last => state.flying.is_empty().then_some(moment),
            Some((_, moment)) => Some(moment),
            None => due().filter(|due| *due > state.now),
        }
    }
}
