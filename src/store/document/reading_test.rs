//! What other versions may have written: newer fields, newer values, newer versions, and nonsense.

use serde_json::{Value, json};

use super::samples::{all, checkout_open, read};
use super::{DecodeError, decode, encode};
use crate::domain::payment::{AttemptState, Payment};
use crate::ports::document::Document;
use crate::ports::record::Record;
use crate::ports::store::Kind;

fn told(record: &Record) -> (Value, Option<Value>) {
    let document = encode(record).unwrap();
    let read = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    (read(document.text), document.personal.map(read))
}

fn document(text: &Value, personal: Option<&Value>) -> Document {
    Document { text: text.to_string(), personal: personal.map(Value::to_string), ..Document::default() }
}

/// Puts a field that no version knows into every object.
fn with_strange_fields(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(with_strange_fields);
            fields.insert("from_a_newer_version".to_owned(), json!({ "nested": [1, "two"] }));
        }
        Value::Array(items) => items.iter_mut().for_each(with_strange_fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn payment(name: &str) -> Payment {
    let found = all().into_iter().find(|(sample, _)| sample == name);
    match found {
        Some((_, Record::Payment(payment))) => *payment,
        _ => panic!("no payment {name}"),
    }
}

fn refusal(kind: Kind, text: &Value) -> String {
    decode(kind, &document(text, None)).unwrap_err().to_string()
}

#[test]
fn a_field_that_is_not_known_is_passed_over_wherever_it_stands() {
    for (name, record) in all() {
        let (mut text, mut personal) = told(&record);
        with_strange_fields(&mut text);
        if let Some(personal) = &mut personal {
            with_strange_fields(personal);
        }
        // An externally named choice has no room for a second name: a newer version adds none there.
        for choice in ["percent", "fixed", "percent_off", "fixed_off", "tax_added", "tax_contained"] {
            drop_beside(&mut text, choice);
        }
        let found = decode(record.kind(), &document(&text, personal.as_ref()));
        assert_eq!(found.unwrap_or_else(|error| panic!("{name}: {error}")), record);
    }
}

/// Takes the strange field out of the objects whose one name is `choice`.
fn drop_beside(value: &mut Value, choice: &str) {
    match value {
        Value::Object(fields) => {
            let chooses = fields.len() == 2 && fields.contains_key(choice);
            if chooses {
                fields.remove("from_a_newer_version");
            }
            fields.values_mut().for_each(|value| drop_beside(value, choice));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| drop_beside(value, choice)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_newer_version_is_refused_by_its_number_whatever_else_has_changed() {
    for (_, record) in all() {
        let (mut text, personal) = told(&record);
        text["v"] = json!(2);
        let error = decode(record.kind(), &document(&text, personal.as_ref())).unwrap_err();
        assert!(matches!(error, DecodeError::Newer { found: 2, .. }), "{error}");
        let error = decode(record.kind(), &document(&json!({ "v": 7, "all": "new" }), None)).unwrap_err();
        assert!(matches!(error, DecodeError::Newer { found: 7, .. }), "{error}");
    }
    let record = Record::Checkout(Box::new(checkout_open()));
    let (text, _) = told(&record);
    let error = decode(Kind::Checkout, &document(&text, Some(&json!({ "v": 2 })))).unwrap_err();
    assert!(error.to_string().starts_with("the personal data of the checkout has version 2"), "{error}");
}

#[test]
fn a_text_without_a_version_is_refused() {
    for v in [Value::Null, json!(0), json!("1")] {
        let (mut text, _) = told(&Record::Payment(Box::new(payment("payment-authorised"))));
        text["v"] = v;
        assert!(matches!(decode(Kind::Payment, &document(&text, None)), Err(DecodeError::Text { .. })));
        text.as_object_mut().unwrap().remove("v");
        assert!(refusal(Kind::Payment, &text).contains("`v`"));
    }
}

#[test]
fn a_value_that_is_not_known_is_an_error_that_names_it() {
    let (text, _) = told(&Record::Payment(Box::new(payment("payment-operations"))));
    for (pointer, strange) in [
        ("/goal", json!("HOARD")),
        ("/capture_policy", json!("NEVER")),
        ("/attempts/0/state/name", json!("HALF_AUTHORISED")),
        ("/attempts/0/operations/0/kind", json!("TOP_UP")),
        ("/attempts/0/operations/0/state/name", json!("MAYBE")),
        ("/attempts/0/operations/0/state/cause", json!("SOLAR_FLARE")),
        ("/attempts/0/operations/0/probe/rung", json!("PRAY")),
    ] {
        let mut text = text.clone();
        *text.pointer_mut(pointer).unwrap() = strange.clone();
        let refusal = refusal(Kind::Payment, &text);
        assert!(refusal.contains(strange.as_str().unwrap()), "{pointer}: {refusal}");
    }
}

#[test]
fn an_id_of_another_kind_and_bytes_that_are_none_are_refused() {
    let (text, _) = told(&Record::Payment(Box::new(payment("payment-operations"))));
    for (pointer, strange) in [
        ("/id", json!("ord_01980000000070008000000000000005")),
        ("/amount/currency", json!("XXX")),
        ("/amount/minor", json!(26.9)),
        ("/instruments/0/sealed_token", json!("not base64!")),
        ("/claimed_at", json!("yesterday")),
    ] {
        let mut text = text.clone();
        *text.pointer_mut(pointer).unwrap() = strange;
        assert!(decode(Kind::Payment, &document(&text, None)).is_err(), "{pointer}");
    }
}

#[test]
fn what_is_left_out_has_its_default() {
    let text = json!({
        "id": "att_01980000000070008000000000000001",
        "account": "stripe-eu",
        "state": { "name": "AWAITING_ACTION", "redirect_url": "https://g", "expires_at": "2026-01-01T00:00:00Z" },
        "captured_minor": 0,
        "refunded_minor": 0,
        "operations": [],
    });
    let (mut whole, _) = told(&Record::Payment(Box::new(payment("payment-authorised"))));
    whole["attempts"] = json!([text]);
    let Record::Payment(payment) = decode(Kind::Payment, &document(&whole, None)).unwrap() else {
        panic!("another kind")
    };
    let attempt = &payment.attempts[0];
    assert_eq!((&attempt.object, attempt.needs_review, attempt.void_reason), (&None, false, None));
    let expires_at = read("2026-01-01T00:00:00Z");
    let redirect_url = "https://g".to_owned();
    assert_eq!(attempt.state, AttemptState::AwaitingAction { redirect_url, expires_at, signalled: false });
}

#[test]
fn an_error_about_personal_data_repeats_none_of_it() {
    let (text, personal) = told(&Record::Checkout(Box::new(checkout_open())));
    let mut personal = personal.unwrap();
    personal["contact"] = json!("ada@muster.example");
    let error = decode(Kind::Checkout, &document(&text, Some(&personal))).unwrap_err();
    assert!(matches!(error, DecodeError::Personal { .. }));
    assert!(!format!("{error} {error:?}").contains("muster"), "{error:?}");
}
