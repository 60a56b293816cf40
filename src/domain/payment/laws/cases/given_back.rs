//! Money that belongs to nobody: what is voided, what is refunded, and who hears of it where that fails (R9, R10, R18).

use uuid::Uuid;

use super::super::super::decide::{Conclusion, decide, verdict};
use super::super::super::outcome::Status;
use super::super::super::react::Input;
use super::super::super::{
    Attempt, AttemptState, Decision, Decline, DeclineClass, Effect, Goal, Instrument, NotSent, Operation,
    OperationKind, OperationState, Payment, Verdict,
};
use super::super::second;
use super::{at_rest, given, intend, looked, outcome, refused, then, unknown, view};
use crate::domain::ids::{AttemptId, OperationId};

#[test]
fn a_refused_refund_of_what_nobody_owns_needs_review_and_a_signal_tries_again() {
    let mut payment = at_rest(AttemptState::Captured, Goal::Release);
    payment.attempts[0].captured_minor = 1_000;
    payment = intend(&payment, OperationKind::Refund, 20, 30);
    payment = then(&payment, outcome(20, refused()), 30);
    assert!(payment.needs_review());
    assert_eq!(given(&payment, second(30), decide), Decision::Done);
    payment = then(&payment, Input::Signalled, 40);
    payment = intend(&payment, OperationKind::Refund, 21, 40);
    assert_eq!(payment.attempts[0].refunds_reserved_minor(), 1_000);
}

#[test]
fn a_refused_refund_that_somebody_asked_for_is_his_to_hear_of() {
    let mut payment = at_rest(AttemptState::Captured, Goal::Settle);
    payment.attempts[0].captured_minor = 1_000;
    let operation = OperationId(Uuid::from_u128(20));
    payment = then(&payment, Input::Refund { operation, amount_minor: 400 }, 20);
    payment.attempts[0].operations[1].state = OperationState::Sending;
    payment = then(&payment, outcome(20, refused()), 21);
    assert!(!payment.needs_review());
    assert_eq!(payment.refundable_minor(), 1_000, "R18");
}

#[test]
fn r10_a_wrong_amount_that_was_charged_at_once_is_refunded_and_never_relied_on() {
    let mut payment = unknown(OperationKind::Authorise, Goal::Hold);
    payment = then(&payment, looked(&payment, 0, view(&payment, Status::Captured, 900)), 6);
    assert_eq!(payment.attempts[0].state, AttemptState::Mismatched);
    payment = intend(&payment, OperationKind::Void, 20, 6);
    payment = then(&payment, outcome(20, refused()), 7);
    payment = then(&payment, looked(&payment, 0, view(&payment, Status::Captured, 900)), 7);
    assert_eq!(payment.attempts[0].state, AttemptState::Captured);
    assert_eq!(given(&payment, second(7), verdict), Verdict::Working);
    payment = intend(&payment, OperationKind::Refund, 21, 7);
    assert_eq!(payment.attempts[0].operations[2].amount_minor, 900);
}

/// A declined first attempt, and another one in `state` at the account b.
fn declined_and_then(state: AttemptState) -> Payment {
    let decline = Decline::new(DeclineClass::IssuerUnavailable, "91".to_owned());
    let mut payment = at_rest(AttemptState::Declined(decline), Goal::Hold);
    payment.routes = ["a", "b", "c"].map(|name| name.parse().unwrap()).to_vec();
    let first = payment.attempts[0].clone();
    let id = OperationId(Uuid::from_u128(10));
    payment.attempts.push(Attempt {
        id: AttemptId(Uuid::from_u128(11)),
        account: "b".parse().unwrap(),
        state,
        operations: vec![Operation { id, ..first.operations[0].clone() }],
        ..first
    });
    payment
}

#[test]
fn r9_a_late_success_beside_a_live_backup_is_voided_and_the_backup_is_not() {
    let mut payment = declined_and_then(AttemptState::Authorised);
    payment = then(&payment, looked(&payment, 0, view(&payment, Status::Authorised, 1_000)), 60);
    assert_eq!(payment.attempts[0].state, AttemptState::LateSuccess);
    payment = intend(&payment, OperationKind::Void, 20, 60);
    assert_eq!(payment.attempts[0].state, AttemptState::LateVoiding);
    assert_eq!(payment.attempts[1].state, AttemptState::Authorised);
    assert_eq!(given(&payment, second(60), verdict), Verdict::Held);
    payment = then(&payment, outcome(20, view(&payment, Status::Captured, 1_000)), 61);
    assert_eq!(payment.attempts[0].state, AttemptState::LateRefunding);
    intend(&payment, OperationKind::Refund, 21, 61);
}

#[test]
fn i28_no_other_attempt_begins_while_a_late_success_is_being_given_back() {
    let mut payment = declined_and_then(AttemptState::NotSent(NotSent::Connect));
    let begins =
        |payment: &Payment| matches!(given(payment, second(2), decide), Decision::Do(Effect::Begin { .. }));
    payment.instruments = vec![Instrument { account: "c".parse().unwrap(), token: vec![1] }];
    assert!(begins(&payment));
    payment = then(&payment, looked(&payment, 0, view(&payment, Status::Authorised, 1_000)), 1);
    payment = intend(&payment, OperationKind::Void, 20, 1);
    assert!(!begins(&payment));
}

#[test]
fn a_late_success_is_voided_while_it_is_held_and_refunded_once_it_was_captured() {
    for (captured_minor, kind) in [(0, OperationKind::Void), (1_000, OperationKind::Refund)] {
        let mut late = at_rest(AttemptState::LateSuccess, Goal::Release);
        late.attempts[0].captured_minor = captured_minor;
        let attempt = late.attempts[0].id;
        let expected = Effect::Next { attempt, kind, amount_minor: 1_000 };
        assert_eq!(given(&late, second(60), decide), Decision::Do(expected));
    }
}

#[test]
fn a_refund_that_nobody_asked_for_needs_review_once_it_is_known_to_be_absent() {
    for (goal, needs_review) in [(Goal::Release, true), (Goal::Hold, false)] {
        let refunding = unknown(OperationKind::Refund, goal);
        let operation = refunding.attempts[0].operations[0].id;
        let after = then(&refunding, Input::Conclude(Conclusion::Absent { operation }), 900);
        assert_eq!(after.attempts[0].needs_review, needs_review, "{goal:?}");
    }
}
