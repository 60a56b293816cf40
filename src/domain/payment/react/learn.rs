//! What an answer teaches: one function for the call itself, for its replay, and for a look.

use jiff::Timestamp;

use super::super::Payment;
use super::super::attempt::{Attempt, AttemptState};
use super::super::decline::{Decline, DeclineClass};
use super::super::operation::{Operation, OperationKind, OperationState, Rung};
use super::super::outcome::{Outcome, Refusal, Status, UnknownCause, View};
use super::super::policy::{Policy, after};
use super::{Impossible, not_sent};
use crate::domain::ids::{AttemptId, OperationId, PaymentId};
use crate::domain::money::Money;

/// What the attempt was asked to be, to hold an answer against.
#[derive(Clone, Copy)]
struct Asked {
    payment: PaymentId,
    amount: Money,
    now: Timestamp,
    action_ends: Timestamp,
}

impl Asked {
    fn of(payment: &Payment, now: Timestamp, policy: &Policy) -> Self {
        Self {
            payment: payment.id,
            amount: payment.amount,
            now,
            action_ends: after(now, policy.action_window),
        }
    }

    /// R10: another amount, currency or reference than asked for.
    fn differs(self, view: &View) -> bool {
        view.amount != self.amount
            || view.reference.as_ref().is_some_and(|echo| *echo != self.payment.to_string())
    }
}

/// The outcome of a call that moves money, or of its replay.
pub(super) fn outcome(
    payment: &mut Payment,
    id: OperationId,
    replay: bool,
    outcome: Outcome,
    now: Timestamp,
    policy: &Policy,
) -> Result<(), Impossible> {
    let asked = Asked::of(payment, now, policy);
    let attempt = payment.attempt_of_mut(id)?;
    let operation = attempt.operation_mut(id)?;
    if replay {
        if let Some(probe) = &mut operation.probe {
            probe.replays = probe.replays.saturating_add(1);
            probe.replay_failed |= matches!(outcome, Outcome::Unknown(UnknownCause::ServerError));
            probe.rung = Rung::Void;
        }
        // A refusal of a later try proves nothing about the first one.
        return match outcome {
            Outcome::Definite(view) => see(attempt, Some(id), &view, asked),
            Outcome::NotSent(_) | Outcome::Refused(_) | Outcome::Unknown(_) => Ok(()),
        };
    }
    match outcome {
        Outcome::NotSent(reason) => not_sent(attempt, id, reason, now, policy),
        Outcome::Definite(view) => see(attempt, Some(id), &view, asked),
        Outcome::Refused(refusal) => refused(attempt, id, refusal, now),
        Outcome::Unknown(cause) => {
            operation.lose_sight(cause, now)?;
            if operation.kind.authorises() { attempt.enter(AttemptState::Unknown) } else { Ok(()) }
        }
    }
}

/// What a look showed. Looks that fail teach nothing: the ladder climbs on.
pub(super) fn looked(
    payment: &mut Payment,
    attempt: AttemptId,
    operation: Option<OperationId>,
    outcome: Outcome,
    now: Timestamp,
    policy: &Policy,
) -> Result<(), Impossible> {
    let asked = Asked::of(payment, now, policy);
    let attempt = payment.attempt_mut(attempt)?;
    if let Some(operation) = operation.and_then(|id| attempt.operation_mut(id).ok()) {
        let absent = shows_nothing(operation, &outcome);
        if matches!(&outcome, Outcome::Definite(view) if view.status == Status::Processing)
            && operation.outstanding()
        {
            operation.enter(OperationState::Unknown(UnknownCause::Processing))?;
        }
        if let Some(probe) = &mut operation.probe {
            probe.rung = Rung::Replay;
            probe.seen_absent_at = absent.then_some(now);
        }
    }
    after_late_check(attempt, now, policy);
    if let Outcome::Definite(view) = &outcome {
        see(attempt, operation, view, asked)?;
    }
    Ok(())
}

/// Whether a look found that nothing of `operation` was executed, as far as it could see.
fn shows_nothing(operation: &Operation, outcome: &Outcome) -> bool {
    match (outcome, operation.kind) {
        (Outcome::Refused(refusal), _) => refusal.not_found,
        (Outcome::Definite(view), OperationKind::Capture) => view.status == Status::Authorised,
        (Outcome::Definite(view), OperationKind::Refund) => view.refunded_minor == Some(0),
        (Outcome::Definite(view), _) => view.status == Status::Created,
        (Outcome::NotSent(_) | Outcome::Unknown(_), _) => false,
    }
}

