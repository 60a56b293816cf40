//! What an input makes of a payment: pure, checked against the published tables, and the only place that
//! changes one.

use jiff::Timestamp;

use super::aggregate::{Goal, Payment};
use super::attempt::{AfterAction, Attempt, AttemptState};
use super::decide::{Conclusion, Effect};
use super::gate;
use super::hint::{self, Hint};
use super::operation::{Operation, OperationState, Probe};
use super::outcome::{Outcome, UnknownCause};
use super::policy::Policy;
use super::told::Told;
use crate::domain::ids::{AccountId, AttemptId, OperationId, OrderId};

mod conclude;
mod intend;
mod learn;
mod owner;
mod see;
mod settle;
mod tell;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// An effect is about to be performed: its intent.
    Intend(Intent),
    /// The outcome of a call that moves money.
    Outcome {
        /// The operation.
        operation: OperationId,
        /// Whether the call repeated an earlier one.
        replay: bool,
        /// What came back.
        outcome: Outcome,
    },
    /// What a look showed.
    Looked {
        /// The attempt that was looked at.
        attempt: AttemptId,
        /// The operation it was for, if for one.
        operation: Option<OperationId>,
        /// What came back.
        outcome: Outcome,
    },
    /// A conclusion that needed no call.
    Conclude(Conclusion),
    /// Whoever performed the effects is gone: what was being sent may have been executed.
    Recovered,
    /// What the owner wants from now on.
    Goal(Goal),
    /// The order exists.
    Ordered(OrderId),
    /// A capture is wanted.
    Capture {
        /// The id of the operation to make.
        operation: OperationId,
        /// How much, in minor units.
        amount_minor: i64,
    },
    /// A refund is wanted.
    Refund {
        /// The id of the operation to make.
        operation: OperationId,
        /// How much, in minor units.
        amount_minor: i64,
    },
    /// The customer came back, or an operator told us to look: a customer's action is looked at, and what needs
    /// review gets one more round.
    Signalled,
    /// The customer came back with something, where the money is asked for after the action: as [`Input::Signalled`], and
    /// what was brought back goes along with the question.
    Returned {
        /// What the browser brought back, sealed.
        brought_back: Vec<u8>,
    },
    /// A notification of a vendor that tells later, proved to be the vendor's: what became of a call.
    Told {
        /// The account that it came for.
        account: AccountId,
        /// The vendor's id of the object that it speaks of.
        object: Option<String>,
        /// What it says, and of which call.
        told: Told,
    },
    /// A message of a partner said something: a look follows where it could tell what is not known.
    Hinted {
        /// The account that it came for.
        account: AccountId,
        /// The vendor's id of the object that it speaks of.
        object: Option<String>,
        /// What it says.
        hint: Hint,
    },
}

/// The intent of an effect: what the driver adds to the decision, from the ids port and the adapter.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The effect.
    pub effect: Effect,
    /// A fresh id, used when the effect begins an attempt.
    pub attempt: AttemptId,
    /// A fresh id, used when the effect makes an operation.
    pub operation: OperationId,
    /// The rendered request, sealed.
    pub rendered: Vec<u8>,
}

/// An input that the state has no place for: a bug of ours, or a stale message. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// The published table has no such edge.
    #[error("an attempt that is {from} cannot become {to}")]
    Attempt {
        /// The state's name.
        from: &'static str,
        /// The name of the one asked for.
        to: &'static str,
    },
    /// The published table has no such edge.
    #[error("an operation that is {from} cannot become {to}")]
    Operation {
        /// The state's name.
        from: &'static str,
        /// The name of the one asked for.
        to: &'static str,
    },
    /// There is no such attempt or operation.
    #[error("the payment has no such attempt or operation")]
    NotFound,
    /// More than what is left was asked for, or nothing.
    #[error("the amount is not within the {left_minor} minor units that are left")]
    Amount {
        /// What is left, in minor units.
        left_minor: i64,
    },
    /// The payment holds nothing that this could act on.
    #[error("the payment is not in a state that allows this")]
    State,
}

/// What `input` makes of `payment`.
pub fn react(
    payment: &Payment,
    input: Input,
    now: Timestamp,
    policy: &Policy,
) -> Result<Payment, Impossible> {
    let mut next = payment.clone();
    match input {
        Input::Intend(intent) => intend::intend(&mut next, intent, now, policy)?,
        Input::Outcome { operation, replay, outcome } => {
            learn::outcome(&mut next, operation, replay, outcome, now, policy)?;
        }
        Input::Looked { attempt, operation, outcome } => {
            learn::looked(&mut next, attempt, operation, outcome, now, policy)?;
        }
        Input::Conclude(conclusion) => conclude::conclude(&mut next, &conclusion, now, policy)?,
        Input::Recovered => owner::recovered(&mut next, now)?,
        Input::Goal(goal) => owner::goal(&mut next, goal)?,
        Input::Ordered(order) => {
            owner::goal(&mut next, Goal::Settle)?;
            next.order = Some(order);
        }
        Input::Capture { operation, amount_minor } => {
            owner::capture(&mut next, operation, amount_minor, now)?;
        }
        Input::Refund { operation, amount_minor } => {
            owner::refund(&mut next, operation, amount_minor, now)?;
        }
        Input::Signalled => owner::signalled(&mut next, now),
        Input::Returned { brought_back } => owner::returned(&mut next, &brought_back, now),
        Input::Told { account, object, told } => {
            tell::told(&mut next, &account, object.as_deref(), &told, now, policy)?;
        }
        Input::Hinted { account, object, hint } => {
            hint::hinted(&mut next, &account, object.as_deref(), hint, now);
        }
    }
    forget_what_was_brought_back(&mut next);
    note_gate(&mut next, now);
    Ok(next)
}

