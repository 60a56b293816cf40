//! The mark of a message on an attempt: when one is made, which call its look is for, and what takes it away again.

use uuid::Uuid;

use super::super::super::attempt::VoidReason;
use super::super::super::outcome::{Outcome, Status, UnknownCause};
use super::super::super::react::Input;
use super::super::super::{
    AttemptState, Decision, Decline, DeclineClass, Effect, Goal, Hint, Operation, OperationKind,
    OperationState, Payment,
};
use super::super::second;
use super::{at_rest, awaiting, decided, hinted, looks, nowhere, then, unknown, view};
use crate::domain::ids::OperationId;

fn marked(payment: &Payment) -> Vec<Hint> {
    let makes = |hint: &Hint| hinted(payment, *hint, 20).attempts[0].hinted.is_some();
    Hint::ALL.into_iter().filter(makes).collect()
}

/// An attempt that is being voided, its authorisation unknown, with one void in `state`.
fn voiding(state: OperationState) -> Payment {
    let mut payment = unknown(OperationKind::Authorise);
    payment.attempts[0].state = AttemptState::Voiding;
    let (id, kind) = (OperationId(Uuid::from_u128(20)), OperationKind::Void);
    let known = payment.attempts[0].operations[0].clone();
    payment.attempts[0].operations.push(Operation { id, kind, state, ..known });
    payment
}

fn look_of(payment: &Payment) -> Option<OperationId> {
    match decided(payment, second(20)) {
        Decision::Do(Effect::Look { operation, .. }) => operation,
        other => panic!("no look: {other:?}"),
    }
}

#[test]
fn an_action_is_looked_at_for_every_word_but_that_it_moved_and_while_it_is_wanted() {
    let told = [Hint::Gone, Hint::Held, Hint::Taken];
    assert_eq!(marked(&at_rest(awaiting(), Goal::Hold)), told);
    assert_eq!(marked(&at_rest(awaiting(), Goal::Settle)), told);
    assert_eq!(marked(&at_rest(awaiting(), Goal::Release)), []);
    let mut given_up = at_rest(awaiting(), Goal::Hold);
    given_up.attempts[0].void_reason = Some(VoidReason::ActionExpired);
    assert_eq!(marked(&given_up), []);
}

#[test]
fn r17_a_hold_is_looked_at_where_it_may_be_gone_or_taken_and_is_not_given_back_anyway() {
    for goal in [Goal::Hold, Goal::Settle] {
        assert_eq!(marked(&at_rest(AttemptState::Authorised, goal)), [Hint::Gone, Hint::Taken]);
    }
    assert_eq!(marked(&at_rest(AttemptState::Authorised, Goal::Release)), []);
    assert_eq!(marked(&unknown(OperationKind::Capture)), Hint::ALL, "what is unknown is worth every word");
}

#[test]
fn while_a_void_is_out_only_money_is_worth_keeping_and_where_it_has_ended_nothing_is() {
    assert_eq!(marked(&voiding(OperationState::Unknown(UnknownCause::Timeout))), Hint::ALL);
    assert_eq!(marked(&voiding(OperationState::Sending)), [Hint::Held, Hint::Taken]);
    assert_eq!(marked(&voiding(OperationState::Failed)), []);
}

#[test]
fn the_look_is_for_the_last_void_while_one_is_wanted_and_else_for_what_is_open() {
    let lost = hinted(&voiding(OperationState::Unknown(UnknownCause::Timeout)), Hint::Gone, 20);
    assert_eq!(look_of(&lost), Some(OperationId(Uuid::from_u128(20))));
    let capture = hinted(&unknown(OperationKind::Capture), Hint::Taken, 20);
    assert_eq!(look_of(&capture), Some(capture.attempts[0].operations[0].id));
    let held = hinted(&at_rest(AttemptState::Authorised, Goal::Settle), Hint::Gone, 20);
    assert_eq!(look_of(&held), None);
}

