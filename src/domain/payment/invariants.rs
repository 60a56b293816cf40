//! What must hold of a payment's rows at every moment: one definition for model, simulation, tests and
//! production counters.
//!
//! Pure predicates over one payment. What needs the gateways' ledgers beside it does not belong here.

use super::Payment;
use super::attempt::{Attempt, AttemptState};
use super::operation::{Operation, OperationKind, OperationState};
use crate::domain::ids::{AttemptId, OperationId};

/// An invariant that does not hold: always a bug of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// I4: more than one attempt may hold the amount.
    #[error("{0} and {1} are both live")]
    TwoLive(AttemptId, AttemptId),
    /// I4: more than one attempt was captured.
    #[error("{0} and {1} were both captured")]
    TwoCaptured(AttemptId, AttemptId),
    /// R1: an attempt has more than one capture or refund, or more than one void, whose outcome is open. Refunds that
    /// the vendor has received stand beside each other.
    #[error("{0} has more than one operation of a kind under way")]
    TwoOutstanding(AttemptId),
    /// I6: a request that may be sent again has no bytes or no `send_by`.
    #[error("{0} is under way without its rendered request")]
    NotRendered(OperationId),
    /// I24: an operation that is over still keeps its rendered request.
    #[error("{0} is over and still keeps its rendered request")]
    StillRendered(OperationId),
    /// R3: an unknown outcome without a ladder would never be resolved.
    #[error("{0} is unknown and nobody climbs for it")]
    NoProbe(OperationId),
    /// I27: a request that authorises could leave after `place_by`, or after the end of its customer's action.
    #[error("{0} may leave after what bounds it")]
    AfterPlaceBy(OperationId),
    /// I9: more is refunded, or promised to be, than was captured.
    #[error("{0} refunds more than it captured")]
    OverRefunded(AttemptId),
    /// R3: an attempt that waits for an answer has no operation that asks for one.
    #[error("{0} waits for an answer that nobody asks for")]
    Orphaned(AttemptId),
}

/// The first invariant of the payment that does not hold.
pub fn check(payment: &Payment) -> Result<(), Violation> {
    one_of(payment, |attempt| attempt.state.live()).map_err(|(a, b)| Violation::TwoLive(a, b))?;
    one_of(payment, |attempt| attempt.captured_minor > 0).map_err(|(a, b)| Violation::TwoCaptured(a, b))?;
    for attempt in &payment.attempts {
        check_attempt(attempt)?;
        for operation in &attempt.operations {
            check_operation(payment, attempt, operation)?;
        }
    }
    Ok(())
}

fn one_of(payment: &Payment, is: impl Fn(&Attempt) -> bool) -> Result<(), (AttemptId, AttemptId)> {
    let mut those = payment.attempts.iter().filter(|attempt| is(attempt));
    match (those.next(), those.next()) {
        (Some(first), Some(second)) => Err((first.id, second.id)),
        _ => Ok(()),
    }
}

fn check_attempt(attempt: &Attempt) -> Result<(), Violation> {
    let under_way = |is: fn(OperationKind) -> bool| {
        attempt.operations.iter().filter(|each| each.outstanding() && is(each.kind)).count()
    };
    let beside = |each: &&Operation| each.kind == OperationKind::Refund && each.received();
    let settling = under_way(|kind| matches!(kind, OperationKind::Capture | OperationKind::Refund))
        .saturating_sub(attempt.operations.iter().filter(beside).count());
    let voiding = under_way(|kind| kind == OperationKind::Void);
    let authorising = under_way(OperationKind::authorises);
    if settling > 1 || voiding > 1 || authorising > 1 {
        return Err(Violation::TwoOutstanding(attempt.id));
    }
    if attempt.refunds_reserved_minor() > attempt.captured_minor {
        return Err(Violation::OverRefunded(attempt.id));
    }
    let asks =
        matches!(attempt.state, AttemptState::Creating | AttemptState::Authorising | AttemptState::Unknown);
    if asks && authorising == 0 {
        return Err(Violation::Orphaned(attempt.id));
    }
    Ok(())
}

fn check_operation(payment: &Payment, attempt: &Attempt, operation: &Operation) -> Result<(), Violation> {
    let id = operation.id;
    if operation.outstanding() && (operation.rendered.is_none() || operation.send_by.is_none()) {
        return Err(Violation::NotRendered(id));
    }
    if operation.state.ended() && operation.rendered.is_some() {
        return Err(Violation::StillRendered(id));
    }
    if matches!(operation.state, OperationState::Unknown(_)) && operation.probe.is_none() {
        return Err(Violation::NoProbe(id));
    }
    let until = attempt.authorises_until(operation.kind, payment.place_by).max(payment.place_by);
    if operation.kind.authorises() && operation.send_by.is_some_and(|by| by > until) {
        return Err(Violation::AfterPlaceBy(id));
    }
    Ok(())
}
