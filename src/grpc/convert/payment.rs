//! Payments as the back office sees them.

use super::money::amount;
use super::time;
use crate::app::Versioned;
use crate::domain::money::Money;
use crate::domain::payment::{
    Attempt, AttemptState, Goal, Operation, OperationKind, OperationState, Payment,
};
use crate::grpc::names;
use crate::proto::cashwrap::v1;

/// A payment as the API shows it.
pub fn payment(held: &Versioned<Payment>) -> v1::Payment {
    let payment = &held.row;
    let money = |minor: i64| Some(amount(Money::new(minor, payment.amount.currency)));
    let holder = payment.attempts.iter().rev().find(|attempt| holds(attempt));
    let of_kind = |kind: OperationKind| {
        let all = payment.attempts.iter().flat_map(|attempt| &attempt.operations);
        all.filter(move |operation| operation.kind == kind)
    };
    v1::Payment {
        name: names::of_payment(&payment.store, payment.id),
        etag: held.etag.clone(),
        state: state(payment).into(),
        needs_review: payment.needs_review(),
        checkout: names::of_checkout(&payment.store, payment.checkout),
        order: payment.order.map(|id| names::of_order(&payment.store, id)).unwrap_or_default(),
        partner_account: holder.map(|attempt| attempt.account.to_string()).unwrap_or_default(),
        amount: Some(amount(payment.amount)),
        authorised_amount: money(holder.map_or(0, |_| payment.amount.minor)),
        captured_amount: money(payment.captured_minor()),
        refunded_amount: money(payment.refunded_minor()),
        captures: of_kind(OperationKind::Capture)
            .map(|operation| v1::Capture {
                id: operation.id.to_string(),
                amount: money(operation.amount_minor),
                state: movement(operation).into(),
                create_time: asked(operation),
            })
            .collect(),
        refunds: of_kind(OperationKind::Refund)
            .map(|operation| v1::Refund {
                id: operation.id.to_string(),
                amount: money(operation.amount_minor),
                state: movement(operation).into(),
                create_time: asked(operation),
            })
            .collect(),
        create_time: Some(time::timestamp(payment.claimed_at)),
    }
}

/// Whether an attempt holds money or took it.
fn holds(attempt: &Attempt) -> bool {
    matches!(attempt.state, AttemptState::Authorised | AttemptState::Captured | AttemptState::Refunded)
}

fn asked(operation: &Operation) -> Option<prost_types::Timestamp> {
    time::made(operation.id.0).or_else(|| Some(time::timestamp(operation.due_at)))
}

/// Where a payment stands, out of its attempts.
fn state(payment: &Payment) -> v1::PaymentState {
    let (captured, refunded) = (payment.captured_minor(), payment.refunded_minor());
    if captured > 0 {
        return match (refunded, captured) {
            (refunded, captured) if refunded >= captured => v1::PaymentState::Refunded,
            (1.., _) => v1::PaymentState::PartiallyRefunded,
            (_, captured) if captured >= payment.amount.minor => v1::PaymentState::Captured,
            _ => v1::PaymentState::PartiallyCaptured,
        };
    }
    match payment.live().map(|attempt| &attempt.state) {
        Some(AttemptState::AwaitingAction { .. }) => return v1::PaymentState::AwaitingAction,
        // A wish to void stands before the gateway hears of it, and takes nothing back.
        Some(AttemptState::Authorised) if payment.goal != Goal::Release => {
            return v1::PaymentState::Authorised;
        }
        Some(_) => return v1::PaymentState::Processing,
        None => {}
    }
    match payment.attempts.last().map(|attempt| &attempt.state) {
        Some(AttemptState::Declined(_)) => v1::PaymentState::Declined,
        Some(
            AttemptState::Voided
            | AttemptState::LateSuccess
            | AttemptState::LateVoiding
            | AttemptState::LateRefunding
            | AttemptState::LateVoided
            | AttemptState::LateRefunded,
        ) => v1::PaymentState::Voided,
        None if payment.goal == Goal::Hold => v1::PaymentState::Processing,
        _ => v1::PaymentState::Failed,
    }
}

const fn movement(operation: &Operation) -> v1::MovementState {
    match operation.state {
        OperationState::Pending => v1::MovementState::Pending,
        OperationState::Sending | OperationState::Unknown(_) => v1::MovementState::Unresolved,
        OperationState::Succeeded => v1::MovementState::Succeeded,
        OperationState::Failed | OperationState::NotSent => v1::MovementState::Failed,
    }
}