#[test]
fn what_was_never_confirmed_is_not_looked_for_and_everything_else_is() {
    for (kind, object, looked_for) in [
        (OperationKind::Create, None, false),
        (OperationKind::Create, Some("obj"), true),
        (OperationKind::Confirm, None, true),
    ] {
        let mut payment = unknown(kind);
        payment.attempts[0].object = object.map(str::to_owned);
        assert_eq!(looks(&hinted(&payment, Hint::Held, 20), 20), looked_for, "{kind:?} {object:?}");
    }
}

#[test]
fn a_mark_goes_with_an_answer_that_shows_what_was_said_or_what_came_of_it_and_with_no_other() {
    let decline = Decline::new(DeclineClass::InsufficientFunds, "no".to_owned());
    let needed = Status::ActionNeeded { redirect_url: "https://bank.test/".to_owned() };
    let all = Hint::ALL.as_slice();
    for (status, left) in [
        (Status::Created, all),
        (needed, all),
        (Status::Processing, all),
        (Status::Authorised, &[Hint::Gone, Hint::Taken]),
        (Status::Captured, &[Hint::Gone]),
        (Status::Voided, &[Hint::Held, Hint::Taken]),
        (Status::Declined(decline), &[Hint::Held, Hint::Taken]),
    ] {
        let kept = |hint: &Hint| {
            let payment = hinted(&unknown(OperationKind::Authorise), *hint, 20);
            let operation = payment.attempts[0].operations[0].id;
            let outcome = view(&payment, status.clone());
            let after = then(&payment, Input::Outcome { operation, replay: true, outcome }, 21);
            after.attempts[0].hinted.is_some()
        };
        let marks: Vec<_> = Hint::ALL.into_iter().filter(kept).collect();
        assert_eq!(marks, left, "{status:?}");
    }
}

/// An attempt with a mark of 20 s and a review, looked at then.
fn looked_at(mut payment: Payment, operation: Option<OperationId>, outcome: Outcome) -> Payment {
    payment = hinted(&payment, Hint::Held, 20);
    payment.attempts[0].needs_review = true;
    let attempt = payment.attempts[0].id;
    then(&payment, Input::Looked { attempt, operation, outcome }, 20)
}

#[test]
fn i11_a_look_that_told_ends_the_review_of_what_is_over_and_of_nothing_that_still_goes_on() {
    let over = at_rest(AttemptState::Voided, Goal::Settle);
    let told = looked_at(over.clone(), None, view(&over, Status::Voided));
    assert_eq!((told.attempts[0].hinted, told.needs_review()), (None, false));
    let silent = looked_at(over, None, Outcome::Unknown(UnknownCause::Timeout));
    assert!(silent.attempts[0].hinted.is_some() && silent.needs_review());
    let capture = unknown(OperationKind::Capture);
    let operation = Some(capture.attempts[0].operations[0].id);
    let goes_on = looked_at(capture.clone(), operation, view(&capture, Status::Authorised));
    assert_eq!((goes_on.attempts[0].hinted, goes_on.needs_review()), (None, true));
    let by_the_ladder = looked_at(capture, operation, nowhere());
    assert_eq!((by_the_ladder.attempts[0].hinted, by_the_ladder.needs_review()), (None, true));
}

#[test]
fn a_look_beside_the_ladder_that_told_nothing_is_repeated_at_the_pace_of_the_schedule() {
    let mut payment = hinted(&at_rest(AttemptState::Voided, Goal::Settle), Hint::Held, 20);
    for (at, next) in [(20, 25), (25, 40), (40, 85), (90, 210)] {
        assert!(looks(&payment, at), "at {at} s");
        let (attempt, outcome) = (payment.attempts[0].id, Outcome::Unknown(UnknownCause::Timeout));
        payment = then(&payment, Input::Looked { attempt, operation: None, outcome }, at);
        assert_eq!(decided(&payment, second(at)), Decision::Wait { until: second(next) });
    }
}