fn after_late_check(attempt: &mut Attempt, now: Timestamp, policy: &Policy) {
    if let AttemptState::ConfirmedAbsent { checks, next_check_at } = &mut attempt.state {
        *checks = checks.saturating_add(1);
        let next = policy.late_checks.get(usize::try_from(*checks).unwrap_or(usize::MAX));
        *next_check_at = next.map(|pause| after(now, *pause));
    }
}

/// A definite refusal of one call.
fn refused(
    attempt: &mut Attempt,
    id: OperationId,
    refusal: Refusal,
    now: Timestamp,
) -> Result<(), Impossible> {
    let operation = attempt.operation_mut(id)?;
    operation.code = Some(refusal.code.clone());
    match operation.kind {
        OperationKind::Create | OperationKind::Confirm | OperationKind::Authorise => {
            operation.enter(OperationState::Failed)?;
            let class = refusal.class.unwrap_or(DeclineClass::BadRequest);
            attempt.enter(AttemptState::Declined(Decline { class, code: refusal.code }))
        }
        OperationKind::Void => {
            // It may have been captured or voided before: only a look tells.
            operation.lose_sight(UnknownCause::NotConclusive, now)
        }
        OperationKind::Capture => {
            attempt.needs_review = true;
            attempt.operation_mut(id)?.enter(OperationState::Failed)
        }
        OperationKind::Refund => operation.enter(OperationState::Failed),
    }
}

/// Takes in the object as the gateway describes it, whoever asked.
fn see(
    attempt: &mut Attempt,
    operation: Option<OperationId>,
    view: &View,
    asked: Asked,
) -> Result<(), Impossible> {
    attempt.object.get_or_insert_with(|| view.object.clone());
    let holds = matches!(view.status, Status::Authorised | Status::Captured | Status::Created);
    let short = view.status == Status::Authorised && view.capturable_minor < asked.amount.minor;
    if attempt.state.live() && holds && (asked.differs(view) || short) {
        end_authorisation(attempt, OperationState::Succeeded)?;
        return match attempt.state {
            // Already on its way out: what it holds does not matter any more.
            AttemptState::Voiding => see_voiding(attempt, operation, view),
            // An order rests on it: a person must look, and nothing is voided behind the order's back.
            AttemptState::Authorised | AttemptState::Captured => {
                attempt.needs_review = true;
                Ok(())
            }
            _ => attempt.enter(AttemptState::Mismatched),
        };
    }
    match attempt.state {
        AttemptState::Creating
        | AttemptState::Created
        | AttemptState::Authorising
        | AttemptState::Unknown
        | AttemptState::AwaitingAction { .. } => see_authorising(attempt, operation, view, asked),
        AttemptState::Voiding | AttemptState::LateVoiding => see_voiding(attempt, operation, view),
        AttemptState::Authorised | AttemptState::Captured | AttemptState::LateRefunding => {
            see_settling(attempt, operation, view)
        }
        AttemptState::Voided
        | AttemptState::Declined(_)
        | AttemptState::NotSent(_)
        | AttemptState::ConfirmedAbsent { .. } => {
            if matches!(view.status, Status::Authorised | Status::Captured) {
                attempt.captured_minor = view.captured_minor;
                attempt.enter(AttemptState::LateSuccess)?;
            }
            Ok(())
        }
        AttemptState::Mismatched
        | AttemptState::Refunded
        | AttemptState::LateSuccess
        | AttemptState::LateVoided
        | AttemptState::LateRefunded => Ok(()),
    }
}

/// Ends the authorisation's own operations: the object has told what became of them.
fn end_authorisation(attempt: &mut Attempt, end: OperationState) -> Result<(), Impossible> {
    for operation in &mut attempt.operations {
        if operation.kind.authorises() {
            operation.settle(end)?;
        }
    }
    Ok(())
}