/// What the customer's browser brought back goes with the Confirm that carries it.
fn forget_what_was_brought_back(payment: &mut Payment) {
    for attempt in &mut payment.attempts {
        let asks = attempt.operations.iter().any(|each| each.kind.authorises() && each.outstanding());
        let waits = matches!(attempt.state, AttemptState::AwaitingAction { .. });
        if let Some(after) = &mut attempt.after_action
            && !asks
            && !waits
        {
            after.brought_back = None;
        }
    }
}

/// Keeps what the gate says at the moment when the last attempt ends: asked later, it would say that it is late.
fn note_gate(payment: &mut Payment, now: Timestamp) {
    let answer = gate::after_last(payment, now >= payment.place_by, false);
    if let Some(last) = payment.attempts.last_mut()
        && !last.state.live()
    {
        last.failover = last.failover.or(answer);
    }
}

impl Attempt {
    /// What an action that is waited for leaves behind: where the customer was sent, and when it is given up.
    fn remember_action(&mut self) -> Option<&mut AfterAction> {
        if let AttemptState::AwaitingAction { redirect_url, expires_at, .. } = &self.state
            && self.after_action.is_none()
        {
            let (redirect_url, expires_at) = (redirect_url.clone(), *expires_at);
            self.after_action =
                Some(AfterAction { redirect_url, expires_at, approved: false, brought_back: None });
        }
        self.after_action.as_mut()
    }

    /// What follows the customer's action is due now, whatever its pace was.
    fn ask_at_once(&mut self) {
        if let Some(operation) = self.operations.iter_mut().rev().find(|each| each.kind.authorises()) {
            operation.probe = None;
        }
    }

    /// Moves to `next` if the published table allows it.
    fn enter(&mut self, next: AttemptState) -> Result<(), Impossible> {
        if !self.state.may_become(&next) {
            return Err(Impossible::Attempt { from: self.state.as_str(), to: next.as_str() });
        }
        self.state = next;
        Ok(())
    }
}

impl Operation {
    /// Moves to `next` if the published table allows it; the rendered request is erased at the end (I24).
    fn enter(&mut self, next: OperationState) -> Result<(), Impossible> {
        if self.state == next {
            return Ok(());
        }
        if !self.state.may_become(next) {
            return Err(Impossible::Operation { from: self.state.as_str(), to: next.as_str() });
        }
        self.state = next;
        if next.ended() {
            self.rendered = None;
        }
        Ok(())
    }

    /// Ends the operation if it is not over yet; one of which nothing has left cannot have succeeded.
    fn settle(&mut self, end: OperationState) -> Result<(), Impossible> {
        match self.state {
            OperationState::Succeeded | OperationState::Failed | OperationState::NotSent => Ok(()),
            OperationState::Pending => self.enter(OperationState::Failed),
            OperationState::Sending | OperationState::Unknown(_) => self.enter(end),
        }
    }

    /// The request may have left once more: absence is counted from now, and what was seen before tells nothing.
    fn left_again(&mut self, now: Timestamp, authorises_until: Timestamp) {
        if !matches!(self.state, OperationState::Unknown(_)) {
            return;
        }
        let until = if self.kind.authorises() { now.min(authorises_until) } else { now };
        self.send_by = self.send_by.max(Some(until));
        if let Some(probe) = &mut self.probe {
            probe.seen_absent_at = None;
        }
    }

    /// Marks the outcome as unknown, and puts the ladder up on the first time.
    fn lose_sight(&mut self, cause: UnknownCause, now: Timestamp) -> Result<(), Impossible> {
        self.enter(OperationState::Unknown(cause))?;
        self.probe.get_or_insert_with(|| Probe::begin(now));
        Ok(())
    }
}

impl Payment {
    fn attempt_mut(&mut self, id: AttemptId) -> Result<&mut Attempt, Impossible> {
        self.attempts.iter_mut().find(|attempt| attempt.id == id).ok_or(Impossible::NotFound)
    }

    fn attempt_of_mut(&mut self, operation: OperationId) -> Result<&mut Attempt, Impossible> {
        self.attempts
            .iter_mut()
            .find(|attempt| attempt.operation(operation).is_some())
            .ok_or(Impossible::NotFound)
    }
}

impl Attempt {
    fn operation_mut(&mut self, id: OperationId) -> Result<&mut Operation, Impossible> {
        self.operations.iter_mut().find(|operation| operation.id == id).ok_or(Impossible::NotFound)
    }
}
