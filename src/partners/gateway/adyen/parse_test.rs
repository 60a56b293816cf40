//! Replies, small and hand-written, and what each of them means. Those of Adyen's own specification are read in
//! `tests/it/adyen`.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::parse::{Question, parse};
use crate::domain::money::Money;
use crate::domain::payment::outcome::CardReference;
use crate::domain::payment::{DeclineClass, Network, NotSent, Outcome, Status, UnknownCause, View};
use crate::partners::gateway::Reply;
use crate::partners::gateway::exchange::Raw;

const CAPTURE: Question<'_> = Question::Modification {
    object: Some("PSP1"),
    reference: Some("pay_1-op_1"),
    amount: Some((300, "EUR")),
};
const BY_REFERENCE: Question<'_> =
    Question::Modification { object: None, reference: Some("pay_1-op_1"), amount: None };

fn euros(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

fn asked() -> Question<'static> {
    Question::Payment { object: None, amount: euros(1_000) }
}

fn payment(result: &str) -> Value {
    json!({"resultCode": result, "pspReference": "PSP1", "merchantReference": "pay_1",
           "amount": {"value": 1_000, "currency": "EUR"}})
}

fn received() -> Value {
    json!({"status": "received", "pspReference": "PSP2", "paymentPspReference": "PSP1",
           "merchantAccount": "ShopCOM", "reference": "pay_1-op_1", "amount": {"value": 300, "currency": "EUR"}})
}

fn with(mut object: Value, field: &str, value: Value) -> Value {
    object[field] = value;
    object
}

fn raw(status: u16, body: impl Into<Vec<u8>>) -> Raw {
    Raw { status, retry_after: None, body: Ok(body.into()) }
}

fn reply(question: Question<'_>, status: u16, body: &Value) -> Reply {
    parse(question, raw(status, body.to_string()))
}

fn outcome(question: Question<'_>, status: u16, body: &Value) -> Outcome {
    reply(question, status, body).outcome
}

fn seen(body: &Value) -> View {
    let Outcome::Definite(view) = outcome(asked(), 200, body) else { panic!("no view of {body}") };
    view
}

fn error(status: u16, code: &str) -> Value {
    json!({"status": status, "errorCode": code, "message": "text", "errorType": "validation"})
}

fn unknown(cause: UnknownCause) -> Outcome {
    Outcome::Unknown(cause)
}

#[test]
fn an_authorisation_is_held_with_everything_that_it_echoes() {
    let expected = View {
        object: Some("PSP1".into()),
        status: Status::Authorised,
        amount: euros(1_000),
        reference: Some("pay_1".into()),
        capturable_minor: 1_000,
        captured_minor: 0,
        refunded_minor: None,
        card: None,
    };
    assert_eq!(seen(&payment("Authorised")), expected);
    let bare = json!({"resultCode": "Authorised", "pspReference": "PSP1"});
    assert_eq!(seen(&bare), View { reference: None, ..expected }, "what is not echoed is what was asked for");
}

#[test]
fn only_authorised_is_a_success() {
    for (code, expected) in [
        ("Cancelled", Status::Voided),
        ("Pending", Status::Processing),
        ("Received", Status::Processing),
        ("PresentToShopper", Status::Processing),
    ] {
        assert_eq!(seen(&payment(code)).status, expected, "{code}");
    }
    for code in ["AuthenticationFinished", "AuthenticationNotRequired", "Success", "Authorized", ""] {
        assert_eq!(outcome(asked(), 200, &payment(code)), unknown(UnknownCause::Garbage), "{code}");
    }
}

#[test]
fn a_refusal_inside_a_200_is_a_decline_with_the_class_of_its_codes() {
    let refused = with(payment("Refused"), "refusalReasonCode", json!("12"));
    let Status::Declined(decline) = seen(&refused).status else { panic!("not declined") };
    assert_eq!((decline.class, decline.code.as_str()), (DeclineClass::InsufficientFunds, "refusal_12"));
    let number = with(payment("Refused"), "refusalReasonCode", json!(6));
    assert!(
        matches!(seen(&number).status, Status::Declined(decline) if decline.class == DeclineClass::CardExpired)
    );
    let bare = json!({"resultCode": "Refused"});
    let view = seen(&bare);
    assert!(matches!(view.status, Status::Declined(decline) if decline.class == DeclineClass::Generic));
    assert_eq!(view.object, None);
    let text = with(bare, "refusalReason", json!("Expired Card"));
    assert!(
        matches!(seen(&text).status, Status::Declined(decline) if decline.class == DeclineClass::Generic)
    );
}

