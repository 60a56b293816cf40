//! Notifications as Adyen signs them, and as others would.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::hmac;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::webhook::AdyenWebhooks;
use crate::domain::money::Money;
use crate::domain::payment::{DeclineClass, Hint, Said, Status};
use crate::ports::webhook::{NotGenuine, Notice, RawWebhook, Webhooks as _};

/// The example of Adyen's own libraries' tests.
const KEY: &str = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";
const OTHER: &str = "00AAEE3F6C8426A301FAACDBACBC4BBA4017586046414AFC5895845BE1BFD1FF";
const PAYMENT: &str = "pay_0196a1b2c3d47e5f8a9b0c1d2e3f4a5b";
const ACCOUNT: &str = "ShopCOM";

fn operation() -> String {
    crate::domain::ids::OperationId(uuid::Uuid::from_u128(7)).to_string()
}

fn item(event: &str, success: &str) -> Value {
    json!({"pspReference": "7914073381342284", "originalReference": "993617894903480A",
           "merchantAccountCode": ACCOUNT, "merchantReference": format!("{PAYMENT}-{}", operation()),
           "amount": {"value": 1_130, "currency": "EUR"}, "eventCode": event, "success": success,
           "eventDate": "2026-05-01T12:00:00+02:00", "paymentMethod": "visa", "reason": ""})
}

fn with(mut item: Value, field: &str, value: Value) -> Value {
    item[field] = value;
    item
}

/// The item with the signature that Adyen would put beside it.
fn signed(key: &str, mut item: Value) -> Value {
    let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let amount = &item["amount"];
    let value = amount["value"].as_i64().map(|value| value.to_string()).unwrap_or_default();
    let currency = amount["currency"].as_str().unwrap_or_default().to_owned();
    let message = [
        text("pspReference"),
        text("originalReference"),
        text("merchantAccountCode"),
        text("merchantReference"),
        value,
        currency,
        text("eventCode"),
        text("success"),
    ]
    .join(":");
    let hex = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    let key: Vec<u8> = key.as_bytes().chunks(2).map(hex).collect();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), message.as_bytes());
    item["additionalData"]["hmacSignature"] = json!(STANDARD.encode(tag));
    item
}

fn message(items: &[Value]) -> Value {
    let wrapped: Vec<_> = items.iter().map(|item| json!({"NotificationRequestItem": item})).collect();
    json!({"live": "false", "notificationItems": wrapped})
}

fn read(keys: &[&str], body: &str) -> Result<Vec<Notice>, NotGenuine> {
    let keys: Vec<_> = keys.iter().map(|key| SecretString::from(*key)).collect();
    let raw = RawWebhook { headers: &[], body: body.as_bytes() };
    AdyenWebhooks::new(&keys, ACCOUNT).unwrap().read(raw, Timestamp::UNIX_EPOCH)
}

fn heard(item: Value) -> Notice {
    let [notice] = read(&[KEY], &message(&[signed(KEY, item)]).to_string()).unwrap().try_into().unwrap();
    notice
}

fn said(item: Value) -> Option<Said> {
    heard(item).told.map(|told| told.said)
}

#[test]
fn the_signature_is_the_one_that_adyens_own_libraries_expect() {
    let known = json!({"pspReference": "7914073381342284", "originalReference": "",
        "merchantAccountCode": "TestMerchant", "merchantReference": "TestPayment-1407325143704",
        "amount": {"value": 1_130, "currency": "EUR"}, "eventCode": "AUTHORISATION", "success": "true"});
    let made = signed("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056", known);
    assert_eq!(
        made["additionalData"]["hmacSignature"],
        json!("coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=")
    );
}

