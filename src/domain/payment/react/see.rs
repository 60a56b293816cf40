//! What the gateway's view of the object makes of an attempt, whoever asked for it.

use jiff::Timestamp;

use super::super::aggregate::{Goal, Payment};
use super::super::attempt::{Attempt, AttemptState};
use super::super::decline::Decline;
use super::super::hint;
use super::super::operation::{Operation, OperationKind, OperationState};
use super::super::outcome::{Status, View};
use super::super::policy::{Policy, after};
use super::Impossible;
use super::settle::see_settling;
use crate::domain::ids::{OperationId, PaymentId};
use crate::domain::money::Money;

/// What the attempt was asked to be, to hold an answer against.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    payment: PaymentId,
    amount: Money,
    action_ends: Timestamp,
    /// An order rests on the payment.
    pub(super) settled: bool,
    pub(super) voids: usize,
}

impl Asked {
    pub(super) fn of(payment: &Payment, now: Timestamp, policy: &Policy) -> Self {
        Self {
            payment: payment.id,
            amount: payment.amount,
            action_ends: after(now, payment.action_window.unwrap_or(policy.action_window)),
            settled: payment.goal == Goal::Settle,
            voids: policy.schedule.len(),
        }
    }

    /// What was asked for, and declined.
    pub(super) const fn declined(self, decline: Decline) -> View {
        View {
            object: None,
            status: Status::Declined(decline),
            amount: self.amount,
            reference: None,
            capturable_minor: 0,
            captured_minor: 0,
            refunded_minor: None,
            card: None,
        }
    }

    /// R10: another amount, currency or reference than asked for.
    fn differs(self, view: &View) -> bool {
        view.amount != self.amount
            || view.reference.as_ref().is_some_and(|echo| *echo != self.payment.to_string())
    }

    /// R10: a part of what was asked for.
    fn is_short(self, view: &View) -> bool {
        let has = view.captured_minor.saturating_add(view.capturable_minor);
        matches!(view.status, Status::Authorised | Status::Captured) && has < self.amount.minor
    }
}

