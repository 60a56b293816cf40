//! What the answer of a call teaches of it, where it is no view of the object.

use super::super::super::operation::Probe;
use super::super::super::outcome::{Outcome, Refusal, Status, UnknownCause};
use super::super::super::react::Input;
use super::super::super::{
    AttemptState, Decline, DeclineClass, Goal, NotSent, OperationKind, OperationState, Payment,
};
use super::super::second;
use super::{FIRST, outcome, refused, then, unknown, view};

fn sending(kind: OperationKind, goal: Goal) -> Payment {
    let mut payment = unknown(kind, goal);
    if kind.authorises() {
        payment.attempts[0].state = AttemptState::Authorising;
    }
    payment.attempts[0].operations[0].state = OperationState::Sending;
    payment.attempts[0].operations[0].probe = None;
    payment
}

#[test]
fn r3_an_answer_that_never_came_leaves_the_call_unknown_and_the_ladder_begins() {
    for (kind, state) in [
        (OperationKind::Authorise, "UNKNOWN"),
        (OperationKind::Capture, "AUTHORISED"),
        (OperationKind::Refund, "CAPTURED"),
    ] {
        let lost = Outcome::Unknown(UnknownCause::Timeout);
        let after = then(&sending(kind, Goal::Hold), outcome(9, lost), 30);
        let operation = &after.attempts[0].operations[0];
        assert_eq!(operation.state, OperationState::Unknown(UnknownCause::Timeout));
        assert_eq!(operation.probe, Some(Probe::begin(second(30))));
        assert_eq!(after.attempts[0].state.as_str(), state);
        assert!(operation.rendered.is_some(), "it may be sent again");
    }
}

#[test]
fn r3_an_authorisation_that_never_left_ends_its_attempt_and_anything_else_is_sent_later() {
    let never = || outcome(9, Outcome::NotSent(NotSent::Connect));
    let ended = then(&sending(OperationKind::Authorise, Goal::Hold), never(), 30);
    assert_eq!(ended.attempts[0].state, AttemptState::NotSent(NotSent::Connect));
    assert_eq!(ended.attempts[0].operations[0].state, OperationState::NotSent);
    let later = then(&sending(OperationKind::Capture, Goal::Settle), never(), 30);
    assert_eq!(later.attempts[0].state, AttemptState::Authorised);
    let capture = &later.attempts[0].operations[0];
    assert_eq!((capture.state, capture.due_at, capture.tries), (OperationState::Pending, second(35), 1));
    assert_eq!(capture.rendered, None, "it is rendered anew when it leaves");
}

#[test]
fn a_duplicate_is_no_decline_but_a_call_whose_first_try_must_be_found_out() {
    let duplicate = Decline::new(DeclineClass::Duplicate, "dup".to_owned());
    let payment = sending(OperationKind::Authorise, Goal::Hold);
    let class = Some(DeclineClass::Duplicate);
    let refusal = Refusal { code: "dup".to_owned(), class, not_found: false, retry_after: None };
    for told in [Outcome::Refused(refusal), view(&payment, Status::Declined(duplicate), 1_000)] {
        let after = then(&payment, outcome(9, told), 30);
        assert_eq!(after.attempts[0].state, AttemptState::Unknown);
        let state = after.attempts[0].operations[0].state;
        assert_eq!(state, OperationState::Unknown(UnknownCause::InProgress));
    }
}

#[test]
fn a_refusal_ends_an_authorisation_and_leaves_a_void_to_be_looked_into() {
    let declined = then(&sending(OperationKind::Authorise, Goal::Hold), outcome(9, refused()), 30);
    let bad = AttemptState::Declined(Decline::new(DeclineClass::BadRequest, "no".to_owned()));
    assert_eq!(
        (&declined.attempts[0].state, declined.attempts[0].operations[0].state),
        (&bad, OperationState::Failed)
    );
    let voiding = then(&sending(OperationKind::Void, Goal::Release), outcome(9, refused()), 30);
    assert_eq!(voiding.attempts[0].state, AttemptState::Voiding);
    let state = voiding.attempts[0].operations[0].state;
    assert_eq!(state, OperationState::Unknown(UnknownCause::NotConclusive));
}

#[test]
fn a_review_that_stood_is_not_ended_by_the_refusal_of_a_refund() {
    for (goal, stood, reviewed) in
        [(Goal::Settle, false, false), (Goal::Settle, true, true), (Goal::Release, false, true)]
    {
        let mut payment = sending(OperationKind::Refund, goal);
        payment.attempts[0].needs_review = stood;
        let after = then(&payment, outcome(9, refused()), 30);
        assert_eq!(after.needs_review(), reviewed, "{goal:?}, and {stood} before");
    }
}

#[test]
fn an_answer_that_shows_the_object_as_it_was_leaves_its_call_to_the_ladder_and_why_is_told() {
    for (status, cause) in
        [(Status::Processing, UnknownCause::Processing), (Status::Authorised, UnknownCause::NotConclusive)]
    {
        let payment = sending(OperationKind::Capture, Goal::Settle);
        let after = then(&payment, outcome(9, view(&payment, status, 1_000)), 30);
        assert_eq!(after.attempts[0].operations[0].state, OperationState::Unknown(cause));
    }
}

#[test]
fn what_was_settled_meanwhile_stays_settled_whatever_the_answer_is() {
    let mut payment = sending(OperationKind::Capture, Goal::Settle);
    payment.attempts[0].operations[0].state = OperationState::Succeeded;
    payment.attempts[0].operations[0].rendered = None;
    for late in [refused(), Outcome::Unknown(UnknownCause::Timeout), Outcome::NotSent(NotSent::Connect)] {
        assert_eq!(then(&payment, outcome(9, late), 30), payment);
    }
}

#[test]
fn r3_a_replay_that_was_refused_or_never_left_says_nothing_of_the_first_try() {
    let told = [refused(), Outcome::NotSent(NotSent::Connect), Outcome::Unknown(UnknownCause::ServerError)];
    for (kind, state) in [(OperationKind::Authorise, "UNKNOWN"), (OperationKind::Capture, "AUTHORISED")] {
        for outcome in told.clone() {
            let payment = unknown(kind, Goal::Hold);
            let after = then(&payment, Input::Outcome { operation: FIRST, replay: true, outcome }, 3);
            assert_eq!(after.attempts[0].state.as_str(), state);
            let operation = &after.attempts[0].operations[0];
            assert_eq!(operation.state, OperationState::Unknown(UnknownCause::Timeout));
            assert_eq!((operation.code.as_ref(), after.needs_review()), (None, false));
        }
    }
}
