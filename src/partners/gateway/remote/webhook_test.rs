//! Notifications as a partner signs them, and as others would.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::hmac;
use secrecy::SecretString;

use super::webhook::{BadSecret, RemoteWebhooks};
use crate::domain::payment::{Hint, Said, Status};
use crate::ports::webhook::{NotGenuine, Notice, RawWebhook, Webhooks as _};

/// The specification's own vector.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const SIGNED_AT: i64 = 1_614_265_330;
const PAYMENT: &str = "pay_0196a1b2c3d47e5f8a9b0c1d2e3f4a5b";
const OPERATION: &str = "opn_0196a1b2c3d47e5f8a9b0c1d2e3f4a5b";

fn sign(secret: &str, id: &str, body: &str) -> String {
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let tag = hmac::sign(&key, format!("{id}.{SIGNED_AT}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}

fn read_at(secrets: &[&str], signature: &str, body: &str, seconds: i64) -> Result<Vec<Notice>, NotGenuine> {
    let secrets: Vec<_> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
    let at = SIGNED_AT.to_string();
    let headers = [("webhook-id", ID), ("webhook-timestamp", at.as_str()), ("webhook-signature", signature)];
    let now = Timestamp::from_second(SIGNED_AT + seconds).unwrap();
    RemoteWebhooks::new(&secrets).unwrap().read(RawWebhook { headers: &headers, body: body.as_bytes() }, now)
}

fn read(body: &str) -> Notice {
    let [notice] = read_at(&[SECRET], &sign(SECRET, ID, body), body, 0).unwrap().try_into().unwrap();
    notice
}

#[test]
fn the_specifications_own_vector_is_taken() {
    let body = r#"{"test": 2432232314}"#;
    let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    assert_eq!(sign(SECRET, ID, body), signature);
    let [notice] = read_at(&[SECRET], signature, body, 0).unwrap().try_into().unwrap();
    assert_eq!((notice.event.as_str(), notice.about), (ID, None), "it is about no payment of ours");
}

#[test]
fn either_secret_of_a_rotation_may_have_signed_and_no_other() {
    let body = "{}";
    let both = format!("v1a,ignored {} {}", sign(OTHER, ID, body), sign(SECRET, ID, body));
    assert!(read_at(&[SECRET], &both, body, 0).is_ok());
    assert!(read_at(&[OTHER, SECRET], &sign(SECRET, ID, body), body, 0).is_ok());
    assert_eq!(read_at(&[OTHER], &sign(SECRET, ID, body), body, 0), Err(NotGenuine::Forged));
    assert_eq!(read_at(&[SECRET], &sign(SECRET, ID, body), "{ }", 0), Err(NotGenuine::Forged));
    assert_eq!(read_at(&[SECRET], &sign(SECRET, "msg_2", body), body, 0), Err(NotGenuine::Forged));
    for unsigned in ["", "v1", "v1,", "v1,%%%", "v2,AAAA"] {
        assert!(read_at(&[SECRET], unsigned, body, 0).is_err(), "{unsigned}");
    }
}

#[test]
fn what_was_signed_at_another_time_is_refused() {
    let signature = sign(SECRET, ID, "{}");
    for (seconds, fresh) in [(300, true), (-300, true), (301, false), (-301, false)] {
        let told = read_at(&[SECRET], &signature, "{}", seconds);
        assert_eq!(told.is_ok(), fresh, "{seconds}");
    }
}

#[test]
fn what_is_signed_and_no_message_is_unreadable() {
    for body in ["", "[]", "7", "<html>", "{"] {
        let told = read_at(&[SECRET], &sign(SECRET, ID, body), body, 0);
        assert_eq!(told, Err(NotGenuine::Unreadable), "{body}");
    }
}

#[test]
fn a_secret_is_one_of_the_specification() {
    for wrong in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64"] {
        assert_eq!(RemoteWebhooks::new(&[wrong.into()]).err(), Some(BadSecret), "{wrong}");
    }
}

#[test]
fn a_hint_names_store_payment_and_object_in_either_spelling() {
    let camel = format!(
        r#"{{"store":"shop","payment":"{PAYMENT}","object":"p_1","change":"CHANGE_HELD","later":{{"a":[1]}}}}"#
    );
    let notice = read(&camel);
    let about = notice.about.unwrap();
    assert_eq!((about.store, about.payment.to_string()), ("shop".parse().ok(), PAYMENT.to_owned()));
    assert_eq!((about.object.as_deref(), notice.hint, notice.told), (Some("p_1"), Some(Hint::Held), None));
    let by_number = read(&format!(r#"{{"store":"shop","payment":"{PAYMENT}","change":4}}"#));
    assert_eq!(by_number.hint, Some(Hint::Taken));
    for change in ["null", "\"CHANGE_OF_MIND\"", "99", "1.5", "{}"] {
        let told = read(&format!(r#"{{"store":"shop","payment":"{PAYMENT}","change":{change}}}"#));
        assert_eq!(told.hint, Some(Hint::Moved), "{change}: a reason to look, and no more");
    }
}

#[test]
fn what_is_told_of_an_operation_names_it() {
    let told =
        |rest: &str| read(&format!(r#"{{"store":"shop","payment":"{PAYMENT}","object":"p_1",{rest}}}"#)).told;
    let amount = r#""executed":{"amount":{"currencyCode":"EUR","minorUnits":"300"}}"#;
    let done = told(&format!(r#""idempotencyKey":"{OPERATION}",{amount}"#)).unwrap();
    assert_eq!(done.operation.unwrap().to_string(), OPERATION);
    assert!(matches!(done.said, Said::Done { amount: Some(amount) } if amount.minor == 300));
    let refused =
        told(&format!(r#""idempotency_key":"{OPERATION}","refused":{{"code":"too_late"}}"#)).unwrap();
    assert!(matches!(refused.said, Said::Refused(refusal) if refusal.code == "too_late"));
    assert_eq!(told(amount), None, "of which call is not said");
    let wrong = r#""executed":{"amount":{"currencyCode":"EUR","minorUnits":3.5}}"#;
    assert_eq!(told(&format!(r#""idempotencyKey":"{OPERATION}",{wrong}"#)), None);
    let two = format!(r#""idempotencyKey":"{OPERATION}",{amount},"refused":{{}}"#);
    assert_eq!(told(&two), None, "two outcomes are none");
}

#[test]
fn an_authorisation_is_told_with_its_view_if_it_is_this_payments() {
    let told = |payment: &str, state: &str| {
        read(&format!(
            r#"{{"store":"shop","payment":"{PAYMENT}","object":"p_1","seen":{{"object":"p_1","payment":"{payment}",
            "amount":{{"currencyCode":"EUR","minorUnits":"1000"}},{state}}}}}"#
        ))
    };
    let held = r#""authorised":{"capturableMinor":"1000"}"#;
    let notice = told(PAYMENT, held);
    assert_eq!(notice.hint, Some(Hint::Held));
    let Some(Said::Seen(view)) = notice.told.map(|told| told.said) else { panic!("nothing was seen") };
    assert_eq!((view.status, view.capturable_minor), (Status::Authorised, 1_000));
    assert_eq!(told("pay_0196a1b2c3d47e5f8a9b0c1d2e3f4a5c", held).told, None);
    assert_eq!(told(PAYMENT, r#""authorised":{"capturableMinor":"ten"}"#).told, None);
    assert_eq!(told(PAYMENT, r#""authorised":{},"voided":{}"#).told, None);
}
