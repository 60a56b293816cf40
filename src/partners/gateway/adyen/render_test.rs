//! Requests as they are written.

use serde_json::{Value, json};

use super::render::{Merchant, Problem, Request, render};
use crate::domain::money::Money;
use crate::ports::gateway::{Call, GatewayRequest};

const MERCHANT: Merchant<'_> = Merchant { account: "ShopCOM", return_url: None };

fn request(call: Call) -> GatewayRequest {
    GatewayRequest {
        key: "op_1".into(),
        store: "shop".parse().unwrap(),
        reference: "pay_1".into(),
        amount: Money::new(1_250, "EUR".parse().unwrap()),
        call,
    }
}

fn written(call: Call) -> (String, Value) {
    let read = Request::of(&render(&request(call), &MERCHANT)).unwrap();
    assert_eq!((read.idempotency_key.as_str(), read.problem), ("op_1", None));
    (read.path, serde_json::from_str(&read.body).unwrap())
}

fn problem(request: &GatewayRequest) -> Option<Problem> {
    let read = Request::of(&render(request, &MERCHANT)).unwrap();
    assert!(read.problem.is_none() || read.body.is_empty());
    read.problem
}

fn authorise(token: &str) -> Call {
    Call::Authorise { token: token.into(), return_url: Some("https://shop.example/back".into()) }
}

fn confirm(brought_back: &[(&str, &str)]) -> Call {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Call::Confirm { object: None, return_url: None, brought_back: brought_back.iter().map(own).collect() }
}

#[test]
fn an_authorisation_holds_the_amount_and_takes_nothing() {
    let (path, body) = written(authorise("stored:M5N7TQ4TG5PFWR50:cus_42"));
    assert_eq!(path, "/v71/payments");
    let expected = json!({
        "merchantAccount": "ShopCOM", "amount": {"value": 1_250, "currency": "EUR"}, "reference": "pay_1",
        "paymentMethod": {"type": "scheme", "storedPaymentMethodId": "M5N7TQ4TG5PFWR50"},
        "returnUrl": "https://shop.example/back", "channel": "Web",
        "additionalData": {"manualCapture": "true"},
        "authenticationData": {"threeDSRequestData": {"nativeThreeDS": "disabled"}},
        "metadata": {"store": "shop", "operation": "op_1"},
        "shopperReference": "cus_42", "shopperInteraction": "ContAuth", "recurringProcessingModel": "CardOnFile",
    });
    assert_eq!(body, expected);
}

#[test]
fn a_card_that_was_just_typed_is_the_shoppers_own_doing() {
    let (_, body) = written(authorise("card:eyJ.n:eyJ.m:eyJ.y:eyJ.c"));
    assert_eq!(body["shopperInteraction"], json!("Ecommerce"));
    assert_eq!(body.get("shopperReference"), None);
}

#[test]
fn details_carry_what_the_browser_brought_back_under_names_that_adyen_has() {
    let (path, body) = written(confirm(&[
        ("redirectResult", "X6XtfGC3!Y"),
        ("resultCode", "authorised"),
        ("merchantAccount", "OtherCOM"),
        ("payload", ""),
    ]));
    assert_eq!(path, "/v71/payments/details");
    assert_eq!(body, json!({"details": {"redirectResult": "X6XtfGC3!Y"}}));
    let nothing = confirm(&[("resultCode", "authorised")]);
    assert_eq!(problem(&request(nothing)), Some(Problem::NothingBroughtBack));
}

#[test]
fn a_modification_names_the_payment_and_its_own_operation() {
    let object = || "993617894903480A".to_owned();
    let amount = json!({"value": 300, "currency": "EUR"});
    let (path, capture) = written(Call::Capture { object: object(), amount_minor: 300 });
    assert_eq!(path, "/v71/payments/993617894903480A/captures");
    assert_eq!(capture, json!({"merchantAccount": "ShopCOM", "reference": "pay_1-op_1", "amount": amount}));
    let (path, refund) = written(Call::Refund { object: object(), amount_minor: 300 });
    assert_eq!((path.as_str(), refund), ("/v71/payments/993617894903480A/refunds", capture));
    let (path, void) = written(Call::Void { object: object() });
    assert_eq!(path, "/v71/payments/993617894903480A/cancels");
    assert_eq!(void, json!({"merchantAccount": "ShopCOM", "reference": "pay_1-op_1"}));
    let (path, void) = written(Call::VoidReference);
    assert_eq!(path, "/v71/cancels");
    let named = json!({"merchantAccount": "ShopCOM", "paymentReference": "pay_1", "reference": "pay_1-op_1"});
    assert_eq!(void, named);
}

#[test]
fn an_id_never_becomes_another_path() {
    let (path, _) = written(Call::Void { object: "../x/captures?a".into() });
    assert_eq!(path, "/v71/payments/%2E%2E%2Fx%2Fcaptures%3Fa/cancels");
}

#[test]
fn what_adyen_cannot_take_is_never_sent_and_says_why() {
    let rupiah = Money::new(1_250, "IDR".parse().unwrap());
    let coarse = GatewayRequest { amount: rupiah, ..request(authorise("stored:A1:cus_1")) };
    assert_eq!(problem(&coarse), Some(Problem::Amount));
    assert_eq!(problem(&request(authorise("tok_1"))), Some(Problem::Token));
    let nowhere = Call::Authorise { token: "stored:A1:cus_1".into(), return_url: None };
    assert_eq!(problem(&request(nowhere.clone())), Some(Problem::ReturnUrl));
    let long = GatewayRequest { key: "k".repeat(65), ..request(authorise("stored:A1:cus_1")) };
    assert_eq!(problem(&long), Some(Problem::TooLong));
    let settled = Merchant { return_url: Some("https://shop.example/"), ..MERCHANT };
    let read = Request::of(&render(&request(nowhere), &settled)).unwrap();
    assert!(read.body.contains("\"returnUrl\":\"https://shop.example/\""), "{}", read.body);
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let call = authorise("stored:A1:cus_1");
    assert_eq!(render(&request(call.clone()), &MERCHANT).0, render(&request(call), &MERCHANT).0);
}
