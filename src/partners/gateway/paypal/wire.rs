//! The JSON shapes, as much of them as is read. Amounts stay the strings that they are.

use serde::Deserialize;

/// An order.
#[derive(Deserialize)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) status: Option<String>,
    #[serde(default)]
    pub(super) purchase_units: Vec<Unit>,
    #[serde(default)]
    pub(super) links: Vec<Link>,
}

/// What is bought with an order; ours have one.
#[derive(Deserialize)]
pub(super) struct Unit {
    pub(super) amount: Option<Amount>,
    pub(super) custom_id: Option<String>,
    pub(super) payments: Option<Payments>,
}

/// What became of it.
#[derive(Default, Deserialize)]
pub(super) struct Payments {
    #[serde(default)]
    pub(super) authorizations: Vec<Authorization>,
    #[serde(default)]
    pub(super) captures: Vec<Capture>,
    #[serde(default)]
    pub(super) refunds: Vec<Refund>,
}

/// An amount of money.
#[derive(Deserialize)]
pub(super) struct Amount {
    pub(super) currency_code: String,
    pub(super) value: String,
}

/// An authorisation.
#[derive(Deserialize)]
pub(super) struct Authorization {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) amount: Option<Amount>,
    pub(super) custom_id: Option<String>,
    pub(super) processor_response: Option<ProcessorResponse>,
}

/// A capture.
#[derive(Deserialize)]
pub(super) struct Capture {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) amount: Option<Amount>,
    pub(super) invoice_id: Option<String>,
    pub(super) processor_response: Option<ProcessorResponse>,
}

/// A refund. It names its capture in a link alone.
#[derive(Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) amount: Option<Amount>,
    pub(super) invoice_id: Option<String>,
    pub(super) custom_id: Option<String>,
    #[serde(default)]
    pub(super) links: Vec<Link>,
}

/// What a card's issuer and scheme said, by codes.
#[derive(Default, Deserialize)]
pub(super) struct ProcessorResponse {
    pub(super) response_code: Option<String>,
    pub(super) payment_advice_code: Option<String>,
}

/// Where something is found, or somebody is sent.
#[derive(Deserialize)]
pub(super) struct Link {
    pub(super) rel: Option<String>,
    pub(super) href: Option<String>,
}

/// An error. Messages and descriptions are not read: they are for people and change.
#[derive(Deserialize)]
pub(super) struct Failure {
    pub(super) name: String,
    #[serde(default)]
    pub(super) details: Vec<Detail>,
}

/// One reason of an error.
#[derive(Deserialize)]
pub(super) struct Detail {
    pub(super) issue: Option<String>,
}

/// What stands for the credentials for a while.
#[derive(Deserialize)]
pub(super) struct Grant {
    pub(super) access_token: String,
    pub(super) token_type: String,
    pub(super) expires_in: u64,
}