#[test]
fn a_capture_names_our_payment_our_operation_and_the_payments_id_and_no_store() {
    let notice = heard(item("CAPTURE", "true"));
    assert_eq!((notice.event.as_str(), notice.hint), ("7914073381342284.CAPTURE.true", Some(Hint::Taken)));
    let about = notice.about.unwrap();
    assert_eq!((about.payment.to_string().as_str(), about.store), (PAYMENT, None));
    assert_eq!(about.object.as_deref(), Some("993617894903480A"));
    let told = notice.told.unwrap();
    assert_eq!(told.operation.map(|id| id.to_string()), Some(operation()));
    let amount = Money::new(1_130, "EUR".parse().unwrap());
    assert_eq!(told.said, Said::Done { amount: Some(amount) });
}

#[test]
fn an_authorisation_tells_the_payment_with_its_amount_held_or_declined() {
    let authorised = with(item("AUTHORISATION", "true"), "merchantReference", json!(PAYMENT));
    let notice = heard(authorised.clone());
    assert_eq!(
        notice.about.unwrap().object.as_deref(),
        Some("7914073381342284"),
        "its own id is the payment's"
    );
    let told = notice.told.unwrap();
    let Said::Seen(view) = told.said else { panic!("not seen") };
    assert_eq!(
        (view.status.clone(), view.capturable_minor, told.operation),
        (Status::Authorised, 1_130, None)
    );
    assert_eq!(view.object.as_deref(), Some("7914073381342284"));
    assert_eq!(view.reference.as_deref(), Some(PAYMENT));

    let refused = with(with(authorised, "success", json!("false")), "reason", json!("Lost card"));
    let Some(Said::Seen(view)) = said(refused.clone()) else { panic!("not seen") };
    let Status::Declined(decline) = view.status else { panic!("not declined") };
    assert_eq!((decline.class, view.capturable_minor), (DeclineClass::Generic, 0), "texts are not read");
    let stopped = with(refused, "additionalData", json!({"merchantAdviceCode": "03 : Do not try again"}));
    let Some(Said::Seen(view)) = said(stopped) else { panic!("not seen") };
    assert!(matches!(view.status, Status::Declined(decline) if decline.class == DeclineClass::SchemeStop));
}

#[test]
fn each_event_has_its_hint_and_its_word() {
    let done = |amount| Some(Said::Done { amount });
    let euros = Some(Money::new(1_130, "EUR".parse().unwrap()));
    for (event, success, hint, expected) in [
        ("CAPTURE", "true", Hint::Taken, done(euros)),
        ("REFUND", "true", Hint::Moved, done(euros)),
        ("CANCELLATION", "true", Hint::Gone, done(None)),
        ("TECHNICAL_CANCEL", "true", Hint::Gone, done(None)),
        ("EXPIRE", "true", Hint::Gone, None),
        ("CANCEL_OR_REFUND", "true", Hint::Moved, None),
    ] {
        let notice = heard(item(event, success));
        assert_eq!((notice.hint, notice.told.map(|told| told.said)), (Some(hint), expected), "{event}");
    }
    for (event, success, code) in [
        ("CAPTURE", "false", "capture_failed"),
        ("CAPTURE_FAILED", "true", "capture_failed"),
        ("CANCELLATION", "false", "cancel_failed"),
        ("TECHNICAL_CANCEL", "false", "cancel_failed"),
        ("REFUND", "false", "refund_failed"),
        ("REFUND_FAILED", "true", "refund_failed"),
        ("REFUNDED_REVERSED", "true", "refund_failed"),
    ] {
        let Some(Said::Refused(refusal)) = said(item(event, success)) else { panic!("{event}") };
        assert_eq!(refusal.code, code, "{event}");
    }
    for event in ["REPORT_AVAILABLE", "CHARGEBACK", "NOTIFICATION_OF_FRAUD"] {
        let notice = heard(item(event, "true"));
        assert_eq!((notice.hint, notice.told), (None, None), "{event}");
    }
}

#[test]
fn while_a_key_is_rotated_either_of_two_opens() {
    let body = message(&[signed(OTHER, item("CAPTURE", "true"))]).to_string();
    assert!(read(&[KEY, OTHER], &body).is_ok());
    assert_eq!(read(&[KEY], &body), Err(NotGenuine::Forged));
}