#[test]
fn a_processor_that_broke_counts_against_the_gateway_and_a_decline_does_not() {
    let result = |result: &str, code: Value| {
        let told = reply(asked(), 200, &with(payment(result), "refusalReasonCode", code));
        let Outcome::Definite(View { status: Status::Declined(decline), .. }) = told.outcome else {
            panic!()
        };
        (told.processor_unavailable, decline.class)
    };
    assert_eq!(result("Error", json!("4")), (true, DeclineClass::SystemMalfunction));
    assert_eq!(result("Error", Value::Null), (true, DeclineClass::SystemMalfunction));
    assert_eq!(result("Error", json!("9")), (false, DeclineClass::IssuerUnavailable));
    assert_eq!(result("Error", json!("999")), (false, DeclineClass::Generic));
    assert_eq!(result("Refused", json!("2")), (false, DeclineClass::DoNotHonor));
}

#[test]
fn an_action_has_an_address_of_the_web_and_no_id_yet() {
    let redirect = |url: Value| {
        let action = json!({"type": "redirect", "method": "GET", "url": url});
        with(payment("RedirectShopper"), "action", action)
    };
    let view = seen(&redirect(json!("https://bank.example/3ds")));
    assert_eq!(view.status, Status::ActionNeeded { redirect_url: "https://bank.example/3ds".into() });
    assert_eq!((view.object, view.capturable_minor), (None, 0));
    for url in [json!("javascript:alert(1)"), json!("/relative"), Value::Null, json!("x".repeat(5_000))] {
        assert_eq!(outcome(asked(), 200, &redirect(url)), unknown(UnknownCause::NotConclusive));
    }
    let none = payment("ChallengeShopper");
    assert_eq!(outcome(asked(), 200, &none), unknown(UnknownCause::NotConclusive));
}

#[test]
fn an_action_that_no_address_can_do_is_declined_and_asks_for_another_way() {
    for action in [
        json!({"type": "threeDS2", "subtype": "fingerprint", "token": "eyJ", "url": "https://bank.example"}),
        json!({"type": "redirect", "method": "POST", "url": "https://bank.example", "data": {"MD": "x"}}),
        json!({"type": "sdk"}),
    ] {
        let told = seen(&with(payment("IdentifyShopper"), "action", action));
        let Status::Declined(decline) = told.status else { panic!("not declined") };
        assert_eq!(decline.class, DeclineClass::MethodUnsupported);
    }
}

#[test]
fn an_echo_of_another_amount_currency_or_reference_is_told_unchanged() {
    let other = |value: i64, currency: &str| {
        seen(&with(payment("Authorised"), "amount", json!({"value": value, "currency": currency})))
    };
    assert_eq!(other(1_001, "EUR").amount.minor, 1_001);
    assert_eq!(other(1_000, "USD").amount.currency.code(), "USD");
    let reference = seen(&with(payment("Authorised"), "merchantReference", json!("pay_2")));
    assert_eq!(reference.reference.as_deref(), Some("pay_2"));
    let converted = json!({"authorisedAmountValue": "900", "authorisedAmountCurrency": "USD"});
    let converted = seen(&with(payment("Authorised"), "additionalData", converted));
    assert_eq!(converted.amount.currency.code(), "USD", "what is held counts");
}

#[test]
fn a_part_that_is_held_is_never_told_as_the_whole() {
    let authorised = |result: &str, value: &str| {
        let told = json!({"authorisedAmountValue": value, "authorisedAmountCurrency": "EUR"});
        seen(&with(payment(result), "additionalData", told))
    };
    assert_eq!(authorised("PartiallyAuthorised", "600").capturable_minor, 600);
    assert_eq!(authorised("Authorised", "600").capturable_minor, 600);
    assert_eq!(seen(&payment("PartiallyAuthorised")).capturable_minor, 0);
    let view = authorised("Authorised", "1000");
    assert_eq!((view.amount, view.capturable_minor), (euros(1_000), 1_000));
}

