//! Stripe's webhooks: `Stripe-Signature: t=…,v1=…`, where `v1` is HMAC-SHA256 of `t.body` under the endpoint's secret.
//!
//! Source: Stripe's page "Verify webhook signatures". While a secret is being rotated Stripe sends one `v1` for each,
//! and we hold two: any pair may match. Everything else in the header (`v0` of test events) is passed over. The
//! object in the event is not believed, so only what names it is read.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::parse::is_id;
use crate::domain::payment::Hint;
use crate::ports::webhook::{About, NotGenuine, Notice, RawWebhook, Webhooks};

/// Stripe's own tolerance. It is for both ways: our clock may be behind, too.
const TOLERANCE: Duration = Duration::from_mins(5);

/// Two secrets while one is rotated; nobody sends more signatures than this with good intent.
const MAX_SIGNATURES: usize = 8;

/// The header as Stripe sends it has about a hundred bytes for each signature.
const MAX_HEADER_BYTES: usize = 2_048;

/// The webhooks of an account at Stripe, or at a gateway that speaks its wire.
pub struct StripeWebhooks {
    keys: Vec<hmac::Key>,
}

impl StripeWebhooks {
    /// The webhooks that these secrets sign.
    pub fn new(secrets: &[SecretString]) -> Self {
        let key =
            |secret: &SecretString| hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
        Self { keys: secrets.iter().map(key).collect() }
    }

    /// Whether any key made any of the signatures, and when it was signed.
    fn verify(&self, raw: RawWebhook<'_>, now: Timestamp) -> Result<(), NotGenuine> {
        let header = raw.header("stripe-signature").ok_or(NotGenuine::Unsigned)?;
        let Signed { at, signatures } = Signed::parse(header).ok_or(NotGenuine::Unsigned)?;
        let message = [at.as_bytes(), b".", raw.body].concat();
        let made = |key: &hmac::Key| signatures.iter().any(|tag| hmac::verify(key, &message, tag).is_ok());
        if !self.keys.iter().any(made) {
            return Err(NotGenuine::Forged);
        }
        let signed_at = at.parse().ok().and_then(|second| Timestamp::from_second(second).ok());
        let apart = signed_at.map(|signed_at| now.duration_since(signed_at).abs());
        let tolerance = SignedDuration::try_from(TOLERANCE).unwrap_or_default();
        if apart.is_some_and(|apart| apart <= tolerance) { Ok(()) } else { Err(NotGenuine::Stale) }
    }
}

impl Webhooks for StripeWebhooks {
    fn read(&self, raw: RawWebhook<'_>, now: Timestamp) -> Result<Vec<Notice>, NotGenuine> {
        self.verify(raw, now)?;
        let event: Event = serde_json::from_slice(raw.body).map_err(|_| NotGenuine::Unreadable)?;
        if event.object != "event" || !is_id(&event.id) {
            return Err(NotGenuine::Unreadable);
        }
        let about = event.data.object.about();
        Ok(vec![Notice { event: event.id, about, hint: hint(&event.kind), told: None }])
    }
}

/// A header, taken apart. The time stays as it was written: it is signed as text.
struct Signed<'a> {
    at: &'a str,
    signatures: Vec<Vec<u8>>,
}

impl<'a> Signed<'a> {
    fn parse(header: &'a str) -> Option<Self> {
        let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
        let mut times = parts().filter(|(name, _)| *name == "t").map(|(_, value)| value);
        let signatures = parts().filter(|(name, _)| *name == "v1").filter_map(|(_, value)| bytes_of(value));
        let (at, signatures) = (times.next()?, signatures.take(MAX_SIGNATURES).collect::<Vec<_>>());
        let sound = header.len() <= MAX_HEADER_BYTES && times.next().is_none() && !signatures.is_empty();
        sound.then_some(Self { at, signatures })
    }
}

/// The bytes of an HMAC in hexadecimal.
fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let byte =
        |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    hex.as_bytes().chunks(2).map(byte).collect()
}

#[derive(Deserialize)]
struct Event {
    id: String,
    object: String,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

/// An intent, or what belongs to one: a charge, a refund.
#[derive(Deserialize)]
struct Object {
    id: Option<String>,
    #[serde(rename = "object")]
    kind: Option<String>,
    payment_intent: Option<serde_json::Value>,
    #[serde(default)]
    metadata: Option<BTreeMap<String, serde_json::Value>>,
}

impl Object {
    /// What we put beside the object when it was made.
    fn about(&self) -> Option<About> {
        let ours = |name: &str| self.metadata.as_ref()?.get(name)?.as_str();
        let intent = match self.kind.as_deref() {
            Some("payment_intent") => self.id.as_deref(),
            _ => self.payment_intent.as_ref().and_then(serde_json::Value::as_str),
        };
        Some(About {
            store: Some(ours("store")?.parse().ok()?),
            payment: ours("reference")?.parse().ok()?,
            object: intent.filter(|id| is_id(id)).map(str::to_owned),
        })
    }
}

/// What an event's type hints at.
fn hint(kind: &str) -> Option<Hint> {
    Some(match kind {
        "payment_intent.amount_capturable_updated" | "charge.succeeded" => Hint::Held,
        "payment_intent.succeeded" | "charge.captured" => Hint::Taken,
        "payment_intent.payment_failed" | "payment_intent.canceled" | "charge.failed" | "charge.expired" => {
            Hint::Gone
        }
        "payment_intent.processing"
        | "payment_intent.requires_action"
        | "charge.pending"
        | "charge.refunded"
        | "charge.refund.updated"
        | "refund.created"
        | "refund.updated"
        | "refund.failed" => Hint::Moved,
        _ => return None,
    })
}
