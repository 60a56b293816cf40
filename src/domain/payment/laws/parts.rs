//! The parts of a payment: what each is called, and what is summed up and told of them.

use std::time::Duration;

use uuid::Uuid;

use super::super::aggregate::Instrument;
use super::super::attempt::VoidReason;
use super::super::capabilities::Lookup;
use super::super::operation::Probe;
use super::super::outcome::UnknownCause;
use super::super::policy::after;
use super::super::{
    AttemptState, GatewayCapabilities, Goal, Hint, Operation, OperationKind, OperationState, Payment, Policy,
};
use super::{START, every_state, payment, second};
use crate::domain::ids::{AccountId, OperationId};
use crate::domain::money::Money;

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
    let held = one(AttemptState::Authorised);
    let policy = Policy::default();
    for kind in KINDS {
        let authorises = ["create", "confirm", "authorise"].contains(&kind.as_str());
        assert_eq!(kind.authorises(), authorises);
    }
    for (at, kind, by) in [
        (2, OperationKind::Confirm, second(7)),
        (8, OperationKind::Confirm, second(10)),
        (8, OperationKind::Capture, after(second(8), policy.send_window)),
    ] {
        let intent = super::super::react::Intent {
            effect: super::super::Effect::Send { operation: OperationId(Uuid::from_u128(21)) },
            attempt: held.attempts[0].id,
            operation: OperationId(Uuid::from_u128(99)),
            rendered: vec![2],
        };
        let mut pending = held.clone();
        with(&mut pending, kind, 1_000, OperationState::Pending);
        let input = super::super::Input::Intend(intent);
        let sent = super::super::react::react(&pending, input, second(at), &policy).unwrap();
        assert_eq!(sent.attempts[0].operations[1].send_by, Some(by), "{kind:?} at {at} s");
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
fn r18_a_refund_is_reserved_from_its_wish_on_and_free_again_only_once_it_failed_or_never_left() {
    let mut payment = one(AttemptState::Captured);
    payment.attempts[0].captured_minor = 1_000;
    for (place, state) in STATES.into_iter().enumerate() {
        with(&mut payment, OperationKind::Refund, 10_i64.pow(u32::try_from(place).unwrap() / 2), state);
    }
    with(&mut payment, OperationKind::Capture, 500, OperationState::Succeeded);
    assert_eq!(payment.attempts[0].refunds_reserved_minor(), 1 + 1 + 10 + 10);
    assert_eq!(payment.refundable_minor(), 1_000 - 22);
    payment.attempts[0].state = AttemptState::LateRefunding;
    assert_eq!(payment.refundable_minor(), 0, "it goes back by itself");
}

#[test]
fn a_payment_sums_up_its_attempts() {
    let mut payment = one(AttemptState::Captured);
    let second_one = payment.attempts[0].clone();
    payment.attempts.push(second_one);
    for (attempt, (captured, refunded)) in payment.attempts.iter_mut().zip([(700, 30), (50, 4)]) {
        (attempt.captured_minor, attempt.refunded_minor) = (captured, refunded);
    }
    assert_eq!((payment.captured_minor(), payment.refunded_minor()), (750, 34));
    assert!(!payment.needs_review());
    payment.attempts[1].needs_review = true;
    assert!(payment.needs_review());
}

#[test]
fn a_payment_is_unresolved_by_an_unknown_attempt_a_review_or_a_call_that_is_out_each_alone() {
    for state in every_state() {
        let payment = one(state.clone());
        assert_eq!(payment.unresolved(), state == AttemptState::Unknown, "{state:?}");
    }
    let mut reviewed = one(AttemptState::Captured);
    reviewed.attempts[0].needs_review = true;
    assert!(reviewed.unresolved());
    let mut capturing = one(AttemptState::Authorised);
    with(&mut capturing, OperationKind::Capture, 1_000, OperationState::Sending);
    assert!(capturing.unresolved());
}

#[test]
fn r9_r10_what_nobody_owns_goes_back_and_everything_else_is_kept() {
    for state in every_state() {
        let late = ["LATE_SUCCESS", "LATE_VOIDING", "LATE_REFUNDING"].contains(&state.as_str());
        let mut payment = one(state.clone());
        payment.goal = Goal::Settle;
        assert_eq!(payment.owes_back(&payment.attempts[0]), late, "{state:?}");
        payment.attempts[0].void_reason = Some(VoidReason::Resolve);
        assert_eq!(payment.owes_back(&payment.attempts[0]), late, "{state:?}");
        payment.attempts[0].void_reason = Some(VoidReason::Mismatch);
        assert!(payment.owes_back(&payment.attempts[0]), "{state:?}");
        payment.attempts[0].void_reason = None;
        payment.goal = Goal::Release;
        assert!(payment.owes_back(&payment.attempts[0]), "{state:?}");
    }
}

#[test]
fn r2_the_attempt_that_may_hold_money_is_found_behind_those_that_ended() {
    for state in every_state() {
        let mut payment = one(AttemptState::Voided);
        payment.attempts.push(one(state.clone()).attempts.remove(0));
        let live = payment.live().map(|attempt| attempt.state.clone());
        assert_eq!(live, state.live().then_some(state));
    }
}

#[test]
fn r19_the_issuer_may_yet_decline_what_it_has_not_answered_and_what_is_being_voided() {
    let undecided: Vec<_> =
        every_state().iter().filter(|state| state.undecided()).map(AttemptState::as_str).collect();
    let wanted = ["CREATING", "CREATED", "AUTHORISING", "UNKNOWN", "AWAITING_ACTION", "VOIDING"];
    assert_eq!(undecided, wanted);
}

#[test]
fn a_token_is_given_to_the_account_that_issued_it_alone() {
    let mut payment = one(AttemptState::Created);
    let [first, other, none]: [AccountId; 3] = ["a", "b", "c"].map(|name| name.parse().unwrap());
    let token = |account: &AccountId, byte| Instrument { account: account.clone(), token: vec![byte] };
    payment.instruments = vec![token(&first, 7), token(&other, 8)];
    assert_eq!(payment.token(&first), Some([7].as_slice()));
    assert_eq!(payment.token(&other), Some([8].as_slice()));
    assert_eq!(payment.token(&none), None);
}

#[test]
fn an_amount_is_taken_where_it_is_a_whole_number_of_the_vendors_steps() {
    let coarse = GatewayCapabilities {
        steps: &[("EUR", 0), ("KWD", 10), ("USD", -5)],
        timeout: Duration::from_secs(50),
        ..GatewayCapabilities::stripe()
    };
    for (minor, currency, taken) in [
        (7, "EUR", true),
        (7, "JPY", true),
        (7, "USD", true),
        (10, "KWD", true),
        (1_230, "KWD", true),
        (1_235, "KWD", false),
        (9, "KWD", false),
    ] {
        let amount = Money::new(minor, currency.parse().unwrap());
        assert_eq!(coarse.takes(amount), taken, "{minor} {currency}");
    }
    let step = |currency: &str| coarse.step(currency.parse().unwrap());
    assert_eq!(["EUR", "JPY", "USD", "KWD"].map(step), [1, 1, 1, 10], "no step is none");
}

#[test]
fn r4_a_look_goes_by_the_vendors_id_where_it_is_known_and_readable_and_by_our_reference_elsewhere() {
    for read_by_id in [Lookup::Consistent, Lookup::Lagging, Lookup::None] {
        for reference_lookup in [Lookup::Consistent, Lookup::Lagging, Lookup::None] {
            let known = GatewayCapabilities { reference_lookup, read_by_id, ..GatewayCapabilities::stripe() };
            assert_eq!(known.looks_by_id(true), read_by_id != Lookup::None);
            assert!(!known.looks_by_id(false));
            let by_id = if read_by_id == Lookup::None { reference_lookup } else { read_by_id };
            assert_eq!((known.sight(true), known.sight(false)), (by_id, reference_lookup));
        }
    }
}
