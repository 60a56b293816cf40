//! What a notification leaves alone, and what it brings along: the object's id, a word that comes twice, and a hold that
//! went by no void of ours.

use super::super::super::operation::Probe;
use super::super::super::outcome::{Status, UnknownCause, View};
use super::super::super::{AttemptState, Decision, Effect, Goal, OperationKind, Said};
use super::super::{START, payment, second};
use super::{CALL, called, decided, declined, done, received, refused, seen, state, tell};

#[test]
fn r9_a_hold_that_went_by_no_void_of_ours_and_is_told_of_again_is_a_late_success() {
    for goal in [Goal::Hold, Goal::Release] {
        let unknown = received(OperationKind::Authorise, goal);
        let held = tell(&unknown, None, seen(&unknown, Status::Authorised), 3);
        let gone = tell(&held, None, seen(&held, Status::Voided), 4);
        assert_eq!(state(&gone), &AttemptState::Voided, "{goal:?}");
        let again = tell(&gone, None, seen(&gone, Status::Authorised), 60);
        assert_eq!(state(&again), &AttemptState::LateSuccess, "{goal:?}");
        let next = decided(&again, second(60));
        assert!(matches!(next, Decision::Do(Effect::Next { kind: OperationKind::Void, .. })), "{next:?}");
    }
}

#[test]
fn the_objects_id_is_learnt_from_what_is_told_of_it_first_of_all_from_the_view() {
    let unknown =
        payment(OperationKind::Authorise, UnknownCause::Processing, Probe::begin(START), Goal::Hold, false);
    for status in [Status::Authorised, declined()] {
        let Said::Seen(view) = seen(&unknown, status) else { panic!() };
        for (of_view, learnt) in [(None, "obj"), (Some("own".to_owned()), "own")] {
            let told = tell(&unknown, None, Said::Seen(View { object: of_view, ..view.clone() }), 3);
            assert_eq!(told.attempts[0].object.as_deref(), Some(learnt));
        }
    }
}

#[test]
fn what_was_refused_already_is_no_news_and_neither_is_a_refusal_of_what_is_held() {
    for kind in [OperationKind::Void, OperationKind::Refund] {
        let once = tell(&received(kind, Goal::Settle), Some(CALL), refused(), 3);
        assert!(!once.needs_review(), "{kind:?}");
        assert_eq!(tell(&once, Some(CALL), refused(), 4), once, "{kind:?}");
    }
    let unknown = received(OperationKind::Authorise, Goal::Hold);
    let held = tell(&unknown, None, seen(&unknown, Status::Authorised), 3);
    assert!(called(&held, CALL).ended());
    for said in [refused(), done()] {
        assert_eq!(tell(&held, Some(CALL), said, 4), held, "the authorisation tells of itself what it holds");
    }
}
