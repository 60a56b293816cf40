//! A request as it will be sent, before the commit: pure, without a credential, and the same bytes for the
//! same request.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::amounts::to_wire;
use crate::domain::money::Money;
use crate::ports::gateway::{Call, GatewayRequest, Rendered};

/// The token that every account takes: the customer's wallet, chosen at PayPal.
pub(super) const WALLET: &str = "wallet";

/// The specification's own limit.
const MAX_REQUEST_ID_BYTES: usize = 108;

/// What a rendering holds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) verb: Verb,
    /// The order that it is about, if it exists already: an answer about another one is no answer.
    pub(super) order: Option<String>,
    /// The JSON; empty in a void alone, which takes none.
    pub(super) body: String,
    /// Sent as `PayPal-Request-Id`.
    pub(super) key: String,
    /// How much is captured or refunded, in minor units.
    pub(super) amount_minor: Option<i64>,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verb {
    Create,
    Authorize,
    Capture,
    Void,
    Refund,
}

/// Why a rendering says nothing that can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsendable {
    /// The token is none of this account's.
    Token,
    /// Something else of it has no place on this wire.
    Request,
}

impl Request {
    /// Reads a rendering back, if it can be sent.
    pub(super) fn of(rendered: &Rendered) -> Result<Self, Unsendable> {
        if rendered.0 == TOKEN_REFUSED {
            return Err(Unsendable::Token);
        }
        let request: Self = serde_json::from_slice(&rendered.0).map_err(|_| Unsendable::Request)?;
        let sendable = request.body.is_empty() == (request.verb == Verb::Void)
            && (1..=MAX_REQUEST_ID_BYTES).contains(&request.key.len())
            && (request.order.is_some() != (request.verb == Verb::Create));
        if sendable { Ok(request) } else { Err(Unsendable::Request) }
    }
}

/// The rendering of a call with another's token. It tells nothing of that token.
const TOKEN_REFUSED: &[u8] = b"no token of this account";

/// Renders a request. What PayPal cannot express leaves the body empty, and nothing is ever sent.
pub(super) fn render(request: &GatewayRequest) -> Rendered {
    if let Call::Create { token, .. } | Call::Authorise { token, .. } = &request.call
        && token != WALLET
    {
        return Rendered(TOKEN_REFUSED.to_vec());
    }
    let (verb, order, amount_minor, body) = parts(request);
    let rendering = Request {
        verb,
        order,
        body: body.map(|body| body.to_string()).unwrap_or_default(),
        key: request.key.clone(),
        amount_minor,
    };
    // Writing strings cannot fail; a rendering that could not be read again would not be sent.
    Rendered(serde_json::to_vec(&rendering).unwrap_or_default())
}

fn parts(request: &GatewayRequest) -> (Verb, Option<String>, Option<i64>, Option<Value>) {
    match &request.call {
        Call::Create { return_url, .. } => (Verb::Create, None, None, create(request, return_url.as_deref())),
        // What the customer chose at PayPal is what is charged: the question has nothing to add.
        Call::Confirm { object, .. } => (Verb::Authorize, object.clone(), None, Some(json!({}))),
        Call::Capture { object, amount_minor } => {
            let body = amount(*amount_minor, request.amount).map(|amount| {
                // The operation's id, by which the capture is found again. Nothing more will be captured.
                json!({"amount": amount, "invoice_id": request.key, "final_capture": true})
            });
            (Verb::Capture, Some(object.clone()), Some(*amount_minor), body)
        }
        Call::Void { object } => (Verb::Void, Some(object.clone()), None, None),
        Call::Refund { object, amount_minor } => {
            let body = amount(*amount_minor, request.amount)
                .map(|amount| json!({"amount": amount, "invoice_id": request.key, "custom_id": request.key}));
            (Verb::Refund, Some(object.clone()), Some(*amount_minor), body)
        }
        // The capability row says that there is neither: a wallet is approved first, and a void goes by the order's id.
        Call::Authorise { .. } | Call::VoidReference => (Verb::Void, None, None, None),
    }
}

fn create(request: &GatewayRequest, return_url: Option<&str>) -> Option<Value> {
    let mut experience = json!({
        // The customer's button says that they pay, since no page of ours comes after it.
        "user_action": "PAY_NOW",
        // The address was chosen before, and delivery and tax rest on it.
        "shipping_preference": "NO_SHIPPING",
        // Nothing that clears days later.
        "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
    });
    if let (Some(url), Some(fields)) = (return_url, experience.as_object_mut()) {
        // Whichever way the customer comes back, a look tells what they decided.
        fields.insert("return_url".to_owned(), url.into());
        fields.insert("cancel_url".to_owned(), url.into());
    }
    Some(json!({
        "intent": "AUTHORIZE",
        "purchase_units": [{
            "reference_id": request.store.as_str(),
            // Echoed wherever the order is shown.
            "custom_id": request.reference,
            // PayPal can be set to refuse a second payment of one invoice: a guard of its own beside ours.
            "invoice_id": request.reference,
            "amount": amount(request.amount.minor, request.amount)?,
        }],
        "payment_source": {"paypal": {"experience_context": experience}},
    }))
}

