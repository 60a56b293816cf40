//! What a look teaches: of the call it was for, of a customer's action, and of what was absent (R4, R9, R15).

use super::super::super::attempt::VoidReason;
use super::super::super::operation::{Probe, Rung};
use super::super::super::outcome::{Outcome, Refusal, Status, UnknownCause};
use super::super::super::react::Input;
use super::super::super::{AttemptState, Goal, NotSent, OperationKind, OperationState, Payment};
use super::super::{START, second};
use super::{at_rest, awaiting, looked, refused, then, unknown, view};

fn looked_for(payment: &Payment, outcome: Outcome, at: u64) -> Payment {
    let (attempt, operation) = (payment.attempts[0].id, Some(payment.attempts[0].operations[0].id));
    then(payment, Input::Looked { attempt, operation, outcome }, at)
}

fn nowhere() -> Outcome {
    Outcome::Refused(Refusal { code: "none".to_owned(), class: None, not_found: true, retry_after: None })
}

/// What a refund's look shows: so much of it went back.
fn gave_back(payment: &Payment, refunded_minor: Option<i64>) -> Outcome {
    let Outcome::Definite(mut view) = view(payment, Status::Captured, 1_000) else { panic!("no view") };
    view.refunded_minor = refunded_minor;
    Outcome::Definite(view)
}

#[test]
fn r4_a_look_has_seen_nothing_executed_only_where_it_shows_so_of_this_very_call() {
    let seen = |kind, outcome: &dyn Fn(&Payment) -> Outcome| {
        let payment = unknown(kind, Goal::Settle);
        let after = looked_for(&payment, outcome(&payment), 30);
        after.attempts[0].operations[0].probe.as_ref().unwrap().seen_absent_at
    };
    let (yes, no) = (Some(second(30)), None);
    let shown = |status: Status| move |payment: &Payment| view(payment, status.clone(), 1_000);
    for kind in [OperationKind::Confirm, OperationKind::Capture, OperationKind::Void, OperationKind::Refund] {
        assert_eq!(seen(kind, &|_| nowhere()), yes, "{kind:?}");
        assert_eq!(seen(kind, &|_| refused()), no, "{kind:?}");
        assert_eq!(seen(kind, &|_| Outcome::Unknown(UnknownCause::Timeout)), no, "{kind:?}");
        assert_eq!(seen(kind, &|_| Outcome::NotSent(NotSent::BreakerOpen)), no, "{kind:?}");
        assert_eq!(seen(kind, &shown(Status::Processing)), no, "{kind:?}");
    }
    assert_eq!(seen(OperationKind::Confirm, &shown(Status::Created)), yes);
    assert_eq!(seen(OperationKind::Confirm, &shown(Status::Authorised)), no);
    assert_eq!(seen(OperationKind::Capture, &shown(Status::Authorised)), yes);
    assert_eq!(seen(OperationKind::Capture, &shown(Status::Created)), no);
    for (refunded, told) in [(Some(0), yes), (Some(1), no), (None, no)] {
        assert_eq!(seen(OperationKind::Refund, &|payment| gave_back(payment, refunded)), told);
    }
}

#[test]
fn a_look_says_that_a_call_is_being_processed_only_where_it_is_and_only_of_one_that_is_out() {
    let state = |payment: &Payment, outcome: Outcome| {
        looked_for(payment, outcome, 30).attempts[0].operations[0].state
    };
    let mut capture = unknown(OperationKind::Capture, Goal::Settle);
    let processing = view(&capture, Status::Processing, 1_000);
    assert_eq!(state(&capture, processing.clone()), OperationState::Unknown(UnknownCause::Processing));
    assert_eq!(state(&capture, nowhere()), OperationState::Unknown(UnknownCause::Timeout));
    capture.attempts[0].operations[0].state = OperationState::Pending;
    assert_eq!(state(&capture, processing), OperationState::Pending);
}

#[test]
fn a_look_by_the_schedule_climbs_one_rung_and_one_that_came_before_its_time_does_not() {
    for (at, rung) in [(29, Rung::Look), (30, Rung::Replay), (31, Rung::Replay)] {
        let mut payment = unknown(OperationKind::Capture, Goal::Settle);
        let probe = Probe { next_at: second(30), ..Probe::begin(START) };
        payment.attempts[0].operations[0].probe = Some(probe);
        let after = looked_for(&payment, nowhere(), at);
        assert_eq!(after.attempts[0].operations[0].probe.as_ref().unwrap().rung, rung, "at {at} s");
    }
}

#[test]
fn r15_an_action_is_given_up_by_a_look_at_its_end_and_by_none_before() {
    for (at, reason) in [(899, None), (900, Some(VoidReason::ActionExpired))] {
        let payment = at_rest(awaiting(), Goal::Hold);
        let after = then(&payment, looked(&payment, 0, nowhere()), at);
        assert_eq!(after.attempts[0].void_reason, reason, "at {at} s");
        assert_eq!(
            after.attempts[0].operations, payment.attempts[0].operations,
            "nobody told us to look again"
        );
    }
}

/// An attempt that was found absent, to be looked at again at 60 s for the time after `checks`.
fn absent(checks: u32) -> Payment {
    at_rest(AttemptState::ConfirmedAbsent { checks, next_check_at: Some(second(60)) }, Goal::Release)
}

fn checked(payment: &Payment, outcome: Outcome, at: u64) -> (AttemptState, bool) {
    let after = then(payment, looked(payment, 0, outcome), at);
    (after.attempts[0].state.clone(), after.needs_review())
}

#[test]
fn r9_late_checks_follow_their_schedule_and_what_told_nothing_is_no_check() {
    let (hour, day) = (3_600, 86_400);
    for (checks, at, next, counted) in [
        (0, 59, Some(60), 0),
        (0, 60, Some(60 + 6 * hour), 1),
        (0, 61, Some(61 + 6 * hour), 1),
        (1, 60, Some(60 + day), 2),
        (2, 60, None, 3),
    ] {
        let next_check_at = next.map(second);
        let state = AttemptState::ConfirmedAbsent { checks: checks.max(counted), next_check_at };
        assert_eq!(checked(&absent(checks), nowhere(), at), (state, false), "{checks} at {at} s");
    }
    for silent in [Outcome::Unknown(UnknownCause::Timeout), Outcome::NotSent(NotSent::Connect), refused()] {
        let again = AttemptState::ConfirmedAbsent { checks: 2, next_check_at: Some(second(60 + day)) };
        assert_eq!(checked(&absent(2), silent, 60), (again, false));
    }
}

#[test]
fn r9_a_person_watches_what_landed_late_and_was_undecided_at_the_last_check() {
    let needed = Status::ActionNeeded { redirect_url: "https://bank.test/".to_owned() };
    for (checks, status, reviewed) in [
        (2, Status::Processing, true),
        (2, needed, true),
        (2, Status::Voided, false),
        (1, Status::Processing, false),
    ] {
        let payment = absent(checks);
        let (_, review) = checked(&payment, view(&payment, status.clone(), 1_000), 60);
        assert_eq!(review, reviewed, "{status:?} after {checks}");
    }
}
