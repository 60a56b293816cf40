//! A notification as it is posted: protobuf's JSON, signed by Standard Webhooks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cashwrap::proto::partner::v1 as wire;
use cashwrap::proto::partner::v1::notification::Told;
use ring::hmac;
use serde_json::{Value, json};

/// What the partner signs with.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A message that is ready to be posted.
#[derive(Debug, Clone)]
pub struct Posted {
    /// Its headers.
    pub headers: [(&'static str, String); 3],
    /// Its body.
    pub body: String,
}

/// Signs a notification under this id at this second.
pub fn posted(notification: &wire::Notification, id: &str, second: i64) -> Posted {
    let body = json(notification).to_string();
    let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let tag = hmac::sign(&key, format!("{id}.{second}.{body}").as_bytes());
    let headers = [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", second.to_string()),
        ("webhook-signature", format!("v1,{}", STANDARD.encode(tag))),
    ];
    Posted { headers, body }
}

/// As protobuf's libraries write it: camel case, 64-bit numbers as text, enums by name.
fn json(notification: &wire::Notification) -> Value {
    let mut json = json!({
        "store": notification.store,
        "payment": notification.payment,
        "object": notification.object,
        "change": notification.change().as_str_name(),
        "idempotencyKey": notification.idempotency_key,
    });
    match notification.told.as_ref() {
        Some(Told::Executed(executed)) => {
            let amount = executed.amount.as_ref().map(|amount| {
                json!({"currencyCode": amount.currency_code, "minorUnits": amount.minor_units.to_string()})
            });
            json["executed"] = json!({ "amount": amount });
        }
        Some(Told::Refused(refusal)) => json["refused"] = json!({ "code": refusal.code }),
        Some(Told::Seen(_)) => panic!("the fake tells no authorisation later"),
        None => {}
    }
    json
}
