//! A void that is out or wanted: what ends it, which calls end with it, and when a person is needed (R8, R9).

use uuid::Uuid;

use super::super::super::decide::decide;
use super::super::super::operation::Probe;
use super::super::super::outcome::Status;
use super::super::super::{
    AttemptState, Decision, Decline, DeclineClass, Effect, Goal, Operation, OperationKind, OperationState,
    Payment, Policy,
};
use super::super::second;
use super::{at_rest, given, outcome, then, unknown, view};
use crate::domain::ids::OperationId;

const ANOTHER: OperationId = OperationId(Uuid::from_u128(19));

/// An attempt that is being voided, by the operation 20: its authorisation, a capture and an earlier void are unknown.
fn voiding(state: AttemptState) -> Payment {
    let mut payment = unknown(OperationKind::Authorise, Goal::Release);
    payment.attempts[0].state = state;
    let known = payment.attempts[0].operations[0].clone();
    for (id, kind) in [(18, OperationKind::Capture), (19, OperationKind::Void), (20, OperationKind::Void)] {
        let id = OperationId(Uuid::from_u128(id));
        payment.attempts[0].operations.push(Operation { id, kind, ..known.clone() });
    }
    payment
}

fn answered(state: AttemptState, status: Status) -> Payment {
    let payment = voiding(state);
    then(&payment, outcome(20, view(&payment, status, 1_000)), 30)
}

fn declined() -> Decline {
    Decline::new(DeclineClass::InsufficientFunds, "no".to_owned())
}

#[test]
fn r9_a_void_ends_as_the_object_says_and_a_late_one_stays_late() {
    for (voiding, status, state) in [
        (AttemptState::Voiding, Status::Voided, AttemptState::Voided),
        (AttemptState::Voiding, Status::Captured, AttemptState::Captured),
        (AttemptState::Voiding, Status::Declined(declined()), AttemptState::Declined(declined())),
        (AttemptState::LateVoiding, Status::Voided, AttemptState::LateVoided),
        (AttemptState::LateVoiding, Status::Captured, AttemptState::LateRefunding),
        (AttemptState::LateVoiding, Status::Declined(declined()), AttemptState::LateVoided),
    ] {
        assert_eq!(answered(voiding, status).attempts[0].state, state);
    }
}

#[test]
fn what_a_void_reveals_ends_every_call_of_the_attempt_as_it_must_have_gone() {
    let (succeeded, failed) = (OperationState::Succeeded, OperationState::Failed);
    for (status, authorised, voided) in [
        (Status::Voided, failed, succeeded),
        (Status::Captured, succeeded, failed),
        (Status::Declined(declined()), failed, failed),
    ] {
        let after = answered(AttemptState::Voiding, status);
        let ends: Vec<_> = after.attempts[0].operations.iter().map(|each| each.state).collect();
        assert_eq!(ends, [authorised, failed, voided, voided]);
        assert!(!after.needs_review());
    }
}

#[test]
fn a_void_after_which_the_object_still_stands_has_failed_alone() {
    let before = voiding(AttemptState::Voiding);
    let after = answered(AttemptState::Voiding, Status::Authorised);
    assert_eq!(after.attempts[0].state, AttemptState::Voiding);
    let (was, is) = (&before.attempts[0].operations, &after.attempts[0].operations);
    assert_eq!(is[..3], was[..3], "nobody told of those");
    assert_eq!(is[3].state, OperationState::Failed);
    assert_eq!(is[2].id, ANOTHER);
}

#[test]
fn r8_a_person_is_needed_once_more_voids_have_failed_than_the_schedule_has_pauses() {
    let pauses = Policy::default().schedule.len();
    for (failed, reviewed) in [(pauses - 1, false), (pauses, true)] {
        let mut payment = at_rest(AttemptState::Voiding, Goal::Release);
        payment.attempts[0].operations[0].state = OperationState::Failed;
        let known = payment.attempts[0].operations[0].clone();
        for id in (30..).take(failed) {
            let (id, kind) = (OperationId(Uuid::from_u128(id)), OperationKind::Void);
            payment.attempts[0].operations.push(Operation { id, kind, ..known.clone() });
        }
        let (id, kind, state) = (ANOTHER, OperationKind::Void, OperationState::Sending);
        payment.attempts[0].operations.push(Operation { id, kind, state, ..known });
        let after = then(&payment, outcome(19, view(&payment, Status::Authorised, 1_000)), 30);
        assert_eq!(after.needs_review(), reviewed, "{failed} failed before");
    }
}

#[test]
fn r8_a_void_that_failed_is_followed_by_another_one_by_the_schedule_until_a_person_is_needed() {
    let pauses: Vec<_> = Policy::default().schedule.iter().map(std::time::Duration::as_secs).collect();
    let last = pauses.len() - 1;
    for (failed, pause) in
        [(1, pauses[0]), (2, pauses[1]), (last + 1, pauses[last]), (last + 3, pauses[last])]
    {
        // What became unknown first counts from then, anything else from when it was due.
        for (probe, since) in [(None, 100), (Some(Probe::begin(second(130))), 130)] {
            let mut payment = at_rest(AttemptState::Voiding, Goal::Release);
            for id in (30..).take(failed) {
                let (id, kind, state) =
                    (OperationId(Uuid::from_u128(id)), OperationKind::Void, OperationState::Failed);
                let void = Operation::pending(id, kind, 1_000, second(100));
                payment.attempts[0].operations.push(Operation { state, probe: probe.clone(), ..void });
            }
            let (attempt, amount_minor) = (payment.attempts[0].id, 1_000);
            let another = Decision::Do(Effect::Next { attempt, kind: OperationKind::Void, amount_minor });
            let due = since + pause;
            let waits = Decision::Wait { until: second(due) };
            assert_eq!(given(&payment, second(due - 1), decide), waits, "after {failed}");
            assert_eq!(given(&payment, second(due), decide), another, "after {failed}");
            assert_eq!(given(&payment, second(due + 1), decide), another, "after {failed}");
            payment.attempts[0].needs_review = true;
            assert_eq!(given(&payment, second(due), decide), Decision::Done, "after {failed}");
        }
    }
}
