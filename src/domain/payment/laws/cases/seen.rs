//! What the gateway's view of the object makes of an attempt that is being authorised, or was settled (R10).

use super::super::super::attempt::VoidReason;
use super::super::super::outcome::{Outcome, Status, UnknownCause, View};
use super::super::super::{
    AttemptState, Decline, DeclineClass, Goal, OperationKind, OperationState, Payment,
};
use super::{at_rest, looked, then, unknown, view};

/// What a look or an answer told, with something else in it.
fn but(outcome: Outcome, change: impl FnOnce(&mut View)) -> Outcome {
    let Outcome::Definite(mut view) = outcome else { panic!("no view: {outcome:?}") };
    change(&mut view);
    Outcome::Definite(view)
}

fn seen(before: &Payment, outcome: Outcome) -> Payment {
    then(before, looked(before, 0, outcome), 6)
}

/// Every way in which what is held is not what was asked for; the last is but a part of it.
fn mismatches(payment: &Payment) -> [Outcome; 4] {
    let held = || view(payment, Status::Authorised, 1_000);
    [
        but(held(), |view| view.amount.minor = 1_007),
        but(held(), |view| view.amount.currency = "USD".parse().unwrap()),
        but(held(), |view| view.reference = Some("another".to_owned())),
        but(held(), |view| view.capturable_minor = 999),
    ]
}

#[test]
fn r10_another_amount_currency_or_reference_or_a_part_is_a_mismatch_and_a_silent_vendor_is_none() {
    let asked = unknown(OperationKind::Authorise, Goal::Hold);
    for outcome in mismatches(&asked) {
        let after = seen(&asked, outcome.clone());
        assert_eq!(after.attempts[0].state, AttemptState::Mismatched, "{outcome:?}");
        assert_eq!(after.attempts[0].operations[0].state, OperationState::Succeeded);
    }
    let held = || view(&asked, Status::Authorised, 1_000);
    let of_one_word = but(held(), |view| view.reference = None);
    let in_part_captured = but(held(), |view| (view.captured_minor, view.capturable_minor) = (600, 400));
    for outcome in [held(), of_one_word, in_part_captured] {
        assert_eq!(seen(&asked, outcome).attempts[0].state, AttemptState::Authorised);
    }
}

#[test]
fn r10_a_mismatch_that_shows_after_the_order_is_for_a_person_unless_it_goes_back_already() {
    let mut captured = at_rest(AttemptState::Captured, Goal::Settle);
    captured.attempts[0].captured_minor = 1_000;
    assert!(!seen(&captured, view(&captured, Status::Captured, 1_000)).needs_review());
    let other = but(view(&captured, Status::Captured, 1_000), |view| view.amount.minor = 1_007);
    assert!(seen(&captured, other.clone()).needs_review());
    captured.attempts[0].void_reason = Some(VoidReason::Mismatch);
    assert!(!seen(&captured, other.clone()).needs_review(), "that is why it goes back");
    let late = at_rest(AttemptState::LateRefunding, Goal::Settle);
    assert!(!seen(&late, other).needs_review(), "no order rests on it");
}

#[test]
fn the_objects_standing_ends_the_calls_that_were_to_authorise_it() {
    let asked = unknown(OperationKind::Authorise, Goal::Hold);
    let decline = Decline::new(DeclineClass::InsufficientFunds, "no".to_owned());
    let needed = Status::ActionNeeded { redirect_url: "https://bank.test/".to_owned() };
    for (status, state, end) in [
        (Status::Authorised, "AUTHORISED", OperationState::Succeeded),
        (Status::Captured, "CAPTURED", OperationState::Succeeded),
        (needed, "AWAITING_ACTION", OperationState::Succeeded),
        (Status::Voided, "VOIDED", OperationState::Failed),
        (Status::Declined(decline), "DECLINED", OperationState::Failed),
    ] {
        let after = seen(&asked, view(&asked, status, 1_000));
        let operation = &after.attempts[0].operations[0];
        assert_eq!((after.attempts[0].state.as_str(), operation.state), (state, end));
        assert_eq!(operation.rendered, None, "I24");
    }
    let processing = seen(&asked, view(&asked, Status::Processing, 1_000));
    assert_eq!(processing, asked, "nothing is told yet");
}

#[test]
fn nothing_but_a_decline_ends_what_is_only_being_created() {
    let mut creating = unknown(OperationKind::Create, Goal::Hold);
    creating.attempts[0].state = AttemptState::Creating;
    for status in [Status::Authorised, Status::Captured, Status::Voided, Status::Processing] {
        let after = seen(&creating, view(&creating, status.clone(), 1_000));
        assert_eq!(after.attempts[0].state, AttemptState::Creating, "{status:?}");
    }
    let decline = Decline::new(DeclineClass::InsufficientFunds, "no".to_owned());
    let declined = seen(&creating, view(&creating, Status::Declined(decline.clone()), 1_000));
    assert_eq!(declined.attempts[0].state, AttemptState::Declined(decline));
}

#[test]
fn an_object_on_which_nothing_was_executed_ends_its_create_and_is_no_news_of_a_confirm() {
    for (kind, state, end) in [
        (OperationKind::Create, "CREATED", OperationState::Succeeded),
        (OperationKind::Confirm, "UNKNOWN", OperationState::Unknown(UnknownCause::Timeout)),
        (OperationKind::Authorise, "UNKNOWN", OperationState::Unknown(UnknownCause::Timeout)),
    ] {
        let before = unknown(kind, Goal::Hold);
        let after = seen(&before, view(&before, Status::Created, 1_000));
        let told = (after.attempts[0].state.as_str(), after.attempts[0].operations[0].state);
        assert_eq!(told, (state, end), "{kind:?}");
    }
}
