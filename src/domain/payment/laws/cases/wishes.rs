//! Captures and refunds as they are asked for: of what, how much, and when they answer a review (R17, R18).

use uuid::Uuid;

use super::super::super::react::{Impossible, Input, react};
use super::super::super::{AttemptState, Goal, Operation, OperationKind, Payment, Policy};
use super::super::second;
use super::{at_rest, then, unknown};
use crate::domain::ids::OperationId;

const WISH: OperationId = OperationId(Uuid::from_u128(20));

fn capture(payment: &Payment, amount_minor: i64) -> Result<Payment, Impossible> {
    react(payment, Input::Capture { operation: WISH, amount_minor }, second(30), &Policy::default())
}

fn refund(payment: &Payment, amount_minor: i64) -> Result<Payment, Impossible> {
    react(payment, Input::Refund { operation: WISH, amount_minor }, second(30), &Policy::default())
}

fn captured() -> Payment {
    let mut payment = at_rest(AttemptState::Captured, Goal::Settle);
    payment.attempts[0].captured_minor = 1_000;
    payment
}

#[test]
fn r17_a_capture_takes_something_and_no_more_than_was_asked_for() {
    let held = at_rest(AttemptState::Authorised, Goal::Settle);
    for amount_minor in [1, 999, 1_000] {
        let after = capture(&held, amount_minor).unwrap();
        let wanted = Operation::pending(WISH, OperationKind::Capture, amount_minor, second(30));
        assert_eq!(after.attempts[0].operations[1], wanted);
    }
    for amount_minor in [-1, 0, 1_001] {
        let refused = capture(&held, amount_minor);
        assert_eq!(refused, Err(Impossible::Amount { left_minor: 1_000 }), "{amount_minor}");
    }
}

#[test]
fn r17_only_a_hold_with_nothing_under_way_is_captured_and_that_answers_its_review() {
    assert_eq!(capture(&unknown(OperationKind::Capture, Goal::Settle), 1_000), Err(Impossible::State));
    assert_eq!(capture(&captured(), 1_000), Err(Impossible::State));
    assert_eq!(capture(&at_rest(AttemptState::Authorised, Goal::Release), 1_000), Err(Impossible::State));
    let mut reviewed = at_rest(AttemptState::Authorised, Goal::Settle);
    reviewed.attempts[0].needs_review = true;
    assert!(!capture(&reviewed, 1_000).unwrap().needs_review());
}

#[test]
fn r18_a_refund_gives_something_back_and_no_more_than_is_left() {
    let mut payment = captured();
    payment = refund(&payment, 300).unwrap();
    let wanted = Operation::pending(WISH, OperationKind::Refund, 300, second(30));
    assert_eq!(payment.attempts[0].operations[1], wanted);
    for amount_minor in [1, 699, 700] {
        assert!(refund(&payment, amount_minor).is_ok(), "{amount_minor}");
    }
    for amount_minor in [-1, 0, 701] {
        let refused = refund(&payment, amount_minor);
        assert_eq!(refused, Err(Impossible::Amount { left_minor: 700 }), "{amount_minor}");
    }
    assert_eq!(refund(&at_rest(AttemptState::Authorised, Goal::Settle), 1), Err(Impossible::State));
}

#[test]
fn r18_a_new_refund_answers_the_review_of_one_that_failed_and_not_of_one_that_is_open() {
    let mut reviewed = captured();
    reviewed.attempts[0].needs_review = true;
    assert!(!refund(&reviewed, 100).unwrap().needs_review());
    let mut open = refund(&captured(), 100).unwrap();
    open.attempts[0].needs_review = true;
    let again = Input::Refund { operation: OperationId(Uuid::from_u128(21)), amount_minor: 100 };
    assert!(then(&open, again, 31).needs_review());
}
