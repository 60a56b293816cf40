//! What the gateway tells its merchant without being asked: an event for each entry of the ledger that a client of
//! Stripe's would hear of, signed as Stripe signs. Pure: nothing here sends.

use std::fmt::Write as _;

use ring::hmac;
use serde_json::{Value, json};

use super::book::Book;
use super::entry::{CaptureMethod, Entry, Recorded};
use super::wire::{intent_json, refund_json};

/// One event, as it is sent however often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: String,
}

impl Message {
    /// The event of an entry that was adopted, if it has one. Its id follows from the entry's place in the ledger.
    pub(super) fn of(recorded: &Recorded, account: &str, book: &Book, base_url: &str) -> Option<Self> {
        let (kind, object) = match &recorded.entry {
            Entry::Refunded { refund, .. } => ("refund.updated", refund_json(book.refund(refund)?)),
            Entry::RefundFailed { refund, .. } => ("refund.failed", refund_json(book.refund(refund)?)),
            entry => {
                let intent = book.intent(entry.intent()?)?;
                let at_once = intent.capture_method == CaptureMethod::Automatic;
                (kind(entry, at_once)?, intent_json(intent, base_url))
            }
        };
        let id = format!("evt_{account}_{}", recorded.seq);
        Some(Self { body: event(&id, kind, recorded.at_ms, &object).to_string(), id })
    }

    /// The header that proves it, made at this second.
    pub(super) fn signature(&self, secret: &[u8], second: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let tag = hmac::sign(&key, format!("{second}.{}", self.body).as_bytes());
        let hex = tag.as_ref().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        format!("t={second},v1={hex}")
    }
}

fn kind(entry: &Entry, captures_at_once: bool) -> Option<&'static str> {
    Some(match entry {
        Entry::Created { .. } => "payment_intent.created",
        Entry::Authorised { .. } | Entry::LateLanded { .. } if captures_at_once => "payment_intent.succeeded",
        Entry::Authorised { .. } | Entry::LateLanded { .. } => "payment_intent.amount_capturable_updated",
        Entry::Captured { .. } => "payment_intent.succeeded",
        Entry::Declined { .. } | Entry::ActionFailed { .. } => "payment_intent.payment_failed",
        Entry::ActionRequired { .. } => "payment_intent.requires_action",
        Entry::ProcessingStarted { .. } => "payment_intent.processing",
        Entry::Voided { .. } => "payment_intent.canceled",
        Entry::ActionSucceeded { .. }
        | Entry::LateScheduled { .. }
        | Entry::LateRefused { .. }
        | Entry::CaptureRefused { .. }
        | Entry::Refunded { .. }
        | Entry::RefundFailed { .. }
        | Entry::Keyed { .. } => return None,
    })
}

fn event(id: &str, kind: &str, at_ms: i64, object: &Value) -> Value {
    json!({
        "id": id,
        "object": "event",
        "api_version": "2024-06-20",
        "created": at_ms.div_euclid(1_000),
        "data": { "object": object },
        "livemode": false,
        "pending_webhooks": 1,
        "type": kind,
    })
}
