//! What the ledger holds: one entry for each thing that happened, enough to fold the whole state again.
//!
//! Entries say what happened to money, never what was asked: a request that changed nothing leaves none.
//! No secret key and no header may enter.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An entry in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recorded {
    /// Counts from 1 without a gap.
    pub(super) seq: u64,
    /// When it was written, in milliseconds since the epoch.
    pub(super) at_ms: i64,
    /// Whether the next entry belongs to the same commit: a commit whose last entry is missing never happened.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) more: bool,
    #[serde(flatten)]
    pub(super) entry: Entry,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Entry {
    Created {
        intent: String,
        amount: i64,
        currency: String,
        capture_method: CaptureMethod,
        payment_method: Option<String>,
        return_url: Option<String>,
        description: Option<String>,
        metadata: BTreeMap<String, String>,
    },
    /// The card was charged with a hold of `authorised`; the intent shows `shown` as its amount.
    Authorised {
        intent: String,
        charge: String,
        payment_method: String,
        authorised: i64,
        shown: i64,
    },
    Declined {
        intent: String,
        payment_method: String,
        failure: Failure,
    },
    ActionRequired {
        intent: String,
        payment_method: String,
    },
    ActionSucceeded {
        intent: String,
    },
    ActionFailed {
        intent: String,
        failure: Failure,
    },
    /// The authorisation was accepted for processing and succeeds at `due_ms`.
    ProcessingStarted {
        intent: String,
        charge: String,
        payment_method: String,
        due_ms: i64,
    },
    /// A request is on its slow way: its authorisation lands at `due_ms`, and its key is in use until then.
    LateScheduled {
        intent: String,
        charge: String,
        payment_method: String,
        due_ms: i64,
        key: Option<KeyClaim>,
    },
    /// It landed, `after_void` if the intent had been cancelled meanwhile.
    LateLanded {
        intent: String,
        charge: String,
        payment_method: String,
        authorised: i64,
        after_void: bool,
    },
    /// It arrived and found that the intent takes no authorisation any more.
    LateRefused {
        intent: String,
        charge: String,
    },
    /// `released` of the hold went back to the card.
    Captured {
        intent: String,
        amount: i64,
        released: i64,
    },
    CaptureRefused {
        intent: String,
    },
    /// `released` is zero if nothing had been authorised.
    Voided {
        intent: String,
        released: i64,
        reason: Option<String>,
    },
    Refunded {
        intent: String,
        refund: String,
        amount: i64,
        metadata: BTreeMap<String, String>,
    },
    RefundFailed {
        intent: String,
        refund: String,
        amount: i64,
        metadata: BTreeMap<String, String>,
        reason: String,
    },
    /// The answer stored under an idempotency key.
    Keyed {
        intent: Option<String>,
        key: KeyClaim,
        status: u16,
        body: String,
    },
}

impl Entry {
    /// The intent the entry is about.
    pub(super) fn intent(&self) -> Option<&str> {
        match self {
            Self::Created { intent, .. }
            | Self::Authorised { intent, .. }
            | Self::Declined { intent, .. }
            | Self::ActionRequired { intent, .. }
            | Self::ActionSucceeded { intent }
            | Self::ActionFailed { intent, .. }
            | Self::ProcessingStarted { intent, .. }
            | Self::LateScheduled { intent, .. }
            | Self::LateLanded { intent, .. }
            | Self::LateRefused { intent, .. }
            | Self::Captured { intent, .. }
            | Self::CaptureRefused { intent }
            | Self::Voided { intent, .. }
            | Self::Refunded { intent, .. }
            | Self::RefundFailed { intent, .. } => Some(intent),
            Self::Keyed { intent, .. } => intent.as_deref(),
        }
    }

    /// Whether money was held on a card: the effect after which `die_after_effect` strikes.
    pub(super) fn authorises(&self) -> bool {
        matches!(self, Self::Authorised { .. } | Self::LateLanded { .. })
    }
}

/// Who holds an idempotency key: the key, and the digest of the request it was first used with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeyClaim {
    pub(super) key: String,
    pub(super) fingerprint: String,
}

/// When an authorised amount is captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CaptureMethod {
    Automatic,
    Manual,
}

/// Why a payment failed: the content of `error` and of `last_payment_error`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failure {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) decline_code: Option<String>,
    /// The issuer's own code, as ISO 8583 or the scheme has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) network_decline_code: Option<String>,
    /// Mastercard's merchant advice code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) network_advice_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) advice_code: Option<String>,
    pub(super) message: String,
    /// The card that was tried, where the token names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) card: Option<Box<Card>>,
}

/// A card as the wire shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Card {
    /// The same for every token of the card at this account, and for no other card.
    pub(super) fingerprint: String,
    pub(super) brand: String,
}

impl Failure {
    pub(super) fn new(kind: &str, code: Option<&str>, message: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            code: code.map(str::to_owned),
            decline_code: None,
            network_decline_code: None,
            network_advice_code: None,
            advice_code: None,
            message: message.into(),
            card: None,
        }
    }

    /// The customer did not authenticate.
    pub(super) fn authentication() -> Self {
        let message = "The provided PaymentMethod has failed authentication";
        Self::new("invalid_request_error", Some("payment_intent_authentication_failure"), message)
    }

    pub(super) fn json(&self) -> Value {
        let optional = [
            ("type", Some(&self.kind)),
            ("code", self.code.as_ref()),
            ("decline_code", self.decline_code.as_ref()),
            ("network_decline_code", self.network_decline_code.as_ref()),
            ("network_advice_code", self.network_advice_code.as_ref()),
            ("advice_code", self.advice_code.as_ref()),
            ("message", Some(&self.message)),
        ];
        let present = optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let mut fields: serde_json::Map<String, Value> =
            present.map(|(name, value)| (name, Value::from(value.as_str()))).collect();
        if let Some(card) = &self.card {
            let shown = json!({ "brand": card.brand, "fingerprint": card.fingerprint });
            let method = json!({ "object": "payment_method", "type": "card", "card": shown });
            fields.insert("payment_method".to_owned(), method);
        }
        Value::Object(fields)
    }
}
