//! The JSON shapes, as much of them as is read. Amounts are integers: a number with a fraction or an exponent
//! is refused by the parser and never rounded.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A PaymentIntent.
#[derive(Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) object: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) status: String,
    pub(super) amount_capturable: Option<i64>,
    pub(super) amount_received: Option<i64>,
    pub(super) metadata: Option<BTreeMap<String, String>>,
    pub(super) latest_charge: Option<ChargeRef>,
    pub(super) next_action: Option<NextAction>,
    pub(super) last_payment_error: Option<Failure>,
}

/// A charge by its id, or itself where it was expanded.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum ChargeRef {
    Charge(Charge),
    Id(
        #[expect(dead_code, reason = "read so that an id is accepted; a charge is never fetched by it")]
        String,
    ),
}

/// A charge.
#[derive(Deserialize)]
pub(super) struct Charge {
    pub(super) amount_captured: Option<i64>,
    pub(super) payment_method_details: Option<Method>,
}

/// A payment method, or what a charge shows of it.
#[derive(Deserialize)]
pub(super) struct Method {
    pub(super) card: Option<Card>,
}

/// A card: what tells it apart at this account, and its scheme.
#[derive(Deserialize)]
pub(super) struct Card {
    pub(super) fingerprint: Option<String>,
    pub(super) brand: Option<String>,
    pub(super) network: Option<String>,
}

/// What the customer must do.
#[derive(Deserialize)]
pub(super) struct NextAction {
    pub(super) redirect_to_url: Option<Redirect>,
}

/// Where the customer is sent.
#[derive(Deserialize)]
pub(super) struct Redirect {
    pub(super) url: Option<String>,
}

/// An error, and an intent's last error. Its message is not read: messages are for people and change.
#[derive(Default, Deserialize)]
pub(super) struct Failure {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) code: Option<String>,
    pub(super) decline_code: Option<String>,
    pub(super) network_decline_code: Option<String>,
    pub(super) network_advice_code: Option<String>,
    pub(super) advice_code: Option<String>,
    pub(super) param: Option<String>,
    pub(super) payment_method: Option<Method>,
    /// Read later, so that an intent that cannot be read does not hide the error.
    pub(super) payment_intent: Option<Value>,
}

/// The body of an error.
#[derive(Deserialize)]
pub(super) struct ErrorBody {
    pub(super) error: Failure,
}

/// A Refund.
#[derive(Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) object: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) status: Option<String>,
    pub(super) failure_reason: Option<String>,
    pub(super) metadata: Option<BTreeMap<String, String>>,
    pub(super) payment_intent: Option<IntentRef>,
}

/// An intent by its id, or itself where it was expanded.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum IntentRef {
    Id(String),
    Intent { id: String },
}

impl IntentRef {
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Id(id) | Self::Intent { id } => id,
        }
    }
}

/// A page of a list or of search results.
#[derive(Deserialize)]
pub(super) struct Page<T> {
    pub(super) has_more: bool,
    pub(super) data: Vec<T>,
}