#[test]
fn amounts_that_are_no_integers_are_never_rounded() {
    for value in ["1000.0", "1e3", "\"1000\"", "-1", "92233720368547758080", "null"] {
        let body = payment("Authorised").to_string().replace("\"value\":1000", &format!("\"value\":{value}"));
        assert_eq!(parse(asked(), raw(200, body)).outcome, unknown(UnknownCause::Garbage), "{value}");
    }
    for value in ["1000.0", "1e3", "", "-1", "x"] {
        let told = json!({"authorisedAmountValue": value, "authorisedAmountCurrency": "EUR"});
        let body = with(payment("Authorised"), "additionalData", told);
        assert_eq!(outcome(asked(), 200, &body), unknown(UnknownCause::Garbage), "{value}");
    }
}

#[test]
fn a_2xx_that_is_no_payment_or_another_payment_is_unknown() {
    let known = Question::Payment { object: Some("PSP9"), amount: euros(1_000) };
    let unsafe_id = with(payment("Authorised"), "pspReference", json!("PSP1/../refunds"));
    let none = json!({"resultCode": "Authorised"});
    for (question, body) in
        [(known, payment("Authorised")), (asked(), unsafe_id), (asked(), none), (asked(), json!({}))]
    {
        assert_eq!(outcome(question, 200, &body), unknown(UnknownCause::Garbage), "{body}");
    }
    assert_eq!(parse(asked(), raw(200, "<html>")).outcome, unknown(UnknownCause::Garbage));
    let cut = Raw { status: 200, retry_after: None, body: Err(UnknownCause::Reset) };
    assert_eq!(parse(asked(), cut).outcome, unknown(UnknownCause::Reset));
}

#[test]
fn a_modification_that_was_received_is_still_being_processed() {
    assert_eq!(outcome(CAPTURE, 201, &received()), unknown(UnknownCause::Processing));
    let by_reference = json!({"status": "received", "pspReference": "PSP2", "paymentReference": "pay_1",
                              "merchantAccount": "ShopCOM", "reference": "pay_1-op_1"});
    assert_eq!(outcome(BY_REFERENCE, 201, &by_reference), unknown(UnknownCause::Processing));
    for (field, value) in [
        ("status", json!("captured")),
        ("paymentPspReference", json!("PSP9")),
        ("reference", json!("pay_1-op_2")),
        ("amount", json!({"value": 301, "currency": "EUR"})),
        ("amount", json!({"value": 300, "currency": "USD"})),
        ("pspReference", json!("")),
    ] {
        let other = with(received(), field, value);
        assert_eq!(outcome(CAPTURE, 201, &other), unknown(UnknownCause::Garbage), "{field}");
    }
}

#[test]
fn each_status_of_an_error_has_its_meaning() {
    for (status, body, expected) in [
        (401, error(401, "000"), Outcome::NotSent(NotSent::Credentials)),
        (403, error(403, "901"), Outcome::NotSent(NotSent::Credentials)),
        (408, error(408, "x"), unknown(UnknownCause::Timeout)),
        (409, error(409, "704"), unknown(UnknownCause::InProgress)),
        (409, error(409, "x"), unknown(UnknownCause::NotConclusive)),
        (422, error(422, "704"), unknown(UnknownCause::InProgress)),
        (500, error(500, "905"), unknown(UnknownCause::ServerError)),
        (503, payment("Authorised"), unknown(UnknownCause::ServerError)),
        (302, payment("Authorised"), unknown(UnknownCause::Garbage)),
        (400, json!("text"), unknown(UnknownCause::Garbage)),
        (422, error(400, "702"), unknown(UnknownCause::Garbage)),
        (422, json!({"status": 422}), unknown(UnknownCause::Garbage)),
    ] {
        for question in [asked(), CAPTURE] {
            assert_eq!(outcome(question, status, &body), expected, "{status} {body}");
        }
    }
}

#[test]
fn a_limit_that_nobody_documents_as_pre_execution_is_unknown() {
    let after = Some(Duration::from_secs(2));
    let told = parse(asked(), Raw { status: 429, retry_after: after, body: Ok(Vec::new()) });
    assert_eq!(told, Reply { retry_after: after, ..unknown(UnknownCause::NotConclusive).into() });
}

