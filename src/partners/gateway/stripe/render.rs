//! A request as it will be sent, before the commit: pure, without a credential, and the same bytes for the
//! same request.

use serde::{Deserialize, Serialize};

use super::amounts::{currency_to_wire, to_wire};
use crate::domain::money::Money;
use crate::partners::gateway::exchange::{Form, segment};
use crate::ports::gateway::{Call, GatewayRequest, Rendered};

const INTENTS: &str = "/v1/payment_intents";

/// What a rendering holds. It has no `Debug`: the form may hold a token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    /// Never empty in a request that can be sent.
    pub(super) form: String,
    pub(super) idempotency_key: String,
    /// Stripe's version when it was rendered.
    pub(super) version: String,
    /// The intent that it is about, if it exists already: an answer about another one is no answer.
    pub(super) object: Option<String>,
}

/// Renderings are stored, so the method is written although there is one.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Method {
    #[serde(rename = "POST")]
    Post,
}

impl Request {
    /// Reads a rendering back, if it can be sent.
    pub(super) fn of(rendered: &Rendered) -> Option<Self> {
        let request: Self = serde_json::from_slice(&rendered.0).ok()?;
        (!request.form.is_empty()).then_some(request)
    }
}

/// Renders a request. An amount that Stripe cannot express leaves the form empty, and nothing is ever sent.
pub(super) fn render(request: &GatewayRequest, version: &str) -> Rendered {
    let (path, form) = address(request);
    let form = form.map(Form::encoded);
    let object = object(&request.call).map(str::to_owned);
    let rendering = Request {
        method: Method::Post,
        path,
        form: form.unwrap_or_default(),
        idempotency_key: request.key.clone(),
        version: version.to_owned(),
        object,
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

fn address(request: &GatewayRequest) -> (String, Option<Form>) {
    let on = |object: &str, verb: &str| format!("{INTENTS}/{}/{verb}", segment(object));
    match &request.call {
        // Stripe takes a return address only where it is asked to confirm.
        Call::Create { token, return_url: _ } => (INTENTS.to_owned(), create(request, token, "false")),
        Call::Authorise { token, return_url } => {
            let form = create(request, token, "true");
            (INTENTS.to_owned(), form.map(|form| form.with_some("return_url", return_url.as_deref())))
        }
        // Stripe hears from the bank itself: what a browser brought back is nothing to it. It confirms by its own id
        // alone; without one, nothing is ever sent.
        Call::Confirm { object, return_url, brought_back: _ } => {
            let form = object.as_ref().map(|_| expanding().with_some("return_url", return_url.as_deref()));
            (on(object.as_deref().unwrap_or_default(), "confirm"), form)
        }
        Call::Capture { object, amount_minor } => {
            let amount = amount(*amount_minor, request.amount);
            let form = amount.map(|amount| expanding().with("amount_to_capture", &amount));
            (on(object, "capture"), form)
        }
        Call::Void { object } => (on(object, "cancel"), Some(expanding())),
        // Stripe voids by its own id alone and its capabilities say so: asked all the same, it knows no such id.
        Call::VoidReference => (on(&request.reference, "cancel"), Some(expanding())),
        Call::Refund { object, amount_minor } => {
            let form = amount(*amount_minor, request.amount).map(|amount| {
                // A refund has no charge to expand.
                Form::default()
                    .with("payment_intent", object)
                    .with("amount", &amount)
                    // A refund whose answer was lost is found again by its key.
                    .with("metadata[key]", &request.key)
                    .with("metadata[reference]", &request.reference)
                    .with("metadata[store]", request.store.as_str())
            });
            ("/v1/refunds".to_owned(), form)
        }
    }
}

/// The beginning of a form whose answer is an intent: it is never empty, and the charge comes along.
fn expanding() -> Form {
    Form::default().with("expand[]", "latest_charge")
}

fn create(request: &GatewayRequest, token: &str, confirm: &str) -> Option<Form> {
    let form = expanding()
        .with("amount", &amount(request.amount.minor, request.amount)?)
        .with("currency", &currency_to_wire(request.amount.currency))
        .with("capture_method", "manual")
        .with("payment_method", token)
        .with("payment_method_types[]", "card")
        .with("confirm", confirm)
        // Both come back with every message about the intent, and lead to the payment.
        .with("metadata[reference]", &request.reference)
        .with("metadata[store]", request.store.as_str());
    Some(form)
}

fn amount(minor: i64, whole: Money) -> Option<String> {
    to_wire(minor, whole.currency).map(|number| number.to_string())
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

    fn form(call: Call) -> (String, String) {
        let rendered = render(&request(call), "v");
        let read = Request::of(&rendered).unwrap();
        assert_eq!(read.idempotency_key, "op_1");
        (read.path, read.form)
    }

    #[test]
    fn a_create_carries_the_payment_method_and_no_return_address() {
        let back = Some("https://shop.example/back".to_owned());
        let (path, form) = form(Call::Create { token: "pm_1".into(), return_url: back });
        assert_eq!(path, "/v1/payment_intents");
        assert_eq!(
            form,
            "expand%5B%5D=latest_charge&amount=1250&currency=eur&capture_method=manual&payment_method=pm_1&payment_method_types%5B%5D=card\
             &confirm=false&metadata%5Breference%5D=pay_1&metadata%5Bstore%5D=shop"
        );
    }

    #[test]
    fn a_confirm_carries_the_return_address_only_where_there_is_one() {
        let back = Some("https://shop.example/back".to_owned());
        let (path, with) =
            form(Call::Confirm { object: Some("pi_1".into()), return_url: back, brought_back: vec![] });
        assert_eq!(path, "/v1/payment_intents/pi_1/confirm");
        assert!(with.ends_with("&return_url=https%3A%2F%2Fshop%2Eexample%2Fback"));
        let (_, without) =
            form(Call::Confirm { object: Some("pi_1".into()), return_url: None, brought_back: vec![] });
        assert_eq!(without, "expand%5B%5D=latest_charge");
    }

    #[test]
    fn a_refund_can_be_found_again_by_its_key() {
        let (path, form) = form(Call::Refund { object: "pi_1".into(), amount_minor: 300 });
        assert_eq!(path, "/v1/refunds");
        assert!(form.starts_with("payment_intent=pi_1&amount=300&metadata%5Bkey%5D=op_1&"), "{form}");
    }

    #[test]
    fn every_form_that_can_be_sent_has_something_in_it() {
        let object = || "pi_1".to_owned();
        for call in [
            Call::Create { token: "t".into(), return_url: None },
            Call::Authorise { token: "t".into(), return_url: None },
            Call::Confirm { object: Some(object()), return_url: None, brought_back: vec![] },
            Call::Capture { object: object(), amount_minor: 1 },
            Call::Void { object: object() },
            Call::Refund { object: object(), amount_minor: 1 },
        ] {
            assert!(!form(call).1.is_empty());
        }
    }

    #[test]
    fn an_amount_that_stripe_cannot_express_is_never_sent() {
        let amount = Money::new(1_250, "MGA".parse().unwrap());
        let asked = request(Call::Create { token: "pm_1".into(), return_url: None });
        assert!(Request::of(&render(&GatewayRequest { amount, ..asked }, "v")).is_none());
    }

    #[test]
    fn the_same_request_gives_the_same_bytes() {
        let call = Call::Capture { object: "pi_1".into(), amount_minor: 1 };
        assert_eq!(render(&request(call.clone()), "v").0, render(&request(call), "v").0);
    }
}
