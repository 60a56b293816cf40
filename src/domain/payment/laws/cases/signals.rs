//! A signal, the death of whoever was calling, and what answers a review (R8).

use uuid::Uuid;

use super::super::super::attempt::VoidReason;
use super::super::super::operation::{Probe, Rung};
use super::super::super::outcome::UnknownCause;
use super::super::super::react::Input;
use super::super::super::{AttemptState, Goal, Operation, OperationKind, OperationState, Payment};
use super::super::{START, second};
use super::{at_rest, awaiting, then, unknown};
use crate::domain::ids::OperationId;

fn reviewed(state: AttemptState, goal: Goal) -> Payment {
    let mut payment = at_rest(state, goal);
    payment.attempts[0].needs_review = true;
    payment
}

/// An authorised payment, the capture 20 of which is in `state`.
fn with_capture(state: OperationState) -> Payment {
    let mut payment = at_rest(AttemptState::Authorised, Goal::Settle);
    let (id, kind) = (OperationId(Uuid::from_u128(20)), OperationKind::Capture);
    let known = payment.attempts[0].operations[0].clone();
    payment.attempts[0].operations.push(Operation { id, kind, state, ..known });
    payment
}

#[test]
fn a_review_of_a_capture_that_failed_for_good_is_answered_by_the_wish_to_give_the_hold_back() {
    let after = |payment: &Payment, goal| then(payment, Input::Goal(goal), 30).needs_review();
    let refused = reviewed(AttemptState::Authorised, Goal::Settle);
    assert!(!after(&refused, Goal::Release));
    assert!(after(&refused, Goal::Settle), "hearing of the order once more answers nothing");
    let mut open = with_capture(OperationState::Unknown(UnknownCause::Timeout));
    open.attempts[0].needs_review = true;
    assert!(after(&open, Goal::Release), "its outcome is what the review is about");
    assert!(after(&reviewed(AttemptState::Captured, Goal::Settle), Goal::Release));
}

#[test]
fn r8_a_signal_takes_up_what_can_be_asked_again_and_leaves_what_a_person_must_answer() {
    let after = |payment: &Payment| then(payment, Input::Signalled, 30).needs_review();
    assert!(after(&reviewed(AttemptState::Authorised, Goal::Settle)), "nothing would be asked");
    assert!(after(&reviewed(AttemptState::Captured, Goal::Hold)));
    for state in [AttemptState::Voiding, AttemptState::LateSuccess, AttemptState::LateVoiding] {
        assert!(!after(&reviewed(state.clone(), Goal::Settle)), "{state:?}");
    }
    assert!(!after(&reviewed(AttemptState::Captured, Goal::Release)));
    let mut mismatched = reviewed(AttemptState::Captured, Goal::Settle);
    mismatched.attempts[0].void_reason = Some(VoidReason::Mismatch);
    assert!(!after(&mismatched));
    let mut open = with_capture(OperationState::Unknown(UnknownCause::Timeout));
    open.attempts[0].needs_review = true;
    assert!(!after(&open));
}

#[test]
fn r9_a_signal_looks_once_more_for_what_was_absent() {
    let absent = AttemptState::ConfirmedAbsent { checks: 3, next_check_at: None };
    let looked_for = then(&reviewed(absent.clone(), Goal::Hold), Input::Signalled, 30);
    assert!(!looked_for.needs_review());
    let due = AttemptState::ConfirmedAbsent { checks: 3, next_check_at: Some(second(30)) };
    assert_eq!(looked_for.attempts[0].state, due);
    let unasked = then(&at_rest(absent.clone(), Goal::Hold), Input::Signalled, 30);
    assert_eq!(unasked.attempts[0].state, absent, "where nobody gave up");
}

#[test]
fn r8_a_signal_makes_due_at_once_what_had_been_given_up_and_nothing_that_goes_on_by_itself() {
    for reviewed in [true, false] {
        let mut pending = with_capture(OperationState::Pending);
        pending.attempts[0].needs_review = reviewed;
        let capture = &mut pending.attempts[0].operations[1];
        (capture.due_at, capture.tries) = (second(500), 9);
        let due = if reviewed { (second(30), 0) } else { (second(500), 9) };
        let after = then(&pending, Input::Signalled, 30);
        assert_eq!((after.attempts[0].operations[1].due_at, after.attempts[0].operations[1].tries), due);

        let mut lost = with_capture(OperationState::Unknown(UnknownCause::Timeout));
        lost.attempts[0].needs_review = reviewed;
        let probe = Probe { rung: Rung::Void, next_at: second(500), ..Probe::begin(START) };
        lost.attempts[0].operations[1].probe = Some(probe);
        let rung = if reviewed { (Rung::Look, second(30)) } else { (Rung::Void, second(500)) };
        let after = then(&lost, Input::Signalled, 30);
        let probe = after.attempts[0].operations[1].probe.as_ref().unwrap();
        assert_eq!((probe.rung, probe.next_at), rung);
    }
}

#[test]
fn r15_the_first_signal_of_an_action_forgets_the_pace_of_the_looks_and_a_second_one_keeps_it() {
    let mut payment = at_rest(awaiting(), Goal::Hold);
    payment.attempts[0].operations[0].probe = Some(Probe { next_at: second(500), ..Probe::begin(START) });
    let first = then(&payment, Input::Signalled, 30);
    assert_eq!(first.attempts[0].operations[0].probe, None);
    let mut told = first.clone();
    told.attempts[0].operations[0].probe = Some(Probe { next_at: second(500), ..Probe::begin(START) });
    assert_eq!(then(&told, Input::Signalled, 31), told);
    let held = at_rest(AttemptState::Authorised, Goal::Hold);
    assert_eq!(then(&held, Input::Signalled, 30), held, "there is no action to look at");
}

#[test]
fn r1_what_a_dead_process_was_sending_may_have_been_executed_and_what_had_ended_has_not_begun_anew() {
    let mut sending = unknown(OperationKind::Authorise, Goal::Hold);
    sending.attempts[0].state = AttemptState::Authorising;
    sending.attempts[0].operations[0].state = OperationState::Sending;
    let after = then(&sending, Input::Recovered, 30);
    assert_eq!(after.attempts[0].state, AttemptState::Unknown);
    assert_eq!(after.attempts[0].operations[0].state, OperationState::Unknown(UnknownCause::Crashed));

    let capturing = then(&with_capture(OperationState::Sending), Input::Recovered, 30);
    let states: Vec<_> = capturing.attempts[0].operations.iter().map(|each| each.state).collect();
    assert_eq!(states, [OperationState::Succeeded, OperationState::Unknown(UnknownCause::Crashed)]);
    assert_eq!(capturing.attempts[0].state, AttemptState::Authorised, "it is the capture that is unknown");
    let pending = with_capture(OperationState::Pending);
    assert_eq!(then(&pending, Input::Recovered, 30), pending);
}

#[test]
fn an_attempt_that_ended_otherwise_stays_ended_when_its_sender_is_found_dead() {
    let mut ended = unknown(OperationKind::Authorise, Goal::Hold);
    ended.attempts[0].state = AttemptState::Voided;
    ended.attempts[0].operations[0].state = OperationState::Sending;
    assert_eq!(then(&ended, Input::Recovered, 30).attempts[0].state, AttemptState::Voided);
}
