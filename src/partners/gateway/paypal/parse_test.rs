//! Replies as PayPal's documents show them, and what each means. The shapes and issues are the specification's; where it
//! has an example, the example is taken.

use serde_json::{Value, json};

use super::parse::meaning;
use crate::domain::money::Money;
use crate::domain::payment::{DeclineClass, NotSent, OperationKind, Outcome, Status, UnknownCause, View};

const ORDER: &str = "5O190127TN364715T";

fn dollars(minor: i64) -> Money {
    Money::new(minor, "USD".parse().unwrap())
}

fn amount(value: &str) -> Value {
    json!({"currency_code": "USD", "value": value})
}

fn outcome(kind: OperationKind, status: u16, body: &Value) -> Outcome {
    meaning(kind, ORDER, dollars(10_000), status, serde_json::to_vec(body).unwrap())
}

#[track_caller]
fn seen(kind: OperationKind, status: u16, body: &Value) -> View {
    match outcome(kind, status, body) {
        Outcome::Definite(view) => view,
        other => panic!("{other:?}"),
    }
}

fn order(status: &str, payments: &Value) -> Value {
    json!({
        "id": ORDER, "intent": "AUTHORIZE", "status": status,
        "purchase_units": [{
            "reference_id": "d9f80740-38f0-11e8-b467-0ed5f89f718b", "amount": amount("100.00"),
            "custom_id": "pay_1", "payments": payments,
        }],
        "links": [
            {"href": format!("https://api-m.paypal.com/v2/checkout/orders/{ORDER}"), "rel": "self", "method": "GET"},
        ],
    })
}

fn held(status: &str, value: &str) -> Value {
    json!({"authorizations": [{"id": "0AW2184448108334S", "status": status, "amount": amount(value),
           "expiration_time": "2018-05-01T21:20:49Z"}]})
}

fn error(name: &str, issue: &str) -> Value {
    json!({"name": name, "message": "lost_card", "debug_id": "90957fca61718", "details": [{"issue": issue}]})
}

#[test]
fn an_order_that_waits_for_its_payer_says_where_they_go() {
    for (status, rel) in [("PAYER_ACTION_REQUIRED", "payer-action"), ("CREATED", "approve")] {
        let href = format!("https://www.paypal.com/checkoutnow?token={ORDER}");
        let mut order = order(status, &json!({}));
        order["links"] = json!([{"href": href, "rel": rel, "method": "GET"}]);
        let view = seen(OperationKind::Create, 201, &order);
        assert_eq!(view.status, Status::ActionNeeded { redirect_url: href }, "{status}");
        assert_eq!((view.object.as_deref(), view.amount), (Some(ORDER), dollars(10_000)));
        assert_eq!(view.reference.as_deref(), Some("pay_1"));
    }
}

#[test]
fn an_address_that_no_browser_should_follow_is_no_action() {
    for href in
        ["javascript:alert(1)", "file:///etc/passwd", "", &format!("https://x.test/{}", "a".repeat(5_000))]
    {
        let mut order = order("PAYER_ACTION_REQUIRED", &json!({}));
        order["links"] = json!([{"href": href, "rel": "payer-action"}]);
        let told = outcome(OperationKind::Create, 201, &order);
        assert_eq!(told, Outcome::Unknown(UnknownCause::NotConclusive), "{href:.30}");
    }
}

#[test]
fn where_an_order_stands_follows_from_what_it_holds() {
    for (order, status) in [
        (order("APPROVED", &json!({})), Status::Approved),
        (order("COMPLETED", &held("CREATED", "100.00")), Status::Authorised),
        (order("COMPLETED", &held("PENDING", "100.00")), Status::Processing),
        (order("COMPLETED", &held("VOIDED", "100.00")), Status::Voided),
        (order("VOIDED", &json!({})), Status::Voided),
    ] {
        let view = seen(OperationKind::Confirm, 201, &order);
        let capturable = if status == Status::Authorised { 10_000 } else { 0 };
        assert_eq!((&view.status, view.capturable_minor), (&status, capturable));
    }
}

#[test]
fn r10_more_than_was_asked_for_another_currency_and_a_part_are_shown_as_they_are() {
    let more = seen(OperationKind::Confirm, 201, &order("COMPLETED", &held("CREATED", "100.01")));
    assert_eq!((more.amount, more.capturable_minor), (dollars(10_001), 10_001));
    let part = seen(OperationKind::Confirm, 201, &order("COMPLETED", &held("CREATED", "50.00")));
    assert_eq!((part.amount, part.capturable_minor), (dollars(10_000), 5_000));
    let mut other = held("CREATED", "100.00");
    other["authorizations"][0]["amount"]["currency_code"] = "EUR".into();
    let other = seen(OperationKind::Confirm, 201, &order("COMPLETED", &other));
    assert_ne!(other.amount, dollars(10_000));
}

