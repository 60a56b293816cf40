//! The parts of a payment: what each is called, which edges it has, and which of its calls is which.

mod promises;
mod sums;

use uuid::Uuid;

use super::super::operation::Probe;
use super::super::outcome::UnknownCause;
use super::super::react::{Input, Intent, react};
use super::super::{
    AttemptState, Effect, Goal, Hint, Operation, OperationKind, OperationState, Payment, Policy,
};
use super::{START, every_state, payment, second};
use crate::domain::ids::OperationId;

const KINDS: [OperationKind; 6] = [
    OperationKind::Create,
    OperationKind::Confirm,
    OperationKind::Authorise,
    OperationKind::Capture,
    OperationKind::Void,
    OperationKind::Refund,
];

const STATES: [OperationState; 6] = [
    OperationState::Pending,
    OperationState::Sending,
    OperationState::Unknown(UnknownCause::Timeout),
    OperationState::Succeeded,
    OperationState::Failed,
    OperationState::NotSent,
];

/// A payment whose one attempt is in `state`, with nothing under way.
fn one(state: AttemptState) -> Payment {
    let probe = Probe::begin(START);
    let mut payment = payment(OperationKind::Authorise, UnknownCause::Timeout, probe, Goal::Hold, true);
    payment.attempts[0].state = state;
    payment.attempts[0].operations[0].state = OperationState::Succeeded;
    payment
}

/// The payment with one more call, the id of which is returned.
fn with(payment: &mut Payment, kind: OperationKind, amount_minor: i64, state: OperationState) -> OperationId {
    let id = OperationId(Uuid::from_u128(20 + payment.attempts[0].operations.len() as u128));
    let call = Operation { state, ..Operation::pending(id, kind, amount_minor, START) };
    payment.attempts[0].operations.push(call);
    id
}

#[test]
fn kinds_states_and_hints_have_the_names_that_rows_and_metrics_know() {
    let kinds = KINDS.map(OperationKind::as_str);
    assert_eq!(kinds, ["create", "confirm", "authorise", "capture", "void", "refund"]);
    let states = STATES.map(OperationState::as_str);
    assert_eq!(states, ["PENDING", "SENDING", "UNKNOWN", "SUCCEEDED", "FAILED", "NOT_SENT"]);
    assert_eq!(Hint::ALL.map(Hint::as_str), ["moved", "gone", "held", "taken"]);
}

#[test]
fn i12_an_operation_has_these_edges_and_no_others() {
    let edges = [
        ("PENDING", ["SENDING", "FAILED"].as_slice()),
        ("SENDING", &["PENDING", "UNKNOWN", "SUCCEEDED", "FAILED", "NOT_SENT"]),
        ("UNKNOWN", &["UNKNOWN", "SUCCEEDED", "FAILED", "NOT_SENT"]),
        ("SUCCEEDED", &[]),
        ("FAILED", &[]),
        ("NOT_SENT", &[]),
    ];
    for (from, (name, wanted)) in STATES.into_iter().zip(edges) {
        assert_eq!(from.as_str(), name);
        let to: Vec<_> =
            STATES.into_iter().filter(|to| from.may_become(*to)).map(OperationState::as_str).collect();
        assert_eq!(to, wanted, "{from:?}");
    }
}

#[test]
fn r5_what_begins_an_authorisation_is_bounded_by_place_by_and_nothing_else_is() {
    for kind in KINDS {
        let authorises = ["create", "confirm", "authorise"].contains(&kind.as_str());
        assert_eq!(kind.authorises(), authorises);
    }
    for (at, kind, by) in
        [(2, OperationKind::Confirm, 7), (8, OperationKind::Confirm, 10), (8, OperationKind::Capture, 13)]
    {
        let mut pending = one(AttemptState::Authorised);
        let operation = with(&mut pending, kind, 1_000, OperationState::Pending);
        let (effect, attempt) = (Effect::Send { operation }, pending.attempts[0].id);
        let intent = Input::Intend(Intent { effect, attempt, operation, rendered: vec![2] });
        let sent = react(&pending, intent, second(at), &Policy::default()).unwrap();
        assert_eq!(sent.attempts[0].operations[1].send_by, Some(second(by)), "{kind:?} at {at} s");
    }
}

#[test]
fn r1_the_key_of_a_call_is_its_id_whatever_became_of_it() {
    let mut payment = one(AttemptState::Authorised);
    let id = with(&mut payment, OperationKind::Capture, 1_000, OperationState::Sending);
    let call = payment.attempts[0].operation(id).unwrap();
    assert_eq!(call.idempotency_key(), id.to_string());
    let later = Operation { tries: 3, state: OperationState::Unknown(UnknownCause::Reset), ..call.clone() };
    assert_eq!(later.idempotency_key(), call.idempotency_key());
}

#[test]
fn an_attempt_tells_which_call_is_out_which_is_open_and_which_authorised() {
    let mut payment = one(AttemptState::Authorised);
    let pending = with(&mut payment, OperationKind::Capture, 400, OperationState::Pending);
    let sending = with(&mut payment, OperationKind::Refund, 400, OperationState::Sending);
    let attempt = &payment.attempts[0];
    let id = |operation: Option<&Operation>| operation.map(|operation| operation.id);
    assert_eq!(id(attempt.open()), Some(pending), "the first that is not over");
    assert_eq!(id(attempt.outstanding()), Some(sending), "what is pending has not left");
    assert_eq!(id(attempt.authorisation()), Some(attempt.operations[0].id));
    assert_eq!(id(attempt.operation(pending)), Some(pending));
    assert_eq!(id(attempt.operation(OperationId(Uuid::from_u128(99)))), None);
    let rested = one(AttemptState::Authorised);
    assert_eq!((id(rested.attempts[0].open()), id(rested.attempts[0].outstanding())), (None, None));
}

#[test]
fn r19_the_issuer_may_yet_decline_what_it_has_not_answered_and_what_is_being_voided() {
    let undecided: Vec<_> =
        every_state().iter().filter(|state| state.undecided()).map(AttemptState::as_str).collect();
    let wanted = ["CREATING", "CREATED", "AUTHORISING", "UNKNOWN", "AWAITING_ACTION", "VOIDING"];
    assert_eq!(undecided, wanted);
}
