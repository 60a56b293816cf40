//! What an input makes of a payment: pure, checked against the published tables, and the only place that
//! changes one.

use jiff::Timestamp;

use super::aggregate::{Goal, Payment};
use super::attempt::{Attempt, AttemptState, VoidReason};
use super::decide::{Conclusion, Effect};
use super::operation::{Operation, OperationKind, OperationState, Probe};
use super::outcome::{NotSent, Outcome, UnknownCause};
use super::policy::{Policy, after};
use crate::domain::ids::{AccountId, AttemptId, OperationId, OrderId};

mod conclude;
mod learn;

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
    /// The customer came back, or a message told us to look.
    Signalled,
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
        Input::Intend(intent) => intend(&mut next, intent, now, policy)?,
        Input::Outcome { operation, replay, outcome } => {
            learn::outcome(&mut next, operation, replay, outcome, now, policy)?;
        }
        Input::Looked { attempt, operation, outcome } => {
            learn::looked(&mut next, attempt, operation, outcome, now, policy)?;
        }
        Input::Conclude(conclusion) => conclude::conclude(&mut next, &conclusion, now, policy)?,
        Input::Recovered => recovered(&mut next, now)?,
        Input::Goal(goal) => next.goal = goal,
        Input::Ordered(order) => {
            next.order = Some(order);
            next.goal = Goal::Settle;
        }
        Input::Capture { operation, amount_minor } => capture(&mut next, operation, amount_minor, now)?,
        Input::Refund { operation, amount_minor } => refund(&mut next, operation, amount_minor, now)?,
        Input::Signalled => {
            for attempt in &mut next.attempts {
                if let AttemptState::AwaitingAction { signalled, .. } = &mut attempt.state {
                    *signalled = true;
                }
            }
        }
    }
    Ok(next)
}

impl Attempt {
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

