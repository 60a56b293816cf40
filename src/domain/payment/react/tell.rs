//! What a notification makes of a payment, at a vendor that tells later.
//!
//! Notifications come late, early, twice, out of order and against each other. Whatever came first stands: nothing here
//! moves a state back, and the same word twice changes nothing. What ended is left by R9's edge alone, and where two
//! words about money that moved contradict each other, a person must look.

use jiff::Timestamp;

use super::super::aggregate::Payment;
use super::super::attempt::{Attempt, AttemptState};
use super::super::decline::{Decline, DeclineClass};
use super::super::operation::{Operation, OperationKind, OperationState};
use super::super::outcome::{Refusal, Status, View};
use super::super::policy::Policy;
use super::super::told::{Said, Told};
use super::Impossible;
use super::learn::refused;
use super::see::{Asked, see, void_failed, voided};
use super::settle::{captured, refunded};
use crate::domain::ids::{AccountId, OperationId};
use crate::mutants::{Mutant, planted};

/// Takes in what was told of a call.
pub(super) fn told(
    payment: &mut Payment,
    account: &AccountId,
    object: Option<&str>,
    told: &Told,
    now: Timestamp,
    policy: &Policy,
) -> Result<(), Impossible> {
    let asked = Asked::of(payment, now, policy);
    let currency = payment.amount.currency;
    let Some(attempt) = subject(payment, account, object, told) else { return Ok(()) };
    let owed = payment.owes_back(attempt);
    let attempt = attempt.id;
    let attempt = payment.attempt_mut(attempt)?;
    match (&told.said, told.operation) {
        (Said::Seen(view), _) => seen(attempt, object, view, asked),
        (Said::Done { amount }, Some(operation)) => {
            let asked = attempt.operation_mut(operation)?.amount_minor;
            let whole = amount.is_none_or(|amount| amount.currency == currency && amount.minor == asked);
            done(attempt, operation, whole)
        }
        (Said::Refused(refusal), Some(operation)) => {
            refused_later(attempt, operation, refusal, owed, asked, now)
        }
        // Of which call it speaks cannot be told.
        (Said::Done { .. } | Said::Refused(_), None) => Ok(()),
    }
}

/// The attempt that is spoken of: the one that holds the call, else the one at the account. An object that is known by
/// another id is left alone.
fn subject<'a>(
    payment: &'a Payment,
    account: &AccountId,
    object: Option<&str>,
    told: &Told,
) -> Option<&'a Attempt> {
    let here = |attempt: &&Attempt| attempt.account == *account;
    let named = told.operation.and_then(|id| payment.attempt_of(id)).filter(here);
    let Said::Seen(view) = &told.said else { return named };
    let attempt = named.or_else(|| payment.attempts.iter().find(here))?;
    let object = view.object.as_deref().or(object);
    let other = attempt.object.as_deref().zip(object).is_some_and(|(known, told)| known != told);
    (!other).then_some(attempt)
}

/// The authorisation, as the vendor sees it.
fn seen(attempt: &mut Attempt, object: Option<&str>, view: &View, asked: Asked) -> Result<(), Impossible> {
    let decided = match view.status {
        Status::Authorised | Status::Captured | Status::Voided | Status::Declined(_) => true,
        Status::Approved => matches!(attempt.state, AttemptState::AwaitingAction { .. }),
        Status::Created | Status::ActionNeeded { .. } | Status::Processing => false,
    };
    let voided =
        |each: &Operation| each.kind == OperationKind::Void && each.state == OperationState::Succeeded;
    // That it was held before it was voided is no news, whenever it comes. What was never known to be held may have
    // landed after a void that leaves no tombstone (R9).
    let held = |each: &Operation| each.state == OperationState::Succeeded;
    let old = attempt.authorisation().is_some_and(held)
        && attempt.state == AttemptState::Voided
        && !planted(Mutant::LastWordWins)
        && view.status == Status::Authorised
        && attempt.operations.iter().any(voided);
    if !decided || old {
        return Ok(());
    }
    let object = view.object.clone().or_else(|| object.map(str::to_owned));
    see(attempt, None, &View { object, ..view.clone() }, asked)
}

/// The call was executed: for the whole of what it asked for, or for something else.
pub(super) fn done(attempt: &mut Attempt, id: OperationId, whole: bool) -> Result<(), Impossible> {
    let before = attempt.captured_minor;
    let operation = attempt.operation_mut(id)?;
    let amount = operation.amount_minor;
    let known = operation.state == OperationState::Succeeded;
    let fits = operation.outstanding() && whole;
    match operation.kind {
        // The authorisation tells of itself what it holds.
        OperationKind::Create | OperationKind::Confirm | OperationKind::Authorise => Ok(()),
        // The object holds nothing, whichever void it was. Of what ended otherwise that is no news.
        OperationKind::Void => match attempt.state {
            AttemptState::Voiding | AttemptState::LateVoiding => voided(attempt),
            _ => Ok(()),
        },
        OperationKind::Capture | OperationKind::Refund if known => Ok(()),
        OperationKind::Capture if fits => captured(attempt, id, before.saturating_add(amount)),
        OperationKind::Refund if fits => refunded(attempt, id),
        OperationKind::Capture | OperationKind::Refund => {
            attempt.needs_review = true;
            Ok(())
        }
    }
}

/// The call was refused for good.
fn refused_later(
    attempt: &mut Attempt,
    id: OperationId,
    refusal: &Refusal,
    owed: bool,
    asked: Asked,
    now: Timestamp,
) -> Result<(), Impossible> {
    let operation = attempt.operation_mut(id)?;
    let authorises = operation.kind.authorises();
    if !operation.outstanding() {
        attempt.needs_review |= operation.state == OperationState::Succeeded && !authorises;
        return Ok(());
    }
    match operation.kind {
        OperationKind::Create | OperationKind::Confirm | OperationKind::Authorise => {
            let class = refusal.class.unwrap_or(DeclineClass::BadRequest);
            let declined = asked.declined(Decline::new(class, refusal.code.clone()));
            see(attempt, None, &declined, asked)
        }
        // Nothing can be looked at: another void follows, by the schedule.
        OperationKind::Void => {
            operation.code = Some(refusal.code.clone());
            operation.settle(OperationState::Failed)?;
            void_failed(attempt, asked.voids);
            Ok(())
        }
        OperationKind::Capture | OperationKind::Refund => refused(attempt, id, refusal.clone(), owed, now),
    }
}