/// Takes in the object as the gateway describes it, whoever asked.
pub(super) fn see(
    attempt: &mut Attempt,
    operation: Option<OperationId>,
    view: &View,
    asked: Asked,
) -> Result<(), Impossible> {
    if attempt.object.is_none() {
        attempt.object.clone_from(&view.object);
    }
    hint::seen(attempt, view);
    match attempt.state {
        AttemptState::Creating
        | AttemptState::Created
        | AttemptState::Authorising
        | AttemptState::Unknown
        | AttemptState::AwaitingAction { .. } => see_authorising(attempt, operation, view, asked),
        AttemptState::Voiding | AttemptState::LateVoiding => see_voiding(attempt, operation, view, asked),
        AttemptState::Authorised | AttemptState::Captured | AttemptState::LateRefunding => {
            see_settling(attempt, operation, view, asked)?;
            // An order may rest on it: a person must look, and nothing is voided behind the order's back.
            let settled = attempt.state.live() && attempt.void_reason.is_none();
            attempt.needs_review |= settled && asked.differs(view);
            Ok(())
        }
        AttemptState::Voided
        | AttemptState::Declined(_)
        | AttemptState::NotSent(_)
        | AttemptState::ConfirmedAbsent { .. } => {
            if matches!(view.status, Status::Authorised | Status::Captured) {
                attempt.captured_minor = view.captured_minor;
                attempt.needs_review = false;
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
    if view.status == Status::Approved {
        return see_approved(attempt, operation, view, asked);
    }
    let promises = !matches!(view.status, Status::Processing | Status::Voided | Status::Declined(_));
    if promises && (asked.differs(view) || asked.is_short(view)) {
        end_authorisation(attempt, OperationState::Succeeded)?;
        attempt.needs_review = false;
        return attempt.enter(AttemptState::Mismatched);
    }
    let (end, state) = match &view.status {
        Status::Created => return see_created(attempt, operation),
        Status::Approved | Status::Processing => return Ok(()),
        // Nothing was asked for yet that could end like this: a look must tell what it means.
        _ if attempt.state == AttemptState::Creating
            && !matches!(view.status, Status::Declined(_) | Status::ActionNeeded { .. }) =>
        {
            return Ok(());
        }
        Status::ActionNeeded { redirect_url } => {
            let expires_at = action_needed(attempt, redirect_url, asked);
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
    attempt.void_reason = None;
    attempt.enter(state)
}

/// The customer is asked to act, for the first time or again; when that is given up. A further action has no more time
/// than the first, and what was brought back from that one is spent.
fn action_needed(attempt: &mut Attempt, redirect_url: &str, asked: Asked) -> Timestamp {
    let waits = match &attempt.state {
        AttemptState::AwaitingAction { expires_at, .. } => Some(*expires_at),
        _ => None,
    };
    let Some(after) = &mut attempt.after_action else { return waits.unwrap_or(asked.action_ends) };
    redirect_url.clone_into(&mut after.redirect_url);
    after.approved = false;
    if waits.is_none() {
        after.brought_back = None;
    }
    after.expires_at
}

/// The customer allowed the payment, and nothing is held: a Confirm asks for the money. An approval of something else
/// than was asked for is none.
fn see_approved(
    attempt: &mut Attempt,
    operation: Option<OperationId>,
    view: &View,
    asked: Asked,
) -> Result<(), Impossible> {
    if asked.differs(view) {
        return Ok(());
    }
    if !matches!(attempt.state, AttemptState::AwaitingAction { .. }) {
        return see_created(attempt, operation);
    }
    if let Some(after) = attempt.remember_action() {
        after.approved = true;
    }
    attempt.ask_at_once();
    Ok(())
}

/// The object exists and nothing was executed on it: the end of a Create, and no news of a Confirm.
fn see_created(attempt: &mut Attempt, operation: Option<OperationId>) -> Result<(), Impossible> {
    let created = operation
        .and_then(|id| attempt.operation(id))
        .or_else(|| attempt.authorisation())
        .is_some_and(|operation| operation.kind == OperationKind::Create);
    if !created || matches!(attempt.state, AttemptState::AwaitingAction { .. }) {
        return Ok(());
    }
    end_authorisation(attempt, OperationState::Succeeded)?;
    attempt.enter(AttemptState::Created)
}

fn see_voiding(
    attempt: &mut Attempt,
    operation: Option<OperationId>,
    view: &View,
    asked: Asked,
) -> Result<(), Impossible> {
    let late = attempt.state == AttemptState::LateVoiding;
    let (end, state) = match &view.status {
        Status::Voided if late => (OperationState::Succeeded, Some(AttemptState::LateVoided)),
        Status::Voided => (OperationState::Succeeded, Some(AttemptState::Voided)),
        Status::Captured => {
            attempt.captured_minor = view.captured_minor;
            let refunding = if late { AttemptState::LateRefunding } else { AttemptState::Captured };
            (OperationState::Failed, Some(refunding))
        }
        Status::Declined(_) if late => (OperationState::Failed, Some(AttemptState::LateVoided)),
        Status::Declined(decline) => (OperationState::Failed, Some(AttemptState::Declined(decline.clone()))),
        // Still there: this void was not executed, and another one follows.
        _ => (OperationState::Failed, None),
    };
    let charged = view.status == Status::Captured;
    if let Some(state) = state {
        return end_voiding(attempt, end, charged, state);
    }
    let voids = attempt.operations.iter_mut().filter(|each| each.kind == OperationKind::Void);
    for each in voids.filter(|each| operation == Some(each.id)) {
        each.settle(end)?;
    }
    void_failed(attempt, asked.voids);
    Ok(())
}

/// A void ended the attempt, or what it revealed did: every call of it is over.
fn end_voiding(
    attempt: &mut Attempt,
    end: OperationState,
    charged: bool,
    state: AttemptState,
) -> Result<(), Impossible> {
    for each in &mut attempt.operations {
        let succeeded = charged && each.kind.authorises();
        each.settle(match each.kind {
            OperationKind::Void => end,
            _ if succeeded => OperationState::Succeeded,
            _ => OperationState::Failed,
        })?;
    }
    attempt.needs_review = false;
    attempt.enter(state)
}

/// The vendor said that a void was executed: nothing is held.
pub(super) fn voided(attempt: &mut Attempt) -> Result<(), Impossible> {
    let late = attempt.state == AttemptState::LateVoiding;
    let state = if late { AttemptState::LateVoided } else { AttemptState::Voided };
    end_voiding(attempt, OperationState::Succeeded, false, state)
}

/// Voids follow one another by the schedule; after the last one an operator is needed (R8).
pub(super) fn void_failed(attempt: &mut Attempt, at_most: usize) {
    let failed = |each: &&Operation| each.kind == OperationKind::Void && each.state == OperationState::Failed;
    attempt.needs_review |= attempt.operations.iter().filter(failed).count() > at_most;
}
