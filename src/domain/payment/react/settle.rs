//! What the gateway's view makes of captures and refunds, and of a hold that nobody asked to change.

use super::super::attempt::{Attempt, AttemptState};
use super::super::operation::{OperationKind, OperationState};
use super::super::outcome::{Status, View};
use super::Impossible;
use super::see::Asked;
use crate::domain::ids::OperationId;

/// Captures and refunds: the totals of the object tell whether this one was executed.
pub(super) fn see_settling(
    attempt: &mut Attempt,
    operation: Option<OperationId>,
    view: &View,
    asked: Asked,
) -> Result<(), Impossible> {
    let Some(id) = operation else { return see_unasked(attempt, view, asked) };
    let captured_before = attempt.captured_minor;
    let operation = attempt.operation_mut(id)?;
    match operation.kind {
        OperationKind::Capture => {
            if operation.state.ended() {
                return Ok(());
            }
            let expected = captured_before.saturating_add(operation.amount_minor);
            if view.captured_minor >= expected {
                return captured(attempt, id, view.captured_minor);
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
            if !operation.state.ended() && view.refunded_minor.is_some_and(|refunded| refunded >= amount) {
                return refunded(attempt, id);
            }
            Ok(())
        }
        OperationKind::Create | OperationKind::Confirm | OperationKind::Authorise => {
            operation.settle(OperationState::Succeeded)
        }
        OperationKind::Void => Ok(()),
    }
}

/// The capture was executed; so much is captured now.
pub(super) fn captured(
    attempt: &mut Attempt,
    id: OperationId,
    captured_minor: i64,
) -> Result<(), Impossible> {
    attempt.operation_mut(id)?.settle(OperationState::Succeeded)?;
    attempt.captured_minor = captured_minor;
    attempt.needs_review = false;
    attempt.enter(AttemptState::Captured)
}

/// The refund was executed.
pub(super) fn refunded(attempt: &mut Attempt, id: OperationId) -> Result<(), Impossible> {
    let operation = attempt.operation_mut(id)?;
    operation.settle(OperationState::Succeeded)?;
    let amount = operation.amount_minor;
    attempt.refunded_minor = attempt.refunded_minor.saturating_add(amount);
    attempt.needs_review = false;
    if attempt.refunded_minor < attempt.captured_minor {
        return Ok(());
    }
    let late = attempt.state == AttemptState::LateRefunding;
    attempt.enter(if late { AttemptState::LateRefunded } else { AttemptState::Refunded })
}

/// A look that nobody's call asked for: somebody captured or voided at the vendor's, or the hold expired.
fn see_unasked(attempt: &mut Attempt, view: &View, asked: Asked) -> Result<(), Impossible> {
    if attempt.state != AttemptState::Authorised || attempt.open().is_some() {
        return Ok(());
    }
    match view.status {
        Status::Captured => {
            attempt.captured_minor = view.captured_minor;
            attempt.needs_review = false;
            attempt.enter(AttemptState::Captured)
        }
        // An order rests on a hold that is gone (R17).
        Status::Voided if asked.settled => {
            attempt.needs_review = true;
            Ok(())
        }
        Status::Voided => attempt.enter(AttemptState::Voided),
        Status::Created
        | Status::ActionNeeded { .. }
        | Status::Approved
        | Status::Processing
        | Status::Authorised
        | Status::Declined(_) => Ok(()),
    }
}