#[test]
fn an_authorisation_that_was_denied_is_a_decline_by_its_codes() {
    let mut denied = held("DENIED", "100.00");
    denied["authorizations"][0]["processor_response"] =
        json!({"avs_code": "Y", "cvv_code": "S", "response_code": "5120", "payment_advice_code": "21"});
    let view = seen(OperationKind::Confirm, 201, &order("COMPLETED", &denied));
    let Status::Declined(decline) = view.status else { panic!("{view:?}") };
    assert_eq!((decline.class, decline.code.as_str()), (DeclineClass::AuthorisationRevoked, "5120"));
    assert_eq!(decline.advice.map(|advice| advice.to_string()).as_deref(), Some("21"));
}

#[test]
fn what_was_captured_is_the_sum_of_what_was_completed() {
    let mut payments = held("CAPTURED", "100.00");
    payments["captures"] = json!([
        {"id": "3C679366HH908993F", "status": "PARTIALLY_REFUNDED", "amount": amount("60.00")},
        {"id": "7TK53561YB803214S", "status": "COMPLETED", "amount": amount("39.99")},
        {"id": "2GG279541U471931P", "status": "DECLINED", "amount": amount("0.01")},
    ]);
    let view = seen(OperationKind::Confirm, 200, &order("COMPLETED", &payments));
    assert_eq!((view.status, view.captured_minor, view.amount), (Status::Captured, 9_999, dollars(10_000)));
}

#[test]
fn captures_that_are_taken_that_wait_and_that_failed_are_told_apart() {
    let made = |status: &str| {
        json!({"id": "2GG279541U471931P", "status": status, "amount": amount("10.99"), "final_capture": true,
               "invoice_id": "INVOICE-123"})
    };
    let view = seen(OperationKind::Capture, 201, &made("COMPLETED"));
    assert_eq!((view.status, view.captured_minor, view.amount), (Status::Captured, 1_099, dollars(10_000)));
    let waits = outcome(OperationKind::Capture, 201, &made("PENDING"));
    assert_eq!(waits, Outcome::Unknown(UnknownCause::Processing));
    for status in ["DECLINED", "FAILED"] {
        assert!(
            matches!(outcome(OperationKind::Capture, 201, &made(status)), Outcome::Refused(_)),
            "{status}"
        );
    }
    let strange = outcome(OperationKind::Capture, 201, &made("MOONLIT"));
    assert_eq!(strange, Outcome::Unknown(UnknownCause::Garbage));
}

#[test]
fn a_void_is_told_with_or_without_a_body_and_by_nothing_else() {
    let shown =
        |status: &str| json!({"id": "0VF52814937998046", "status": status, "amount": amount("100.00")});
    assert_eq!(seen(OperationKind::Void, 200, &shown("VOIDED")).status, Status::Voided);
    let empty = meaning(OperationKind::Void, ORDER, dollars(1), 204, Vec::new());
    assert!(matches!(empty, Outcome::Definite(View { status: Status::Voided, .. })), "{empty:?}");
    assert!(matches!(outcome(OperationKind::Void, 200, &shown("CREATED")), Outcome::Unknown(_)));
    let page = meaning(OperationKind::Void, ORDER, dollars(1), 200, b"<html>".to_vec());
    assert_eq!(page, Outcome::Unknown(UnknownCause::Garbage));
    let nothing = meaning(OperationKind::Void, ORDER, dollars(1), 200, Vec::new());
    assert_eq!(nothing, Outcome::Unknown(UnknownCause::Garbage));
}

#[test]
fn refunds_tell_their_own_amount() {
    let made = |status: &str| json!({"id": "1JU08902781691411", "status": status, "amount": amount("10.99")});
    let view = seen(OperationKind::Refund, 201, &made("COMPLETED"));
    assert_eq!((view.refunded_minor, view.object.as_deref()), (Some(1_099), Some(ORDER)));
    let waits = outcome(OperationKind::Refund, 201, &made("PENDING"));
    assert_eq!(waits, Outcome::Unknown(UnknownCause::Processing));
    assert!(matches!(outcome(OperationKind::Refund, 201, &made("FAILED")), Outcome::Refused(_)));
}

