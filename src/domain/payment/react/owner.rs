//! What comes from outside the calls: the owner's wishes, a signal, and the death of whoever was calling.

use jiff::Timestamp;

use super::super::aggregate::{Goal, Payment};
use super::super::attempt::{Attempt, AttemptState};
use super::super::operation::{Operation, OperationKind, OperationState, Rung};
use super::super::outcome::{NotSent, UnknownCause};
use super::Impossible;
use crate::domain::ids::OperationId;
use crate::mutants::{Mutant, planted};

/// What is wanted only ever goes forward: from holding to settling, and from either to nothing. A payment that
/// was given up is on its way back, and no order may rest on it.
pub(super) fn goal(payment: &mut Payment, goal: Goal) -> Result<(), Impossible> {
    match (payment.goal, goal) {
        (Goal::Hold, _) | (Goal::Settle, Goal::Settle | Goal::Release) | (Goal::Release, Goal::Release) => {
            if goal == Goal::Release && payment.goal == Goal::Settle {
                answer_review(payment);
            }
            payment.goal = goal;
            Ok(())
        }
        (Goal::Settle | Goal::Release, Goal::Hold) | (Goal::Release, Goal::Settle) => Err(Impossible::State),
    }
}

/// A hold whose capture failed for good waits for a person, whose wish to give it back is the answer. Where a call is
/// not over, its outcome is what the review is about.
fn answer_review(payment: &mut Payment) {
    for attempt in &mut payment.attempts {
        if attempt.state == AttemptState::Authorised && attempt.open().is_none() {
            attempt.needs_review = false;
        }
    }
}

pub(super) fn signalled(payment: &mut Payment, now: Timestamp) {
    let released = payment.goal == Goal::Release;
    for attempt in &mut payment.attempts {
        let told_before = match &mut attempt.state {
            AttemptState::AwaitingAction { signalled, .. } => std::mem::replace(signalled, true),
            _ => true,
        };
        if !told_before {
            attempt.ask_at_once();
        }
        if attempt.needs_review {
            one_more_round(attempt, released, now);
        }
    }
}

/// The customer came back with something: whatever was tried before, it is asked with this now.
pub(super) fn returned(payment: &mut Payment, brought_back: &[u8], now: Timestamp) {
    signalled(payment, now);
    for attempt in &mut payment.attempts {
        if !matches!(attempt.state, AttemptState::AwaitingAction { .. }) {
            continue;
        }
        if planted(Mutant::BroughtBackBelieved) {
            attempt.state = AttemptState::Authorised;
            continue;
        }
        if let Some(after) = attempt.remember_action() {
            after.brought_back = Some(brought_back.to_vec());
        }
        attempt.ask_at_once();
    }
}

/// Takes up what the resolver gave up. A refusal that an operator must answer, such as a failed capture, stays
/// until it is answered: nothing here would be asked again.
fn one_more_round(attempt: &mut Attempt, released: bool, now: Timestamp) {
    let going_out = released
        || attempt.state.gives_back_late()
        || matches!(attempt.state, AttemptState::Voiding)
        || attempt.void_reason.is_some();
    // Of what went back nothing is left to ask: that a person looked is the answer.
    let over = attempt.state == AttemptState::Refunded;
    if attempt.open().is_some() || going_out || over {
        attempt.needs_review = false;
    }
    if let AttemptState::ConfirmedAbsent { next_check_at, .. } = &mut attempt.state {
        *next_check_at = Some(now);
        attempt.needs_review = false;
    }
    for operation in &mut attempt.operations {
        match operation.state {
            OperationState::Pending => {
                operation.due_at = now;
                operation.tries = 0;
            }
            OperationState::Unknown(_) => {
                if let Some(probe) = &mut operation.probe {
                    probe.rung = Rung::Look;
                    probe.next_at = now;
                }
            }
            OperationState::Sending
            | OperationState::Succeeded
            | OperationState::Failed
            | OperationState::NotSent => {}
        }
    }
}

pub(super) fn recovered(payment: &mut Payment, now: Timestamp) -> Result<(), Impossible> {
    let place_by = payment.place_by;
    for attempt in &mut payment.attempts {
        let mut authorising = false;
        let confirms_until = attempt.authorises_until(OperationKind::Confirm, place_by);
        for operation in &mut attempt.operations {
            let until = if operation.kind == OperationKind::Confirm { confirms_until } else { place_by };
            // A replay commits nothing beforehand: whoever is gone may have sent one until now.
            operation.left_again(now, until);
            if planted(Mutant::RecoveryTakesSendingForUnsent) && operation.state == OperationState::Sending {
                operation.settle(OperationState::NotSent)?;
                if operation.kind.authorises() {
                    attempt.state = AttemptState::NotSent(NotSent::Connect);
                }
            }
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

pub(super) fn capture(
    payment: &mut Payment,
    operation: OperationId,
    amount_minor: i64,
    now: Timestamp,
) -> Result<(), Impossible> {
    if payment.goal == Goal::Release {
        return Err(Impossible::State);
    }
    let attempt = payment
        .attempts
        .iter_mut()
        .find(|attempt| attempt.state == AttemptState::Authorised)
        .ok_or(Impossible::State)?;
    if attempt.open().is_some() {
        return Err(Impossible::State);
    }
    if amount_minor <= 0 || amount_minor > payment.amount.minor {
        return Err(Impossible::Amount { left_minor: payment.amount.minor });
    }
    attempt.needs_review = false;
    attempt.operations.push(Operation::pending(operation, OperationKind::Capture, amount_minor, now));
    Ok(())
}

pub(super) fn refund(
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
    if attempt.open().is_none() {
        attempt.needs_review = false;
    }
    attempt.operations.push(Operation::pending(operation, OperationKind::Refund, amount_minor, now));
    Ok(())
}
