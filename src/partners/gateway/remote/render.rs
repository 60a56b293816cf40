//! A request as it will be sent: the encoded `ExecuteRequest` and nothing besides, so that what is stored, what leaves and
//! what leaves again are the same bytes. Pure, and without a credential.

use prost::Message as _;

use crate::domain::money::Money;
use crate::ports::gateway::{Call, GatewayRequest, Rendered};
use crate::proto::partner::v1 as wire;
use crate::proto::partner::v1::execute_request::Operation;

/// Renders a request.
pub(super) fn render(request: &GatewayRequest) -> Rendered {
    let message = wire::ExecuteRequest {
        idempotency_key: request.key.clone(),
        store: request.store.to_string(),
        payment: request.reference.clone(),
        amount: Some(money(request.amount)),
        operation: Some(operation(&request.call)),
    };
    Rendered(message.encode_to_vec())
}

/// Reads a rendering back, if it can be sent.
pub(super) fn of(rendered: &Rendered) -> Option<wire::ExecuteRequest> {
    let request = wire::ExecuteRequest::decode(rendered.0.as_slice()).ok()?;
    (request.operation.is_some() && !request.idempotency_key.is_empty()).then_some(request)
}

/// The object that an operation names.
pub(super) fn object(operation: &Operation) -> Option<&str> {
    let named = match operation {
        Operation::Create(_) | Operation::Authorise(_) | Operation::VoidByPayment(_) => return None,
        Operation::Confirm(confirm) => &confirm.object,
        Operation::Capture(capture) => &capture.object,
        Operation::Void(void) => &void.object,
        Operation::Refund(refund) => &refund.object,
    };
    (!named.is_empty()).then_some(named)
}

fn money(amount: Money) -> wire::Money {
    wire::Money { currency_code: amount.currency.code().to_owned(), minor_units: amount.minor }
}

fn operation(call: &Call) -> Operation {
    let empty_if_none = |text: &Option<String>| text.clone().unwrap_or_default();
    match call {
        Call::Create { token, return_url } => {
            Operation::Create(wire::Create { token: token.clone(), return_url: empty_if_none(return_url) })
        }
        Call::Confirm { object, return_url, brought_back } => Operation::Confirm(wire::Confirm {
            object: empty_if_none(object),
            return_url: empty_if_none(return_url),
            brought_back: brought_back
                .iter()
                .map(|(name, value)| wire::ReturnParameter { name: name.clone(), value: value.clone() })
                .collect(),
        }),
        Call::Authorise { token, return_url } => Operation::Authorise(wire::Authorise {
            token: token.clone(),
            return_url: empty_if_none(return_url),
        }),
        Call::Capture { object, amount_minor } => {
            Operation::Capture(wire::Capture { object: object.clone(), amount_minor: *amount_minor })
        }
        Call::Void { object } => Operation::Void(wire::Void { object: object.clone() }),
        Call::VoidReference => Operation::VoidByPayment(wire::VoidByPayment {}),
        Call::Refund { object, amount_minor } => {
            Operation::Refund(wire::Refund { object: object.clone(), amount_minor: *amount_minor })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(call: Call) -> GatewayRequest {
        GatewayRequest {
            key: "opn_1".into(),
            store: "shop".parse().unwrap(),
            reference: "pay_1".into(),
            amount: Money::new(1_250, "EUR".parse().unwrap()),
            call,
        }
    }

    /// The bytes as a partner in another language would read them, written by hand: a change of the proto that
    /// another version of ours could not replay fails here.
    #[test]
    fn r1_the_stored_bytes_are_the_message_and_stay_what_they_are() {
        let rendered = render(&request(Call::Capture { object: "p_1".into(), amount_minor: 300 }));
        let expected = b"\x0a\x05opn_1\x12\x04shop\x1a\x05pay_1\x22\x08\x0a\x03EUR\x10\xe2\x09\x42\x08\x0a\x03p_1\x10\xac\x02";
        assert_eq!(rendered.0, expected);
        assert_eq!(render(&request(Call::Capture { object: "p_1".into(), amount_minor: 300 })).0, expected);
    }

    #[test]
    fn what_is_no_request_is_never_sent() {
        for bytes in [&b""[..], b"\x0a\x05opn_1", b"\xff\xff", b"{}"] {
            assert!(of(&Rendered(bytes.to_vec())).is_none(), "{bytes:?}");
        }
    }
}
