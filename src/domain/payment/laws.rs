//! The gate, the ladder and the tables over their whole space, against what payments.md says of them: written
//! apart from the code, so that the two can disagree.

mod action;
mod cases;
mod climb;
mod gate;
mod hints;
mod ladder;
mod later;
mod parts;
mod reactions;
mod tables;

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::aggregate::CapturePolicy;
use super::decline::{Decline, DeclineClass};
use super::operation::Probe;
use super::outcome::{NotSent, UnknownCause};
use super::policy::after;
use super::scheme::TenderCard;
use super::{Attempt, AttemptState, Goal, Operation, OperationKind, OperationState, Payment};
use crate::domain::ids::{AttemptId, CheckoutId, OperationId, PaymentId, PlacementId};
use crate::domain::money::Money;

pub(in crate::domain) const START: Timestamp = Timestamp::UNIX_EPOCH;

pub(in crate::domain) fn second(second: u64) -> Timestamp {
    after(START, Duration::from_secs(second))
}

/// The payment claimed at the start, whose one operation was sent then and became unknown at once.
pub(in crate::domain) fn payment(
    kind: OperationKind,
    cause: UnknownCause,
    probe: Probe,
    goal: Goal,
    object: bool,
) -> Payment {
    let state = match kind {
        OperationKind::Create | OperationKind::Confirm | OperationKind::Authorise => AttemptState::Unknown,
        OperationKind::Capture => AttemptState::Authorised,
        OperationKind::Void => AttemptState::Voiding,
        OperationKind::Refund => AttemptState::Captured,
    };
    let operation = Operation {
        state: OperationState::Unknown(cause),
        send_by: Some(second(5)),
        rendered: Some(vec![1]),
        probe: Some(probe),
        ..Operation::pending(OperationId(Uuid::from_u128(9)), kind, 1_000, START)
    };
    Payment {
        id: PaymentId(Uuid::from_u128(1)),
        store: "store".parse().unwrap(),
        placement: PlacementId(Uuid::from_u128(2)),
        checkout: CheckoutId(Uuid::from_u128(3)),
        order: None,
        amount: Money { minor: 1_000, currency: "EUR".parse().unwrap() },
        routes: vec!["a".parse().unwrap()],
        routing: None,
        instruments: vec![],
        card: TenderCard::default(),
        capture_policy: CapturePolicy::AtFulfilment,
        action_window: None,
        return_url: None,
        claimed_at: START,
        place_by: second(10),
        goal,
        skipped: vec![],
        attempts: vec![Attempt {
            id: AttemptId(Uuid::from_u128(8)),
            account: "a".parse().unwrap(),
            state,
            object: object.then(|| "obj".to_owned()),
            captured_minor: if kind == OperationKind::Refund { 1_000 } else { 0 },
            refunded_minor: 0,
            operations: vec![operation],
            needs_review: false,
            void_reason: None,
            failover: None,
            hinted: None,
            after_action: None,
        }],
    }
}

/// One of each state, and of each class of decline.
pub(super) fn every_state() -> Vec<AttemptState> {
    let mut states = vec![
        AttemptState::Creating,
        AttemptState::Created,
        AttemptState::Authorising,
        AttemptState::Unknown,
        AttemptState::AwaitingAction {
            redirect_url: "https://bank.test/".to_owned(),
            expires_at: Timestamp::UNIX_EPOCH,
            signalled: false,
        },
        AttemptState::Authorised,
        AttemptState::Mismatched,
        AttemptState::Voiding,
        AttemptState::Voided,
        AttemptState::Captured,
        AttemptState::Refunded,
        AttemptState::NotSent(NotSent::Connect),
        AttemptState::ConfirmedAbsent { checks: 0, next_check_at: None },
        AttemptState::LateSuccess,
        AttemptState::LateVoiding,
        AttemptState::LateRefunding,
        AttemptState::LateVoided,
        AttemptState::LateRefunded,
    ];
    states
        .extend(DeclineClass::ALL.map(|class| AttemptState::Declined(Decline::new(class, "no".to_owned()))));
    states
}