#[test]
fn what_is_no_order_of_ours_is_no_answer() {
    let good = || order("COMPLETED", &held("CREATED", "100.00"));
    let mut broken = vec![json!({"id": ORDER, "status": "CREATED", "links": []}), json!([]), json!(null)];
    for (pointer, value) in [
        ("/id", json!("8AB12345CD678901E")),
        ("/id", json!("../../v1/oauth2/token")),
        ("/purchase_units", json!([])),
        ("/purchase_units/0/amount/value", json!(100)),
        ("/purchase_units/0/amount/value", json!("1e2")),
        ("/purchase_units/0/payments/authorizations/0/amount/value", json!("-100.00")),
        ("/purchase_units/0/payments/authorizations/0/status", json!("MOONLIT")),
        ("/purchase_units/0/payments/authorizations/0/id", json!("A/../B")),
    ] {
        let mut changed = good();
        *changed.pointer_mut(pointer).unwrap() = value;
        broken.push(changed);
    }
    let mut twice = good();
    let again = twice["purchase_units"][0].clone();
    twice["purchase_units"].as_array_mut().unwrap().push(again);
    broken.push(twice);
    for body in broken {
        let told = outcome(OperationKind::Confirm, 200, &body);
        assert_eq!(told, Outcome::Unknown(UnknownCause::Garbage), "{body}");
    }
}

#[test]
fn two_authorisations_that_hold_cannot_be_told_apart() {
    let mut payments = held("CREATED", "100.00");
    let again = payments["authorizations"][0].clone();
    payments["authorizations"].as_array_mut().unwrap().push(again);
    let told = outcome(OperationKind::Confirm, 200, &order("COMPLETED", &payments));
    assert_eq!(told, Outcome::Unknown(UnknownCause::NotConclusive));
}

#[test]
fn errors_are_read_by_issue_and_never_by_message() {
    let entity = |issue| error("UNPROCESSABLE_ENTITY", issue);
    let refused = |issue| match outcome(OperationKind::Confirm, 422, &entity(issue)) {
        Outcome::Refused(refusal) => refusal.class,
        other => panic!("{issue}: {other:?}"),
    };
    assert_eq!(refused("INSTRUMENT_DECLINED"), Some(DeclineClass::DoNotHonor));
    assert_eq!(refused("COMPLIANCE_VIOLATION"), Some(DeclineClass::Sanctions));
    assert_eq!(refused("MOON_PHASE"), Some(DeclineClass::Generic), "a code that no table knows");
    for issue in ["ORDER_ALREADY_AUTHORIZED", "ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED"] {
        let told = outcome(OperationKind::Confirm, 422, &entity(issue));
        assert_eq!(told, Outcome::Unknown(UnknownCause::NotConclusive), "{issue}");
    }
    let malformed = outcome(OperationKind::Confirm, 400, &error("INVALID_REQUEST", "INVALID_STRING_LENGTH"));
    assert!(matches!(malformed, Outcome::Refused(refusal) if refusal.class.is_none()));
    let running = error("RESOURCE_CONFLICT", "PREVIOUS_REQUEST_IN_PROGRESS");
    assert_eq!(outcome(OperationKind::Capture, 409, &running), Outcome::Unknown(UnknownCause::InProgress));
}

#[test]
fn of_several_issues_the_most_restrictive_counts() {
    let mut both = error("UNPROCESSABLE_ENTITY", "INSTRUMENT_DECLINED");
    both["details"] = json!([{"issue": "INSTRUMENT_DECLINED"}, {"issue": "PAYER_ACCOUNT_RESTRICTED"}]);
    let Outcome::Refused(refusal) = outcome(OperationKind::Confirm, 422, &both) else {
        panic!("not refused")
    };
    assert_eq!(refusal.class, Some(DeclineClass::AccountInvalid));
}

#[test]
fn only_the_order_itself_is_ever_not_found() {
    let missing = error("RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID");
    for (kind, not_found) in [
        (OperationKind::Confirm, true),
        (OperationKind::Capture, false),
        (OperationKind::Void, false),
        (OperationKind::Refund, false),
    ] {
        let Outcome::Refused(refusal) = outcome(kind, 404, &missing) else { panic!("{kind:?}") };
        assert_eq!(refusal.not_found, not_found, "{kind:?}");
    }
    let page = meaning(OperationKind::Confirm, ORDER, dollars(1), 404, b"<html>".to_vec());
    assert_eq!(page, Outcome::Unknown(UnknownCause::Garbage), "it was not PayPal that spoke");
}

#[test]
fn what_a_status_proves_depends_on_whether_money_could_move() {
    let empty = json!({});
    for kind in [OperationKind::Create, OperationKind::Confirm, OperationKind::Capture] {
        for status in [401, 403] {
            assert_eq!(outcome(kind, status, &empty), Outcome::NotSent(NotSent::Credentials));
        }
        assert_eq!(outcome(kind, 500, &empty), Outcome::Unknown(UnknownCause::ServerError));
        assert_eq!(outcome(kind, 408, &empty), Outcome::Unknown(UnknownCause::Timeout));
        assert_eq!(outcome(kind, 302, &empty), Outcome::Unknown(UnknownCause::Garbage));
    }
    assert_eq!(outcome(OperationKind::Create, 429, &empty), Outcome::NotSent(NotSent::RateLimited));
    assert_eq!(outcome(OperationKind::Confirm, 429, &empty), Outcome::Unknown(UnknownCause::NotConclusive));
}