fn see_authorising(
    attempt: &mut Attempt,
    operation: Option<OperationId>,
    view: &View,
    asked: Asked,
) -> Result<(), Impossible> {
    let (end, state) = match &view.status {
        Status::Created => return see_created(attempt, operation),
        Status::Processing => {
            let Some(id) = operation else { return Ok(()) };
            let operation = attempt.operation_mut(id)?;
            if operation.state == OperationState::Sending {
                operation.lose_sight(UnknownCause::Processing, asked.now)?;
            }
            return attempt.enter(AttemptState::Unknown);
        }
        Status::ActionNeeded { redirect_url } => {
            let expires_at = match &attempt.state {
                AttemptState::AwaitingAction { expires_at, .. } => *expires_at,
                _ => asked.action_ends,
            };
            let state = AttemptState::AwaitingAction {
                redirect_url: redirect_url.clone(),
                expires_at,
                signalled: false,
            };
            (OperationState::Succeeded, state)
        }
        Status::Authorised => (OperationState::Succeeded, AttemptState::Authorised),
        Status::Captured => {
            attempt.captured_minor = view.captured_minor;
            (OperationState::Succeeded, AttemptState::Captured)
        }
        Status::Voided => (OperationState::Failed, AttemptState::Voided),
        Status::Declined(decline) => (OperationState::Failed, AttemptState::Declined(decline.clone())),
    };
    end_authorisation(attempt, end)?;
    attempt.needs_review = false;
    attempt.enter(state)
}

/// The object exists and nothing was executed on it: the end of a Create, and no news of a Confirm.
fn see_created(attempt: &mut Attempt, operation: Option<OperationId>) -> Result<(), Impossible> {
    let created = operation
        .and_then(|id| attempt.operation(id))
        .or_else(|| attempt.authorisation())
        .is_some_and(|operation| operation.kind == OperationKind::Create);
    if !created {
        return Ok(());
    }
    end_authorisation(attempt, OperationState::Succeeded)?;
    attempt.enter(AttemptState::Created)
}

fn see_voiding(attempt: &mut Attempt, operation: Option<OperationId>, view: &View) -> Result<(), Impossible> {
    let late = attempt.state == AttemptState::LateVoiding;
    let (end, state) = match &view.status {
        Status::Voided => (
            OperationState::Succeeded,
            Some(if late { AttemptState::LateVoided } else { AttemptState::Voided }),
        ),
        Status::Captured => {
            attempt.captured_minor = view.captured_minor;
            let refunding = if late { AttemptState::LateRefunding } else { AttemptState::Captured };
            (OperationState::Failed, Some(refunding))
        }
        Status::Declined(decline) if !late => {
            (OperationState::Failed, Some(AttemptState::Declined(decline.clone())))
        }
        // Still there: this void was not executed, and another one follows.
        _ => (OperationState::Failed, None),
    };
    for each in &mut attempt.operations {
        let about_it = operation == Some(each.id) || state.is_some();
        if each.kind == OperationKind::Void && about_it {
            each.settle(end)?;
        } else if state.is_some() {
            each.settle(OperationState::Failed)?;
        }
    }
    match state {
        Some(state) => {
            attempt.needs_review = false;
            attempt.enter(state)
        }
        None => Ok(()),
    }
}

/// Captures and refunds: the totals of the object tell whether this one was executed.
fn see_settling(
    attempt: &mut Attempt,
    operation: Option<OperationId>,
    view: &View,
) -> Result<(), Impossible> {
    let Some(id) = operation else { return Ok(()) };
    let captured_before = attempt.captured_minor;
    let operation = attempt.operation_mut(id)?;
    match operation.kind {
        OperationKind::Capture => {
            let expected = captured_before.saturating_add(operation.amount_minor);
            if view.captured_minor >= expected {
                operation.settle(OperationState::Succeeded)?;
                attempt.captured_minor = view.captured_minor;
                attempt.needs_review = false;
                return attempt.enter(AttemptState::Captured);
            }
            if view.status == Status::Voided {
                // The hold expired or was voided elsewhere: nothing was taken (R17).
                operation.code = Some("HOLD_GONE".to_owned());
                operation.settle(OperationState::Failed)?;
                attempt.needs_review = true;
            }
            Ok(())
        }
        OperationKind::Refund => {
            let amount = operation.amount_minor;
            if view.refunded_minor.is_some_and(|refunded| refunded >= amount) {
                operation.settle(OperationState::Succeeded)?;
                attempt.refunded_minor = attempt.refunded_minor.saturating_add(amount);
                if attempt.refunded_minor >= attempt.captured_minor {
                    let late = attempt.state == AttemptState::LateRefunding;
                    return attempt.enter(if late {
                        AttemptState::LateRefunded
                    } else {
                        AttemptState::Refunded
                    });
                }
            }
            Ok(())
        }
        OperationKind::Create | OperationKind::Confirm | OperationKind::Authorise => {
            operation.settle(OperationState::Succeeded)
        }
        OperationKind::Void => {
            if view.status == Status::Voided {
                operation.settle(OperationState::Succeeded)?;
                return attempt.enter(AttemptState::Voided);
            }
            Ok(())
        }
    }
}
