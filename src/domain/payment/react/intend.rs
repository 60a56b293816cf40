//! The intent of an effect: what must be durable before its first byte leaves (R1).

use jiff::Timestamp;

use super::super::aggregate::{Goal, Payment};
use super::super::attempt::{Attempt, AttemptState, VoidReason};
use super::super::decide::Effect;
use super::super::operation::{Operation, OperationKind, OperationState};
use super::super::policy::Policy;
use super::{Impossible, Intent};
use crate::domain::ids::{AccountId, AttemptId};
use crate::mutants::{Mutant, planted};

pub(super) fn intend(
    payment: &mut Payment,
    intent: Intent,
    now: Timestamp,
    policy: &Policy,
) -> Result<(), Impossible> {
    let sending = |payment: &Payment, of: Option<&Attempt>, id, kind, amount_minor| Operation {
        state: OperationState::Sending,
        send_by: Some(payment.leaves_by(of, kind, now, policy)),
        rendered: Some(intent.rendered.clone()),
        ..Operation::pending(id, kind, amount_minor, now)
    };
    match intent.effect {
        Effect::Begin { account, kind, skipped } => {
            let operation = sending(payment, None, intent.operation, kind, payment.amount.minor);
            payment.skipped.extend(skipped);
            begin(payment, intent.attempt, account, operation)
        }
        Effect::Next { attempt, kind, amount_minor } => {
            let goal = payment.goal;
            let of = payment.attempts.iter().find(|each| each.id == attempt);
            let operation = sending(payment, of, intent.operation, kind, amount_minor);
            let attempt = payment.attempt_mut(attempt)?;
            match kind {
                OperationKind::Confirm => confirm(attempt)?,
                OperationKind::Void => enter_void(attempt, goal)?,
                OperationKind::Refund if !attempt.state.live() => {
                    attempt.enter(AttemptState::LateRefunding)?;
                }
                OperationKind::Refund => {}
                OperationKind::Capture if planted(Mutant::CaptureFirst) => {}
                OperationKind::Create | OperationKind::Authorise | OperationKind::Capture => {
                    return Err(Impossible::State);
                }
            }
            attempt.operations.push(operation);
            Ok(())
        }
        Effect::Send { operation } => {
            let attempt = payment.attempt_of(operation).ok_or(Impossible::NotFound)?;
            let kind = attempt.operation(operation).ok_or(Impossible::NotFound)?.kind;
            let send_by = payment.leaves_by(Some(attempt), kind, now, policy);
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
        failover: None,
        hinted: None,
        after_action: None,
    });
    Ok(())
}

/// Asks for the money. After a customer's action its end goes on bounding what follows, whatever the state is then.
fn confirm(attempt: &mut Attempt) -> Result<(), Impossible> {
    attempt.remember_action();
    attempt.enter(AttemptState::Authorising)
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
