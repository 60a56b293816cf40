//! Captures, which the order alone wishes for (R17), and calls that are still pending.

use uuid::Uuid;

use super::super::super::decide::decide;
use super::super::super::outcome::{Outcome, Status, UnknownCause};
use super::super::super::react::{Impossible, Input, Intent, react};
use super::super::super::{
    AttemptState, Decision, Effect, Goal, NotSent, Operation, OperationKind, OperationState, Policy,
};
use super::super::second;
use super::{FIRST, at_rest, given, outcome, refused, then, unknown, view};
use crate::domain::ids::OperationId;

#[test]
fn a_capture_that_never_leaves_needs_review_in_the_end_and_a_signal_sends_it() {
    let mut payment = at_rest(AttemptState::Authorised, Goal::Settle);
    let operation = OperationId(Uuid::from_u128(20));
    payment = then(&payment, Input::Capture { operation, amount_minor: 1_000 }, 20);
    let mut now = second(20);
    for _ in 0..10 {
        if let Decision::Wait { until } = given(&payment, now, decide) {
            now = until;
        }
        assert_eq!(given(&payment, now, decide), Decision::Do(Effect::Send { operation }));
        payment.attempts[0].operations[1].state = OperationState::Sending;
        let never = outcome(20, Outcome::NotSent(NotSent::BreakerOpen));
        payment = react(&payment, never, now, &Policy::default()).unwrap();
    }
    assert!(payment.needs_review());
    assert_eq!(given(&payment, now, decide), Decision::Done);
    payment = react(&payment, Input::Signalled, now, &Policy::default()).unwrap();
    assert_eq!(given(&payment, now, decide), Decision::Do(Effect::Send { operation }));
}

#[test]
fn a_refused_capture_stays_for_review_until_somebody_captures_again() {
    let mut payment = at_rest(AttemptState::Authorised, Goal::Settle);
    let operation = OperationId(Uuid::from_u128(20));
    payment = then(&payment, Input::Capture { operation, amount_minor: 1_000 }, 20);
    payment.attempts[0].operations[1].state = OperationState::Sending;
    payment = then(&payment, outcome(20, refused()), 21);
    payment = then(&payment, Input::Signalled, 22);
    assert!(payment.needs_review(), "nothing would be asked again");
    let operation = OperationId(Uuid::from_u128(21));
    payment = then(&payment, Input::Capture { operation, amount_minor: 1_000 }, 23);
    assert!(!payment.needs_review());
    assert_eq!(given(&payment, second(23), decide), Decision::Do(Effect::Send { operation }));
}

#[test]
fn an_answer_that_leaves_a_capture_open_is_looked_into() {
    let mut payment = unknown(OperationKind::Capture, Goal::Settle);
    payment.attempts[0].operations[0].state = OperationState::Sending;
    payment.attempts[0].operations[0].probe = None;
    payment = then(&payment, outcome(9, view(&payment, Status::Processing, 1_000)), 3);
    let operation = payment.attempts[0].operation(FIRST).unwrap();
    assert_eq!(operation.state, OperationState::Unknown(UnknownCause::Processing));
    let look = Effect::Look { attempt: payment.attempts[0].id, operation: Some(FIRST) };
    assert_eq!(given(&payment, second(3), decide), Decision::Do(look));
}

#[test]
fn i3_a_capture_is_a_wish_of_the_order_and_never_an_intent_of_the_machine() {
    let held = at_rest(AttemptState::Authorised, Goal::Hold);
    let attempt = held.attempts[0].id;
    for kind in [OperationKind::Capture, OperationKind::Create, OperationKind::Authorise] {
        let effect = Effect::Next { attempt, kind, amount_minor: 1_000 };
        let operation = OperationId(Uuid::from_u128(71));
        let intent = Input::Intend(Intent { effect, attempt, operation, rendered: vec![2] });
        let refused = react(&held, intent, second(1), &Policy::default());
        assert_eq!(refused.unwrap_err(), Impossible::State, "{kind:?}");
    }
}

#[test]
fn what_is_pending_waits_until_it_is_due_and_a_void_that_a_person_looks_at_is_left_to_that_person() {
    let mut wished = unknown(OperationKind::Capture, Goal::Hold);
    wished.attempts[0].operations[0] = Operation::pending(FIRST, OperationKind::Capture, 1_000, second(60));
    assert_eq!(given(&wished, second(59), decide), Decision::Wait { until: second(60) });
    assert_eq!(given(&wished, second(60), decide), Decision::Do(Effect::Send { operation: FIRST }));
    let mut refused = unknown(OperationKind::Void, Goal::Release);
    refused.attempts[0].operations[0].state = OperationState::Failed;
    refused.attempts[0].needs_review = true;
    assert_eq!(given(&refused, second(90_000), decide), Decision::Done);
}
