//! Replies, small and hand-written, and what each of them means.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::parse::{Question, parse};
use crate::domain::money::Money;
use crate::domain::payment::{DeclineClass, NotSent, OperationKind, Outcome, Status, UnknownCause, View};
use crate::partners::gateway::Reply;
use crate::partners::gateway::exchange::Raw;

const CREATE: Question<'_> = Question::Change { kind: OperationKind::Create, object: None };
const CONFIRM: Question<'_> = Question::Change { kind: OperationKind::Confirm, object: Some("pi_1") };
const CAPTURE: Question<'_> = Question::Change { kind: OperationKind::Capture, object: Some("pi_1") };
const VOID: Question<'_> = Question::Change { kind: OperationKind::Void, object: Some("pi_1") };
const OBJECT: Question<'_> = Question::Object { object: "pi_1" };
const SEARCH: Question<'_> = Question::Search { reference: "pay_1" };

fn euros(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

fn intent(status: &str) -> Value {
    json!({"id": "pi_1", "object": "payment_intent", "amount": 1_000, "currency": "eur", "status": status,
           "amount_capturable": 1_000, "amount_received": 1_000, "latest_charge": "ch_1",
           "metadata": {"reference": "pay_1"}})
}

fn with(mut object: Value, field: &str, value: Value) -> Value {
    object[field] = value;
    object
}

fn raw(status: u16, body: impl Into<Vec<u8>>) -> Raw {
    Raw { status, retry_after: None, body: Ok(body.into()) }
}

fn outcome(question: Question<'_>, status: u16, body: &Value) -> Outcome {
    parse(question, raw(status, body.to_string())).outcome
}

fn seen(question: Question<'_>, body: &Value) -> View {
    let Outcome::Definite(view) = outcome(question, 200, body) else { panic!("no view of {body}") };
    view
}

fn error(code: &str) -> Value {
    json!({"error": {"type": "invalid_request_error", "code": code}})
}

fn unknown(cause: UnknownCause) -> Outcome {
    Outcome::Unknown(cause)
}

#[test]
fn an_intent_that_waits_for_capture_is_authorised_with_everything_it_echoes() {
    let expected = View {
        object: Some("pi_1".into()),
        status: Status::Authorised,
        amount: euros(1_000),
        reference: Some("pay_1".into()),
        capturable_minor: 1_000,
        captured_minor: 0,
        refunded_minor: None,
        card: None,
    };
    assert_eq!(seen(CONFIRM, &intent("requires_capture")), expected);
}

#[test]
fn each_status_has_its_meaning() {
    let statuses = [
        ("requires_payment_method", Status::Created),
        ("requires_confirmation", Status::Created),
        ("processing", Status::Processing),
        ("requires_capture", Status::Authorised),
        ("succeeded", Status::Captured),
        ("canceled", Status::Voided),
    ];
    for (status, expected) in statuses {
        assert_eq!(seen(OBJECT, &intent(status)).status, expected, "{status}");
    }
    assert_eq!(outcome(OBJECT, 200, &intent("requires_moon")), unknown(UnknownCause::Garbage));
}

#[test]
fn a_last_error_makes_an_intent_declined() {
    let failed = json!({"code": "card_declined", "decline_code": "lost_card"});
    let view = seen(OBJECT, &with(intent("requires_payment_method"), "last_payment_error", failed));
    let Status::Declined(decline) = view.status else { panic!("{view:?}") };
    assert_eq!((decline.class, decline.code.as_str()), (DeclineClass::LostStolenPickup, "lost_card"));
}

#[test]
fn an_action_has_an_address_of_the_web_or_nobody_knows_what_to_do() {
    let action =
        |url: Value| with(intent("requires_action"), "next_action", json!({"redirect_to_url": {"url": url}}));
    let status = seen(CONFIRM, &action(json!("https://bank.example/3ds"))).status;
    assert_eq!(status, Status::ActionNeeded { redirect_url: "https://bank.example/3ds".into() });
    for url in [json!("javascript:alert(1)"), json!("/relative"), Value::Null] {
        assert_eq!(outcome(CONFIRM, 200, &action(url)), unknown(UnknownCause::NotConclusive));
    }
    assert_eq!(outcome(CONFIRM, 200, &intent("requires_action")), unknown(UnknownCause::NotConclusive));
}

#[test]
fn what_was_captured_is_told_by_the_intent_else_by_its_charge_else_by_the_amount() {
    let bare = with(intent("succeeded"), "amount_received", Value::Null);
    let charged = |charge: Value| with(bare.clone(), "latest_charge", charge);
    let captured = |body: &Value| seen(CAPTURE, body).captured_minor;
    assert_eq!(captured(&with(intent("succeeded"), "amount_received", json!(700))), 700);
    assert_eq!(captured(&charged(json!({"id": "ch_1", "amount_captured": 600}))), 600);
    assert_eq!(captured(&charged(json!({"id": "ch_1"}))), 1_000);
    assert_eq!(captured(&charged(Value::Null)), 1_000);
    assert_eq!(seen(OBJECT, &with(intent("canceled"), "amount_received", json!(9))).captured_minor, 0);
}

#[test]
fn an_echo_of_another_amount_currency_or_reference_is_told_unchanged() {
    assert_eq!(seen(CONFIRM, &with(intent("requires_capture"), "amount", json!(1_001))).amount.minor, 1_001);
    let dollars = seen(CONFIRM, &with(intent("requires_capture"), "currency", json!("usd")));
    assert_eq!(dollars.amount.currency.code(), "USD");
    let other = seen(CONFIRM, &with(intent("requires_capture"), "metadata", json!({"reference": "pay_2"})));
    assert_eq!(other.reference.as_deref(), Some("pay_2"));
    assert_eq!(seen(CONFIRM, &with(intent("requires_capture"), "metadata", json!({}))).reference, None);
}

#[test]
fn amounts_that_are_no_integers_are_never_rounded() {
    for amount in ["1000.0", "1e3", "\"1000\"", "-1", "92233720368547758080", "null"] {
        let body = intent("requires_capture")
            .to_string()
            .replace("\"amount\":1000", &format!("\"amount\":{amount}"));
        assert_eq!(parse(CONFIRM, raw(200, body)).outcome, unknown(UnknownCause::Garbage), "{amount}");
    }
}

#[test]
fn a_2xx_that_is_no_intent_or_another_intent_is_unknown() {
    let other = with(intent("requires_capture"), "id", json!("pi_2"));
    let unsafe_id = with(intent("requires_confirmation"), "id", json!("pi_1/../refunds"));
    let charge = with(intent("succeeded"), "object", json!("charge"));
    for (question, body) in [(CONFIRM, other), (CREATE, unsafe_id), (CONFIRM, charge), (CONFIRM, json!({}))] {
        assert_eq!(outcome(question, 200, &body), unknown(UnknownCause::Garbage), "{body}");
    }
    assert_eq!(parse(CONFIRM, raw(200, "<html>")).outcome, unknown(UnknownCause::Garbage));
    let cut = Raw { status: 200, retry_after: None, body: Err(UnknownCause::Reset) };
    assert_eq!(parse(CONFIRM, cut).outcome, unknown(UnknownCause::Reset));
}

#[test]
fn a_decline_with_its_intent_is_definite_and_without_it_a_refusal_with_its_class() {
    let declined = json!({"error": {"type": "card_error", "code": "card_declined",
        "decline_code": "insufficient_funds", "payment_intent": intent("requires_payment_method")}});
    let Outcome::Definite(view) = outcome(CONFIRM, 402, &declined) else { panic!("no view") };
    let Status::Declined(decline) = view.status else { panic!("not declined") };
    assert_eq!(decline.class, DeclineClass::InsufficientFunds);

    let mut bare = declined.clone();
    bare["error"]["payment_intent"] = Value::Null;
    let Outcome::Refused(refusal) = outcome(CONFIRM, 402, &bare) else { panic!("no refusal") };
    assert_eq!(refusal.class, Some(DeclineClass::InsufficientFunds));
    let Outcome::Refused(refusal) = outcome(CAPTURE, 402, &declined) else { panic!("a capture that failed") };
    assert_eq!(refusal.class, Some(DeclineClass::InsufficientFunds));
}

#[test]
fn a_decline_that_shows_a_held_amount_tells_of_the_hold() {
    let strange = json!({"error": {"type": "card_error", "code": "card_declined",
        "payment_intent": intent("requires_capture")}});
    let Outcome::Definite(view) = outcome(CONFIRM, 402, &strange) else { panic!("no view") };
    assert_eq!(view.status, Status::Authorised);
}

#[test]
fn a_processing_error_counts_against_the_gateway() {
    let reply = |code: &str| {
        let body = json!({"error": {"type": "card_error", "code": code}});
        parse(CONFIRM, raw(402, body.to_string())).processor_unavailable
    };
    assert!(reply("processing_error"));
    assert!(!reply("card_declined"));
}

#[test]
fn a_state_that_ends_what_was_asked_is_the_answer() {
    let shows = |status: &str| {
        json!({"error": {"type": "invalid_request_error", "code": "payment_intent_unexpected_state",
                         "payment_intent": intent(status)}})
    };
    for (question, status, definite) in [
        (CONFIRM, "requires_capture", true),
        (CONFIRM, "canceled", true),
        (CONFIRM, "requires_confirmation", false),
        (CAPTURE, "succeeded", true),
        (CAPTURE, "canceled", true),
        (CAPTURE, "requires_capture", false),
        (VOID, "canceled", true),
        (VOID, "succeeded", true),
        (VOID, "processing", false),
    ] {
        let told = outcome(question, 400, &shows(status));
        assert_eq!(matches!(told, Outcome::Definite(_)), definite, "{status}: {told:?}");
        assert_eq!(matches!(told, Outcome::Refused(_)), !definite, "{status}: {told:?}");
    }
}

#[test]
fn what_is_missing_is_the_token_or_the_object() {
    let missing = |param: &str| json!({"error": {"type": "invalid_request_error", "code": "resource_missing", "param": param}});
    for status in [400, 404] {
        let Outcome::Refused(token) = outcome(CREATE, status, &missing("payment_method")) else { panic!() };
        assert_eq!((token.class, token.not_found), (Some(DeclineClass::TokenInvalid), false));
        let Outcome::Refused(object) = outcome(OBJECT, status, &missing("intent")) else { panic!() };
        assert_eq!((object.class, object.not_found), (None, true));
    }
}

#[test]
fn a_404_that_does_not_name_the_object_does_not_prove_it_absent() {
    let Outcome::Refused(refusal) =
        outcome(OBJECT, 404, &json!({"error": {"type": "invalid_request_error"}}))
    else {
        panic!("no refusal")
    };
    assert!(!refusal.not_found);
    assert_eq!(parse(OBJECT, raw(404, "<html>")).outcome, unknown(UnknownCause::Garbage));
}

#[test]
fn each_status_of_an_error_has_its_meaning() {
    for (status, body, expected) in [
        (401, error("x"), Outcome::NotSent(NotSent::Credentials)),
        (403, error("x"), Outcome::NotSent(NotSent::Credentials)),
        (408, error("x"), unknown(UnknownCause::Timeout)),
        (409, error("idempotency_key_in_use"), unknown(UnknownCause::InProgress)),
        (409, error("x"), unknown(UnknownCause::NotConclusive)),
        (400, json!({"error": {"type": "idempotency_error"}}), unknown(UnknownCause::NotConclusive)),
        (500, error("x"), unknown(UnknownCause::ServerError)),
        (503, intent("succeeded"), unknown(UnknownCause::ServerError)),
        (302, intent("succeeded"), unknown(UnknownCause::Garbage)),
        (400, json!("text"), unknown(UnknownCause::Garbage)),
    ] {
        assert_eq!(outcome(CONFIRM, status, &body), expected, "{status}");
    }
    assert!(matches!(outcome(CONFIRM, 400, &error("parameter_missing")), Outcome::Refused(refusal)
        if refusal.class.is_none() && refusal.code == "parameter_missing"));
}

#[test]
fn a_rate_limit_was_not_executed_and_says_how_long_to_wait() {
    let after = Some(Duration::from_secs(2));
    let reply = parse(CREATE, Raw { status: 429, retry_after: after, body: Ok(Vec::new()) });
    assert_eq!(reply, Reply { retry_after: after, ..Outcome::NotSent(NotSent::RateLimited).into() });
}

#[test]
fn a_search_tells_of_one_intent_or_of_none_and_is_unsure_of_several() {
    let page = |data: &[Value]| json!({"object": "search_result", "has_more": false, "data": data});
    let one = intent("requires_capture");
    assert_eq!(seen(SEARCH, &page(std::slice::from_ref(&one))).object.as_deref(), Some("pi_1"));
    let Outcome::Refused(none) = outcome(SEARCH, 200, &page(&[])) else { panic!("no refusal") };
    assert!(none.not_found);
    let two = page(&[one.clone(), with(one.clone(), "id", json!("pi_2"))]);
    assert_eq!(outcome(SEARCH, 200, &two), unknown(UnknownCause::NotConclusive));
    let other = page(&[with(one, "metadata", json!({"reference": "pay_2"}))]);
    assert_eq!(outcome(SEARCH, 200, &other), unknown(UnknownCause::NotConclusive));
    let Outcome::Refused(failed) = outcome(SEARCH, 404, &error("resource_missing")) else { panic!() };
    assert!(!failed.not_found, "a search that failed did not look");
}

fn questions() -> impl Strategy<Value = Question<'static>> {
    prop_oneof![
        Just(CREATE),
        Just(CONFIRM),
        Just(CAPTURE),
        Just(VOID),
        Just(OBJECT),
        Just(SEARCH),
        Just(Question::Refund { object: "pi_1", amount: Money::zero("EUR".parse().unwrap()) }),
        Just(Question::Refunds { object: "pi_1", key: "k", amount: Money::zero("EUR".parse().unwrap()) }),
    ]
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_never_a_success_and_never_prove_that_nothing_was_sent(
        question in questions(),
        status in (100_u16..1_000).prop_filter("these speak by status", |status| ![401, 403, 429].contains(status)),
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            "\\{\"(id|object|error|data)\":.{0,40}\\}".prop_map(String::into_bytes),
        ],
    ) {
        let told = parse(question, raw(status, body)).outcome;
        prop_assert!(!matches!(told, Outcome::NotSent(_) | Outcome::Definite(_)), "{told:?}");
    }

    #[test]
    fn a_damaged_reply_never_proves_that_nothing_was_sent(
        question in questions(),
        status in prop_oneof![Just(200_u16), Just(400), Just(402), Just(404), Just(409), Just(500)],
        at in 0_usize..200,
        byte: u8,
        cut in 0_usize..300,
    ) {
        let mut body = intent("requires_capture").to_string().into_bytes();
        let place = at % body.len();
        body[place] = byte;
        body.truncate(cut);
        let told = parse(question, raw(status, body)).outcome;
        prop_assert!(!matches!(told, Outcome::NotSent(_)), "{told:?}");
    }
}