fn amount(minor: i64, whole: Money) -> Option<Value> {
    let value = to_wire(minor, whole.currency)?;
    Some(json!({"currency_code": whole.currency.code(), "value": value}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(call: Call) -> GatewayRequest {
        GatewayRequest {
            key: "op_1".into(),
            store: "shop".parse().unwrap(),
            reference: "pay_1".into(),
            amount: Money::new(1_250, "EUR".parse().unwrap()),
            call,
        }
    }

    fn read(call: Call) -> Request {
        Request::of(&render(&request(call))).unwrap_or_else(|why| panic!("{why:?}"))
    }

    fn wallet(return_url: Option<&str>) -> Call {
        Call::Create { token: WALLET.into(), return_url: return_url.map(str::to_owned) }
    }

    #[test]
    fn an_order_carries_our_reference_the_exact_amount_and_where_the_customer_comes_back_to() {
        let rendered = read(wallet(Some("https://shop.example/back?a=1")));
        let body: Value = serde_json::from_str(&rendered.body).unwrap();
        assert_eq!(body["intent"], "AUTHORIZE");
        let unit = &body["purchase_units"][0];
        assert_eq!(unit["amount"], json!({"currency_code": "EUR", "value": "12.50"}));
        assert_eq!((&unit["custom_id"], &unit["reference_id"]), (&json!("pay_1"), &json!("shop")));
        let experience = &body["payment_source"]["paypal"]["experience_context"];
        assert_eq!(experience["return_url"], "https://shop.example/back?a=1");
        assert_eq!(rendered.key, "op_1");
    }

    #[test]
    fn an_order_without_a_way_back_names_none() {
        assert!(!read(wallet(None)).body.contains("_url"));
    }

    #[test]
    fn captures_and_refunds_carry_the_operations_id_and_can_be_found_again_by_it() {
        let object = || "ORDER1".to_owned();
        let capture = read(Call::Capture { object: object(), amount_minor: 700 });
        let body: Value = serde_json::from_str(&capture.body).unwrap();
        assert_eq!(
            body,
            json!({"amount": {"currency_code": "EUR", "value": "7.00"}, "invoice_id": "op_1", "final_capture": true})
        );
        let refund = read(Call::Refund { object: object(), amount_minor: 5 });
        let body: Value = serde_json::from_str(&refund.body).unwrap();
        assert_eq!((&body["custom_id"], &body["amount"]["value"]), (&json!("op_1"), &json!("0.05")));
        assert_eq!((refund.order.as_deref(), refund.amount_minor), (Some("ORDER1"), Some(5)));
    }

    #[test]
    fn every_body_that_can_be_sent_has_something_in_it_but_for_a_voids() {
        let object = || "ORDER1".to_owned();
        for call in [
            wallet(None),
            Call::Confirm { object: Some(object()), return_url: None, brought_back: vec![] },
            Call::Capture { object: object(), amount_minor: 1 },
            Call::Refund { object: object(), amount_minor: 1 },
        ] {
            assert!(!read(call).body.is_empty());
        }
        assert!(read(Call::Void { object: object() }).body.is_empty());
    }

    #[test]
    fn another_accounts_token_is_never_sent_nor_kept() {
        let rendered = render(&request(Call::Create { token: "tok_backup_1".into(), return_url: None }));
        assert_eq!(Request::of(&rendered).err(), Some(Unsendable::Token));
        assert!(!String::from_utf8(rendered.0).unwrap().contains("tok_backup"));
    }

    #[test]
    fn what_has_no_place_on_this_wire_is_never_sent() {
        let nameless = Call::Confirm { object: None, return_url: None, brought_back: vec![] };
        for call in
            [nameless, Call::VoidReference, Call::Authorise { token: WALLET.into(), return_url: None }]
        {
            assert_eq!(Request::of(&render(&request(call))).err(), Some(Unsendable::Request));
        }
        let amount = Money::new(1_250, "HUF".parse().unwrap());
        let asked = GatewayRequest { amount, ..request(wallet(None)) };
        assert_eq!(Request::of(&render(&asked)).err(), Some(Unsendable::Request), "nothing is rounded");
        let asked = GatewayRequest { key: "k".repeat(109), ..request(wallet(None)) };
        assert_eq!(Request::of(&render(&asked)).err(), Some(Unsendable::Request));
    }

    #[test]
    fn the_same_request_gives_the_same_bytes() {
        assert_eq!(render(&request(wallet(None))).0, render(&request(wallet(None))).0);
    }
}
