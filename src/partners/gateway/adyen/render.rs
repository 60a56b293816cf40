//! A request as it will be sent, before the commit: pure, without a credential, and the same bytes for the same request.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::amounts::to_wire;
use super::references::{MAX_REFERENCE_BYTES, of_modification};
use super::tokens::Token;
use crate::domain::money::Money;
use crate::partners::gateway::exchange::segment;
use crate::ports::gateway::{Call, GatewayRequest, Rendered};

/// The version whose shapes are written and read here; a rendering keeps its own, so that a replay asks for the same.
pub(super) const VERSION: &str = "v71";

/// Adyen's limit for an idempotency key.
const MAX_KEY_BYTES: usize = 64;

/// What the customer's browser may bring back, of what `POST /payments/details` takes: what a redirect or a challenge
/// ends with. Nothing else is passed on, whoever wrote it into the address.
const DETAILS: [&str; 7] = [
    "redirectResult",
    "threeDSResult",
    "payload",
    "MD",
    "PaRes",
    "threeds2.fingerprint",
    "threeds2.challengeResult",
];

/// What every rendering of an account names.
pub(super) struct Merchant<'a> {
    pub(super) account: &'a str,
    /// Where customers come back to when a checkout names no address.
    pub(super) return_url: Option<&'a str>,
}

/// What a rendering holds. It has no `Debug`: the body may hold a token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) path: String,
    /// JSON; empty where there is a problem.
    pub(super) body: String,
    pub(super) idempotency_key: String,
    /// The payment that it is about, if its id is known: an answer about another one is no answer.
    pub(super) object: Option<String>,
    /// The reference that a modification is sent with, and the amount in Adyen's unit: its receipt echoes them.
    pub(super) reference: Option<String>,
    pub(super) value: Option<i64>,
    /// Why it cannot be sent.
    pub(super) problem: Option<Problem>,
}

/// Why a request cannot be sent. Nothing of it ever leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Problem {
    /// The token is of no form that this vendor has.
    Token,
    /// Adyen has no number for the amount.
    Amount,
    /// Neither the checkout nor the settings say where the customer comes back to.
    ReturnUrl,
    /// The customer brought nothing back that Adyen takes.
    NothingBroughtBack,
    /// A key or reference is longer than Adyen takes.
    TooLong,
}

impl Request {
    /// Reads a rendering back.
    pub(super) fn of(rendered: &Rendered) -> Option<Self> {
        serde_json::from_slice(&rendered.0).ok()
    }
}

/// Renders a request. One that cannot be sent says why, and has no body.
pub(super) fn render(request: &GatewayRequest, merchant: &Merchant<'_>) -> Rendered {
    let reference = modifies(&request.call).then(|| of_modification(&request.reference, &request.key));
    let too_long = request.key.len() > MAX_KEY_BYTES
        || request.reference.len().max(reference.as_ref().map_or(0, String::len)) > MAX_REFERENCE_BYTES;
    let written =
        if too_long { Err(Problem::TooLong) } else { write(request, merchant, reference.as_deref()) };
    let (path, body, problem) = match written {
        Ok((path, body)) => (format!("/{VERSION}{path}"), body.to_string(), None),
        Err(problem) => (String::new(), String::new(), Some(problem)),
    };
    let rendering = Request {
        path,
        body,
        idempotency_key: request.key.clone(),
        object: object(&request.call).map(str::to_owned),
        reference,
        value: value(request),
        problem,
    };
    // Writing strings cannot fail; a rendering that could not be read again would not be sent.
    Rendered(serde_json::to_vec(&rendering).unwrap_or_default())
}

fn object(call: &Call) -> Option<&str> {
    match call {
        Call::Create { .. } | Call::Authorise { .. } | Call::VoidReference => None,
        Call::Confirm { object, .. } => object.as_deref(),
        Call::Capture { object, .. } | Call::Void { object } | Call::Refund { object, .. } => Some(object),
    }
}

