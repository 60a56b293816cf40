//! The JSON shapes, as much of them as is read. Amounts are integers: a number with a fraction or an exponent is
//! refused by the parser and never rounded.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// An amount in Adyen's unit.
#[derive(Deserialize)]
pub(super) struct Amount {
    pub(super) value: i64,
    pub(super) currency: String,
}

/// What `POST /payments` and `POST /payments/details` answer. Texts for people are not read: they change.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    pub(super) result_code: String,
    pub(super) psp_reference: Option<String>,
    pub(super) merchant_reference: Option<String>,
    pub(super) amount: Option<Amount>,
    pub(super) refusal_reason_code: Option<Value>,
    #[serde(rename = "paymentMethod")]
    pub(super) method: Option<Method>,
    pub(super) action: Option<Action>,
    pub(super) additional_data: Option<Additional>,
}

/// The payment method as it was paid with.
#[derive(Deserialize)]
pub(super) struct Method {
    pub(super) brand: Option<String>,
}

/// What the customer must do.
#[derive(Deserialize)]
pub(super) struct Action {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) method: Option<String>,
    pub(super) url: Option<String>,
}

/// What an account was set up to be told besides: texts by name.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Additional(pub(super) BTreeMap<String, Value>);

impl Additional {
    /// The text under any of these names, the first that is there.
    pub(super) fn text(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.0.get(*name)?.as_str())
    }
}

/// What a capture, cancel or refund answers when it was received.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Received {
    pub(super) status: String,
    pub(super) psp_reference: String,
    pub(super) payment_psp_reference: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) amount: Option<Amount>,
}

/// The body of an error. Its message is not read: messages are for people and change.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failure {
    pub(super) status: Option<i64>,
    pub(super) error_code: Option<String>,
}

/// A text that a vendor may write as a number.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
