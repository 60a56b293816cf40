//! Webhooks as Stripe signs them, and as others would.

use std::fmt::Write as _;

use jiff::Timestamp;
use ring::hmac;
use secrecy::SecretString;

use super::webhook::StripeWebhooks;
use crate::domain::payment::Hint;
use crate::ports::webhook::{NotGenuine, Notice, RawWebhook, Webhooks as _};

const SIGNED_AT: i64 = 1_700_000_000;
const PAYMENT: &str = "pay_0196a1b2c3d47e5f8a9b0c1d2e3f4a5b";

fn body(kind: &str, object: &str) -> String {
    format!(r#"{{"id":"evt_1","object":"event","type":"{kind}","data":{{"object":{object}}}}}"#)
}

fn intent() -> String {
    format!(
        r#"{{"id":"pi_1","object":"payment_intent","metadata":{{"reference":"{PAYMENT}","store":"shop"}}}}"#
    )
}

fn v1(secret: &str, at: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    tag.as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn signed(secret: &str, body: &str) -> String {
    format!("t={SIGNED_AT},v1={}", v1(secret, SIGNED_AT, body))
}

fn read_at(secrets: &[&str], header: &str, body: &str, seconds: i64) -> Result<Vec<Notice>, NotGenuine> {
    let secrets: Vec<_> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
    let headers = [("content-type", "application/json"), ("stripe-signature", header)];
    let now = Timestamp::from_second(SIGNED_AT + seconds).unwrap();
    StripeWebhooks::new(&secrets).read(RawWebhook { headers: &headers, body: body.as_bytes() }, now)
}

fn read(secrets: &[&str], header: &str, body: &str) -> Result<Vec<Notice>, NotGenuine> {
    read_at(secrets, header, body, 0)
}

#[test]
fn a_signed_event_names_our_payment_and_store_and_the_intent() {
    let body = body("payment_intent.amount_capturable_updated", &intent());
    let [notice] = read(&["whsec"], &signed("whsec", &body), &body).unwrap().try_into().unwrap();
    let about = notice.about.unwrap();
    assert_eq!((notice.event.as_str(), notice.hint), ("evt_1", Some(Hint::Held)));
    assert_eq!((about.payment.to_string(), about.store), (PAYMENT.to_owned(), "shop".parse().ok()));
    assert_eq!(about.object.as_deref(), Some("pi_1"));
}

#[test]
fn the_signature_is_the_one_that_was_computed_by_another_implementation() {
    // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_example
    let expected = "3500e4cbdbe983dfd06e403872463b7fdd63367811622e0b0ff04bf7aa1f839f";
    assert_eq!(v1("whsec_example", SIGNED_AT, r#"{"a":1}"#), expected);
}

#[test]
fn while_a_secret_is_rotated_either_of_two_opens_and_so_does_any_of_several_signatures() {
    let body = body("payment_intent.succeeded", &intent());
    assert!(read(&["new", "old"], &signed("old", &body), &body).is_ok());
    assert!(read(&["new", "old"], &signed("new", &body), &body).is_ok());
    let both = format!("{},v1={},v0=junk", signed("other", &body), v1("new", SIGNED_AT, &body));
    assert!(read(&["new"], &both, &body).is_ok());
    assert_eq!(read(&["new"], &signed("old", &body), &body), Err(NotGenuine::Forged));
}

#[test]
fn a_body_a_time_or_a_signature_that_was_touched_is_forged() {
    let body = body("payment_intent.succeeded", &intent());
    let header = signed("whsec", &body);
    assert_eq!(read(&["whsec"], &header, &format!("{body} ")), Err(NotGenuine::Forged));
    let later = header.replace("t=1700000000", "t=1700000001");
    assert_eq!(read(&["whsec"], &later, &body), Err(NotGenuine::Forged));
    for at in 20..header.len() {
        let mut bytes = header.clone().into_bytes();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        assert!(read(&["whsec"], &String::from_utf8(bytes).unwrap(), &body).is_err(), "{at}");
    }
}

#[test]
fn a_header_without_a_time_or_a_whole_signature_counts_as_unsigned() {
    let body = body("payment_intent.succeeded", &intent());
    let whole = v1("whsec", SIGNED_AT, &body);
    let headers = [
        String::new(),
        "t=1700000000".to_owned(),
        format!("v1={whole}"),
        format!("t=1700000000,v1={}", &whole[..62]),
        format!("t=1700000000,t=1700000000,v1={whole}"),
        format!("t=1700000000,v1={}é{}", &whole[..30], &whole[..32]),
        format!("t=1700000000,v1={whole},{}", "x".repeat(3_000)),
    ];
    for header in headers {
        assert_eq!(read(&["whsec"], &header, &body), Err(NotGenuine::Unsigned), "{header}");
    }
    let none = StripeWebhooks::new(&[SecretString::from("whsec")]);
    let raw = RawWebhook { headers: &[], body: body.as_bytes() };
    assert_eq!(none.read(raw, Timestamp::UNIX_EPOCH), Err(NotGenuine::Unsigned));
}

#[test]
fn what_was_signed_more_than_five_minutes_away_is_stale_both_ways() {
    let body = body("payment_intent.succeeded", &intent());
    let header = signed("whsec", &body);
    for seconds in [-300, 0, 300] {
        assert!(read_at(&["whsec"], &header, &body, seconds).is_ok(), "{seconds}");
    }
    for seconds in [-301, 301] {
        assert_eq!(read_at(&["whsec"], &header, &body, seconds), Err(NotGenuine::Stale), "{seconds}");
    }
}

#[test]
fn what_is_not_about_a_payment_of_ours_is_taken_and_about_nothing() {
    let objects = [
        r#"{"id":"cus_1","object":"customer"}"#,
        r#"{"id":"pi_1","object":"payment_intent","metadata":null}"#,
        r#"{"id":"pi_1","object":"payment_intent","metadata":{"reference":"other","store":"shop"}}"#,
        r#"{"id":"pi_1","object":"payment_intent","metadata":{"reference":1}}"#,
    ];
    for object in objects {
        let body = body("payment_intent.succeeded", object);
        let [notice] = read(&["w"], &signed("w", &body), &body).unwrap().try_into().unwrap();
        assert_eq!(notice.about, None, "{object}");
    }
}

#[test]
fn a_refund_or_a_charge_is_about_the_intent_that_it_belongs_to() {
    let object = format!(
        r#"{{"id":"re_1","object":"refund","payment_intent":"pi_9","metadata":{{"reference":"{PAYMENT}","store":"shop"}}}}"#
    );
    let body = body("refund.updated", &object);
    let [notice] = read(&["w"], &signed("w", &body), &body).unwrap().try_into().unwrap();
    assert_eq!(notice.hint, Some(Hint::Moved));
    assert_eq!(notice.about.unwrap().object.as_deref(), Some("pi_9"));
}

#[test]
fn a_signed_body_that_is_no_event_is_unreadable() {
    for body in
        ["", "{}", "[]", "<html>", r#"{"id":"../x","object":"event","type":"a","data":{"object":{}}}"#]
    {
        assert_eq!(read(&["w"], &signed("w", body), body), Err(NotGenuine::Unreadable), "{body}");
    }
}

#[test]
fn types_that_say_nothing_of_the_money_hint_at_nothing() {
    for kind in ["payment_intent.created", "customer.created", "payout.paid", ""] {
        let body = body(kind, &intent());
        let [notice] = read(&["w"], &signed("w", &body), &body).unwrap().try_into().unwrap();
        assert_eq!(notice.hint, None, "{kind}");
    }
}