#[test]
fn a_signed_field_that_was_touched_is_forged_and_one_forged_item_spoils_the_message() {
    let genuine = signed(KEY, item("CAPTURE", "true"));
    for (field, value) in [
        ("pspReference", json!("7914073381342285")),
        ("originalReference", json!("993617894903480B")),
        ("merchantAccountCode", json!("OtherCOM")),
        ("merchantReference", json!(PAYMENT)),
        ("amount", json!({"value": 1_131, "currency": "EUR"})),
        ("amount", json!({"value": 1_130, "currency": "USD"})),
        ("eventCode", json!("REFUND")),
        ("success", json!("false")),
    ] {
        let touched = with(genuine.clone(), field, value);
        assert_eq!(
            read(&[KEY], &message(std::slice::from_ref(&touched)).to_string()),
            Err(NotGenuine::Forged),
            "{field}"
        );
        let both = message(&[genuine.clone(), touched]).to_string();
        assert_eq!(read(&[KEY], &both), Err(NotGenuine::Forged), "{field}");
    }
}

#[test]
fn several_items_of_one_message_are_all_heard_in_their_order() {
    let items = [signed(KEY, item("CAPTURE", "true")), signed(KEY, item("REFUND", "true"))];
    let notices = read(&[KEY], &message(&items).to_string()).unwrap();
    let events: Vec<_> = notices.iter().map(|notice| notice.event.as_str()).collect();
    assert_eq!(events, ["7914073381342284.CAPTURE.true", "7914073381342284.REFUND.true"]);
}

#[test]
fn what_carries_no_signature_that_can_be_read_counts_as_unsigned() {
    let short = with(item("CAPTURE", "true"), "additionalData", json!({"hmacSignature": "AAAA"}));
    let bare = item("CAPTURE", "true");
    let none = message(&[]);
    let many = message(&vec![signed(KEY, item("CAPTURE", "true")); 101]);
    for body in [message(&[short]), message(&[bare]), none, many] {
        assert_eq!(read(&[KEY], &body.to_string()), Err(NotGenuine::Unsigned));
    }
    for body in ["", "{}", "[]", "<html>", r#"{"notificationItems":[{}]}"#] {
        assert_eq!(read(&[KEY], body), Err(NotGenuine::Unsigned), "{body}");
    }
}

#[test]
fn what_is_not_about_a_payment_of_ours_is_taken_and_about_nothing() {
    for (field, value) in [
        ("merchantReference", json!("order-12")),
        ("merchantReference", Value::Null),
        ("merchantAccountCode", json!("OtherCOM")),
        ("success", json!("maybe")),
        ("eventCode", json!("capture")),
        ("pspReference", json!("../x")),
    ] {
        let notice = heard(with(item("CAPTURE", "true"), field, value));
        assert_eq!((notice.about, notice.hint, notice.told), (None, None, None), "{field}");
    }
}

/// `a:b` and `c` sign the same text as `a` and `b:c`: whoever holds one of them could send the other.
#[test]
fn an_item_that_could_be_cut_in_two_ways_says_nothing() {
    let cut =
        with(item("CAPTURE", "true"), "originalReference", json!(format!("993617894903480A:{ACCOUNT}")));
    let notice = heard(cut);
    assert_eq!((notice.about, notice.told), (None, None));
}

#[test]
fn a_success_that_is_no_text_is_read_as_it_is_signed() {
    let text = signed(KEY, item("CAPTURE", "true"));
    let plain = with(text, "success", json!(true));
    let notices = read(&[KEY], &message(&[plain]).to_string()).unwrap();
    assert_eq!(notices[0].event, "7914073381342284.CAPTURE.true");
}

#[test]
fn a_key_that_is_not_hexadecimal_is_refused_when_it_is_read() {
    for key in ["", "short", &"x".repeat(64), &KEY[..63], "é".repeat(32).as_str()] {
        assert!(AdyenWebhooks::new(&[SecretString::from(key)], ACCOUNT).is_err(), "{key}");
    }
}