#[test]
fn a_request_that_adyen_calls_malformed_is_refused_with_its_code() {
    for (code, class) in [
        ("14_030", None),
        ("101", Some(DeclineClass::AccountInvalid)),
        ("103", Some(DeclineClass::CvvPinAvs)),
        ("172", Some(DeclineClass::TokenInvalid)),
        ("803", Some(DeclineClass::TokenInvalid)),
    ] {
        let Outcome::Refused(refusal) = outcome(asked(), 422, &error(422, code)) else { panic!("{code}") };
        assert_eq!((refusal.code.as_str(), refusal.class, refusal.not_found), (code, class, false));
    }
    let Outcome::Refused(missing) = outcome(CAPTURE, 422, &error(422, "167")) else { panic!() };
    assert!(missing.not_found);
    let Outcome::Refused(other) = outcome(BY_REFERENCE, 422, &error(422, "167")) else { panic!() };
    assert!(!other.not_found, "no payment was named");
}

#[test]
fn a_card_is_known_by_its_account_reference_else_by_its_alias() {
    let card = |data: Value| seen(&with(payment("Authorised"), "additionalData", data)).card;
    let par = "50013K9D1QYPKJ2YRRNYTPQKVB9HX";
    for name in ["paymentAccountReference", "PaymentAccountReference"] {
        let told = card(json!({name: par, "alias": "8915844059375211", "paymentMethod": "visa"})).unwrap();
        assert!(matches!(&told.reference, Some(CardReference::Par(told)) if told == par));
        assert_eq!(told.network, Network::Visa);
    }
    let alias = card(json!({"PaymentAccountReference": "short", "alias": "8915844059375211"})).unwrap();
    assert!(matches!(&alias.reference, Some(CardReference::Fingerprint(told)) if told == "8915844059375211"));
    assert_eq!(alias.network, Network::Other, "the strictest rules");
    assert_eq!(card(json!({"networkTxReference": "777718270854480"})), None, "a transaction is no card");
    let branded =
        seen(&with(payment("Authorised"), "paymentMethod", json!({"brand": "mc", "type": "scheme"})));
    assert_eq!(branded.card.unwrap().network, Network::Mastercard);
}

fn questions() -> impl Strategy<Value = Question<'static>> {
    prop_oneof![Just(asked()), Just(CAPTURE), Just(BY_REFERENCE), Just(Question::Probe)]
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_never_a_success_and_never_prove_that_nothing_was_sent(
        question in questions(),
        status in (100_u16..1_000).prop_filter("these speak by status", |status| ![401, 403].contains(status)),
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            "\\{\"(resultCode|pspReference|status|errorCode)\":.{0,40}\\}".prop_map(String::into_bytes),
        ],
    ) {
        let told = parse(question, raw(status, body)).outcome;
        let held = matches!(&told, Outcome::Definite(View { status: Status::Authorised, .. }));
        prop_assert!(!held && !matches!(told, Outcome::NotSent(_)), "{told:?}");
    }

    #[test]
    fn a_damaged_reply_never_proves_that_nothing_was_sent_and_never_holds_more(
        status in prop_oneof![Just(200_u16), Just(201), Just(400), Just(409), Just(422), Just(500)],
        at in 0_usize..200,
        byte: u8,
        cut in 0_usize..300,
    ) {
        let mut body = payment("Authorised").to_string().into_bytes();
        let place = at % body.len();
        body[place] = byte;
        body.truncate(cut);
        match parse(asked(), raw(status, body)).outcome {
            Outcome::NotSent(why) => prop_assert!(false, "{why:?}"),
            Outcome::Definite(view) => {
                prop_assert!(view.captured_minor == 0 && view.capturable_minor <= view.amount.minor);
            }
            Outcome::Refused(_) | Outcome::Unknown(_) => {}
        }
    }

    #[test]
    fn no_receipt_is_ever_an_end(body in "\\{\"status\":\"[a-z]{0,10}\",.{0,60}\\}", status in 200_u16..300) {
        let told = parse(CAPTURE, raw(status, body)).outcome;
        prop_assert!(matches!(told, Outcome::Unknown(_)), "{told:?}");
    }
}