    /// Ends the operation if it is not over yet.
    fn settle(&mut self, end: OperationState) -> Result<(), Impossible> {
        if self.state.ended() { Ok(()) } else { self.enter(end) }
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

fn intend(payment: &mut Payment, intent: Intent, now: Timestamp, policy: &Policy) -> Result<(), Impossible> {
    let send_by = after(now, policy.send_window);
    let sending = |id, kind, amount_minor| Operation {
        state: OperationState::Sending,
        send_by: Some(send_by),
        rendered: Some(intent.rendered.clone()),
        ..Operation::pending(id, kind, amount_minor, now)
    };
    match intent.effect {
        Effect::Begin { account, kind, skipped } => {
            let operation = sending(intent.operation, kind, payment.amount.minor);
            payment.skipped.extend(skipped);
            begin(payment, intent.attempt, account, operation)
        }
        Effect::Next { attempt, kind, amount_minor } => {
            let goal = payment.goal;
            let attempt = payment.attempt_mut(attempt)?;
            match kind {
                OperationKind::Confirm => attempt.enter(AttemptState::Authorising)?,
                OperationKind::Void => enter_void(attempt, goal)?,
                OperationKind::Refund if !attempt.state.live() => {
                    attempt.enter(AttemptState::LateRefunding)?;
                }
                OperationKind::Refund => {}
                OperationKind::Create | OperationKind::Authorise | OperationKind::Capture => {
                    return Err(Impossible::State);
                }
            }
            attempt.operations.push(sending(intent.operation, kind, amount_minor));
            Ok(())
        }
        Effect::Send { operation } => {
            let operation = payment.attempt_of_mut(operation)?.operation_mut(operation)?;
            operation.enter(OperationState::Sending)?;
            operation.send_by = Some(send_by);
            operation.rendered = Some(intent.rendered);
            Ok(())
        }
        Effect::Replay { .. } | Effect::Look { .. } => Err(Impossible::State),
    }
}

fn begin(
    payment: &mut Payment,
    id: AttemptId,
    account: AccountId,
    operation: Operation,
) -> Result<(), Impossible> {
    if payment.live().is_some() {
        return Err(Impossible::State);
    }
    let state = if operation.kind == OperationKind::Create {
        AttemptState::Creating
    } else {
        AttemptState::Authorising
    };
    payment.attempts.push(Attempt {
        id,
        account,
        state,
        object: None,
        captured_minor: 0,
        refunded_minor: 0,
        operations: vec![operation],
        needs_review: false,
        void_reason: None,
    });
    Ok(())
}

fn enter_void(attempt: &mut Attempt, goal: Goal) -> Result<(), Impossible> {
    let (state, reason) = match &attempt.state {
        AttemptState::LateSuccess | AttemptState::LateVoiding => {
            (AttemptState::LateVoiding, VoidReason::Late)
        }
        AttemptState::Mismatched => (AttemptState::Voiding, VoidReason::Mismatch),
        _ if goal != Goal::Hold => (AttemptState::Voiding, VoidReason::Release),
        AttemptState::AwaitingAction { .. } => (AttemptState::Voiding, VoidReason::ActionExpired),
        _ => (AttemptState::Voiding, VoidReason::Resolve),
    };
    attempt.enter(state)?;
    attempt.void_reason.get_or_insert(reason);
    Ok(())
}

fn recovered(payment: &mut Payment, now: Timestamp) -> Result<(), Impossible> {
    for attempt in &mut payment.attempts {
        let mut authorising = false;
        for operation in &mut attempt.operations {
            if operation.state == OperationState::Sending {
                operation.lose_sight(UnknownCause::Crashed, now)?;
                authorising |= operation.kind.authorises();
            }
        }
        if authorising && attempt.state.live() {
            attempt.enter(AttemptState::Unknown)?;
        }
    }
    Ok(())
}

fn capture(
    payment: &mut Payment,
    operation: OperationId,
    amount_minor: i64,
    now: Timestamp,
) -> Result<(), Impossible> {
    let attempt = payment
        .attempts
        .iter_mut()
        .find(|attempt| attempt.state == AttemptState::Authorised)
        .ok_or(Impossible::State)?;
    if attempt.operations.iter().any(|operation| !operation.state.ended()) {
        return Err(Impossible::State);
    }
    if amount_minor <= 0 || amount_minor > payment.amount.minor {
        return Err(Impossible::Amount { left_minor: payment.amount.minor });
    }
    attempt.needs_review = false;
    attempt.operations.push(Operation::pending(operation, OperationKind::Capture, amount_minor, now));
    Ok(())
}

fn refund(
    payment: &mut Payment,
    operation: OperationId,
    amount_minor: i64,
    now: Timestamp,
) -> Result<(), Impossible> {
    let left_minor = payment.refundable_minor();
    let attempt = payment
        .attempts
        .iter_mut()
        .find(|attempt| attempt.state == AttemptState::Captured)
        .ok_or(Impossible::State)?;
    if amount_minor <= 0 || amount_minor > left_minor {
        return Err(Impossible::Amount { left_minor });
    }
    attempt.operations.push(Operation::pending(operation, OperationKind::Refund, amount_minor, now));
    Ok(())
}

/// A call of which nothing left: an authorisation ends its attempt, anything else is tried again by the
/// schedule.
fn not_sent(
    attempt: &mut Attempt,
    operation: OperationId,
    reason: NotSent,
    now: Timestamp,
    policy: &Policy,
) -> Result<(), Impossible> {
    let operation = attempt.operation_mut(operation)?;
    if operation.kind.authorises() {
        operation.enter(OperationState::NotSent)?;
        return attempt.enter(AttemptState::NotSent(reason));
    }
    let pause = policy.schedule.get(usize::try_from(operation.tries).unwrap_or(usize::MAX)).copied();
    operation.tries = operation.tries.saturating_add(1);
    operation.enter(OperationState::Pending)?;
    operation.rendered = None;
    match pause {
        Some(pause) => operation.due_at = after(now, pause),
        None => attempt.needs_review = true,
    }
    Ok(())
}
