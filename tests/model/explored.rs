//! The model as stateright explores it: what may happen in a state, and what each of it makes of it.

use cashwrap::domain::payment::{NotSent, Outcome, UnknownCause};
use stateright::{Model, Property};

use crate::action::{Action, Claimed, Fate};
use crate::rules;
use crate::shop::{Fault, Shop};
use crate::state::{Ask, State, Subject};

impl Model for Shop {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![self.start()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.broken.is_some() {
            return;
        }
        for worker in 0..state.workers.len() {
            self.worker_actions(state, worker, actions);
        }
        self.claim_actions(state, actions);
        self.gateway_actions(state, actions);
        self.customer_actions(state, actions);
        let idle = Self::idles(state);
        if !state.at_rest() && (idle || self.may(state, Fault::Slow)) && Self::next_moment(state).is_some() {
            actions.push(Action::TimePasses { idle });
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Claim { subject, how } => {
                state.kicked &= subject != Subject::Placement;
                state.left.faults -= u8::from(how == Claimed::FromSleeper);
                self.claim(&mut state, subject);
            }
            Action::Commit { worker, fate } => {
                state.left.faults -= u8::from(fate != Fate::Heard);
                self.commit(&mut state, worker, fate);
            }
            Action::Send { worker } => self.send(&mut state, worker),
            Action::Land { message, answer } => self.land(&mut state, message, answer),
            Action::Hear { worker } => self.hear(&mut state, worker, None),
            Action::Refuse { worker } => {
                self.hear(&mut state, worker, Some(Outcome::NotSent(NotSent::Connect)));
            }
            Action::GiveUp { worker } => {
                state.flying.retain(|each| each.from != Some(worker) || each.call.ask != Ask::Look);
                for message in state.flying.iter_mut().filter(|each| each.from == Some(worker)) {
                    (message.from, message.late) = (None, true);
                }
                self.hear(&mut state, worker, Some(Outcome::Unknown(UnknownCause::Timeout)));
            }
            Action::LoseRequest { worker } => {
                state.flying.retain(|each| each.from != Some(worker));
                self.hear(&mut state, worker, Some(Outcome::Unknown(UnknownCause::Timeout)));
            }
            Action::LoseReply { worker } => {
                self.hear(&mut state, worker, Some(Outcome::Unknown(UnknownCause::Timeout)));
            }
            Action::Crash { worker } => {
                state.left.crashes -= 1;
                Self::forget(&mut state, worker);
            }
            Action::TimePasses { idle } => {
                state.left.faults -= u8::from(!idle);
                state.flying.iter_mut().for_each(|message| message.late = true);
                state.now = Self::next_moment(&state)?;
                state.kicked = false;
            }
            Action::CustomerActs { gateway, object, succeeds } => {
                state.left.faults -= u8::from(!succeeds);
                state.ledgers[gateway].customer_acts(object, succeeds);
            }
            Action::CustomerReturns => self.customer_returns(&mut state),
            Action::CustomerCancels => self.customer_cancels(&mut state),
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = rules::properties();
        properties.extend(rules::ends(self));
        properties
    }
}