/// What a capture or refund asks for.
fn value(request: &GatewayRequest) -> Option<i64> {
    match request.call {
        Call::Capture { amount_minor, .. } | Call::Refund { amount_minor, .. } => {
            to_wire(amount_minor, request.amount.currency)
        }
        Call::Create { .. }
        | Call::Confirm { .. }
        | Call::Authorise { .. }
        | Call::Void { .. }
        | Call::VoidReference => None,
    }
}

const fn modifies(call: &Call) -> bool {
    match call {
        Call::Create { .. } | Call::Authorise { .. } | Call::Confirm { .. } => false,
        Call::Capture { .. } | Call::Void { .. } | Call::VoidReference | Call::Refund { .. } => true,
    }
}

fn write(
    request: &GatewayRequest,
    merchant: &Merchant<'_>,
    reference: Option<&str>,
) -> Result<(String, Value), Problem> {
    let on = |object: &str, what: &str| format!("/payments/{}/{what}", segment(object));
    let modification = || json!({"merchantAccount": merchant.account, "reference": reference});
    let of_amount = |minor: i64| {
        let mut body = modification();
        body["amount"] = amount(minor, request.amount)?;
        Ok(body)
    };
    Ok(match &request.call {
        // One step does both here; the capabilities say so, and whoever asks all the same gets the money held.
        Call::Create { token, return_url } | Call::Authorise { token, return_url } => {
            let back = return_url.as_deref().or(merchant.return_url).ok_or(Problem::ReturnUrl)?;
            ("/payments".to_owned(), payment(request, merchant.account, token, back)?)
        }
        Call::Confirm { brought_back, .. } => ("/payments/details".to_owned(), details(brought_back)?),
        Call::Capture { object, amount_minor } => (on(object, "captures"), of_amount(*amount_minor)?),
        Call::Refund { object, amount_minor } => (on(object, "refunds"), of_amount(*amount_minor)?),
        Call::Void { object } => (on(object, "cancels"), modification()),
        Call::VoidReference => {
            let mut body = modification();
            body["paymentReference"] = json!(request.reference);
            ("/cancels".to_owned(), body)
        }
    })
}

fn payment(request: &GatewayRequest, account: &str, token: &str, back: &str) -> Result<Value, Problem> {
    let token = Token::parse(token).ok_or(Problem::Token)?;
    let mut body = json!({
        "merchantAccount": account,
        "amount": amount(request.amount.minor, request.amount)?,
        "reference": request.reference,
        "paymentMethod": token.payment_method(),
        "returnUrl": back,
        "channel": "Web",
        // An account may be set up to capture at once; nothing is taken before the order says so.
        "additionalData": {"manualCapture": "true"},
        // A challenge within the page needs Adyen's component in it. A redirect needs nothing of the storefront.
        "authenticationData": {"threeDSRequestData": {"nativeThreeDS": "disabled"}},
        // For people who look at Adyen's pages: what comes back of it is not signed, and never read.
        "metadata": {"store": request.store.as_str(), "operation": request.key},
    });
    match token {
        Token::Stored { shopper, .. } => {
            body["shopperReference"] = json!(shopper);
            body["shopperInteraction"] = json!("ContAuth");
            body["recurringProcessingModel"] = json!("CardOnFile");
        }
        Token::Card { .. } => body["shopperInteraction"] = json!("Ecommerce"),
    }
    Ok(body)
}

fn details(brought_back: &[(String, String)]) -> Result<Value, Problem> {
    let known = brought_back
        .iter()
        .filter(|(name, value)| DETAILS.contains(&name.as_str()) && !value.is_empty())
        .map(|(name, value)| (name.clone(), json!(value)));
    let details: serde_json::Map<String, Value> = known.collect();
    if details.is_empty() { Err(Problem::NothingBroughtBack) } else { Ok(json!({"details": details})) }
}

fn amount(minor: i64, whole: Money) -> Result<Value, Problem> {
    let value = to_wire(minor, whole.currency).ok_or(Problem::Amount)?;
    Ok(json!({"value": value, "currency": whole.currency.code()}))
}
