//! Single steps of an attempt: how it begins, is confirmed, voided, repeated and recovered.

use uuid::Uuid;

use super::super::super::attempt::VoidReason;
use super::super::super::decide::{Conclusion, decide};
use super::super::super::outcome::{Outcome, UnknownCause};
use super::super::super::react::{Input, Intent};
use super::super::super::{AttemptState, Decision, Effect, Goal, OperationKind};
use super::super::second;
use super::{FIRST, at_rest, awaiting, given, intend, then, unknown};
use crate::domain::ids::{AttemptId, OperationId};

#[test]
fn what_was_created_is_confirmed_only_while_an_order_is_wanted_and_before_place_by() {
    for (goal, at, confirmed) in
        [(Goal::Hold, 9, true), (Goal::Hold, 10, false), (Goal::Hold, 11, false), (Goal::Release, 9, false)]
    {
        let created = at_rest(AttemptState::Created, goal);
        let (attempt, amount_minor) = (created.attempts[0].id, created.amount.minor);
        let expected = if confirmed {
            Decision::Do(Effect::Next { attempt, kind: OperationKind::Confirm, amount_minor })
        } else {
            Decision::Conclude(Conclusion::Unconfirmed { attempt })
        };
        assert_eq!(given(&created, second(at), decide), expected, "{goal:?} at {at} s");
    }
}

#[test]
fn an_attempt_begins_creating_where_confirming_is_a_call_of_its_own_and_authorising_elsewhere() {
    for (kind, state) in [
        (OperationKind::Create, AttemptState::Creating),
        (OperationKind::Authorise, AttemptState::Authorising),
    ] {
        let mut fresh = unknown(kind, Goal::Hold);
        fresh.attempts.clear();
        let effect = Effect::Begin { account: "a".parse().unwrap(), kind, skipped: Vec::new() };
        let (attempt, operation) = (AttemptId(Uuid::from_u128(70)), FIRST);
        let begun = then(&fresh, Input::Intend(Intent { effect, attempt, operation, rendered: vec![2] }), 1);
        assert_eq!(begun.attempts[0].state, state);
    }
}

#[test]
fn a_void_remembers_for_whose_sake_it_was() {
    for (state, goal, reason) in [
        (AttemptState::Authorised, Goal::Release, VoidReason::Release),
        (awaiting(), Goal::Release, VoidReason::Release),
        (awaiting(), Goal::Hold, VoidReason::ActionExpired),
        (AttemptState::Mismatched, Goal::Hold, VoidReason::Mismatch),
        (AttemptState::LateSuccess, Goal::Release, VoidReason::Late),
    ] {
        let held = at_rest(state, goal);
        let attempt = held.attempts[0].id;
        let effect = Effect::Next { attempt, kind: OperationKind::Void, amount_minor: 1_000 };
        let operation = OperationId(Uuid::from_u128(71));
        let voiding =
            then(&held, Input::Intend(Intent { effect, attempt, operation, rendered: vec![2] }), 901);
        assert_eq!(voiding.attempts[0].void_reason, Some(reason));
    }
}

#[test]
fn a_void_that_was_under_way_at_a_crash_is_looked_into_before_another_one_follows() {
    let mut payment = intend(&at_rest(AttemptState::Authorised, Goal::Release), OperationKind::Void, 20, 20);
    payment = then(&payment, Input::Recovered, 40);
    let operation = OperationId(Uuid::from_u128(20));
    let look = Effect::Look { attempt: payment.attempts[0].id, operation: Some(operation) };
    assert_eq!(given(&payment, second(40), decide), Decision::Do(look));
}

#[test]
fn a_replay_that_met_an_error_of_the_server_is_remembered_as_one_that_failed() {
    for (cause, failed) in [(UnknownCause::ServerError, true), (UnknownCause::Timeout, false)] {
        let outcome = Outcome::Unknown(cause);
        let replayed = Input::Outcome { operation: FIRST, replay: true, outcome };
        let after = then(&unknown(OperationKind::Authorise, Goal::Hold), replayed, 2);
        let probe = after.attempts[0].operations[0].probe.as_ref().unwrap();
        assert_eq!((probe.replays, probe.replay_failed), (1, failed));
    }
}
