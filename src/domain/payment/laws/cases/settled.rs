//! What the gateway's view makes of captures and refunds, and of a hold that nobody asked to change (R17, R18).

use uuid::Uuid;

use super::super::super::outcome::{Outcome, Status};
use super::super::super::{AttemptState, Goal, Operation, OperationKind, OperationState, Payment};
use super::{at_rest, looked, outcome, then, unknown, view};
use crate::domain::ids::OperationId;

/// A payment that has captured everything, of which the refund 20 is out.
fn refunding(state: AttemptState, amount_minor: i64) -> Payment {
    let mut payment = at_rest(state, Goal::Settle);
    payment.attempts[0].captured_minor = 1_000;
    let operation = payment.attempts[0].operations[0].clone();
    payment.attempts[0].operations.push(Operation {
        id: OperationId(Uuid::from_u128(20)),
        kind: OperationKind::Refund,
        amount_minor,
        state: OperationState::Sending,
        ..operation
    });
    payment
}

/// The gateway's answer to the refund 20: so much of it went back.
fn gave_back(payment: &Payment, refunded_minor: Option<i64>) -> Payment {
    let Outcome::Definite(mut view) = view(payment, Status::Captured, 1_000) else { panic!("no view") };
    view.refunded_minor = refunded_minor;
    then(payment, outcome(20, Outcome::Definite(view)), 30)
}

#[test]
fn r18_a_refund_counts_once_and_only_when_all_of_it_went_back() {
    let before = refunding(AttemptState::Captured, 400);
    for short in [None, Some(0), Some(399)] {
        let after = gave_back(&before, short);
        assert_eq!(after.refunded_minor(), 0, "{short:?}");
        assert!(matches!(after.attempts[0].operations[1].state, OperationState::Unknown(_)), "{short:?}");
    }
    let after = gave_back(&before, Some(400));
    assert_eq!(
        (after.refunded_minor(), after.attempts[0].operations[1].state),
        (400, OperationState::Succeeded)
    );
    assert_eq!(after.attempts[0].state, AttemptState::Captured, "600 are still kept");
    assert_eq!(gave_back(&after, Some(400)).refunded_minor(), 400, "the same news twice");
}

#[test]
fn r18_a_payment_is_refunded_once_nothing_is_kept_and_a_late_one_by_its_own_name() {
    for (state, end) in [
        (AttemptState::Captured, AttemptState::Refunded),
        (AttemptState::LateRefunding, AttemptState::LateRefunded),
    ] {
        let kept = gave_back(&refunding(state.clone(), 999), Some(999));
        assert_eq!(kept.attempts[0].state, state);
        let mut all = refunding(state, 600);
        all.attempts[0].refunded_minor = 400;
        assert_eq!(gave_back(&all, Some(600)).attempts[0].state, end);
    }
}

#[test]
fn r17_somebody_elses_capture_or_void_counts_for_a_hold_with_nothing_open_and_for_nothing_else() {
    let told = |payment: &Payment, status: Status| {
        then(payment, looked(payment, 0, view(payment, status, 1_000)), 30).attempts[0].clone()
    };
    let held = |goal| at_rest(AttemptState::Authorised, goal);
    let captured = told(&held(Goal::Settle), Status::Captured);
    assert_eq!((captured.state, captured.captured_minor), (AttemptState::Captured, 1_000));
    assert_eq!(told(&held(Goal::Hold), Status::Voided).state, AttemptState::Voided);
    let gone = told(&held(Goal::Settle), Status::Voided);
    assert_eq!((gone.state, gone.needs_review), (AttemptState::Authorised, true), "an order rests on it");

    let capturing = unknown(OperationKind::Capture, Goal::Settle);
    for status in [Status::Captured, Status::Voided] {
        let after = told(&capturing, status);
        assert_eq!(
            (after.state, after.captured_minor),
            (AttemptState::Authorised, 0),
            "the call's own to tell"
        );
        assert!(!after.needs_review);
    }
    let settled = refunding(AttemptState::Captured, 400);
    assert_eq!(told(&settled, Status::Voided), settled.attempts[0]);
    let mut kept = at_rest(AttemptState::Captured, Goal::Settle);
    kept.attempts[0].captured_minor = 600;
    for status in [Status::Voided, Status::Captured] {
        assert_eq!(told(&kept, status), kept.attempts[0]);
    }
}
