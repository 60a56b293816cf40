//! What a proved item says: which payment of ours, which call, and what became of it.
//!
//! | event | success | hint | told |
//! |---|---|---|---|
//! | AUTHORISATION | true | held | the payment, with its amount held |
//! | AUTHORISATION | false | gone | the payment, declined |
//! | CAPTURE | true | taken | done |
//! | CAPTURE | false | moved | refused |
//! | CAPTURE_FAILED | true | moved | refused, after it was told as done |
//! | CANCELLATION, TECHNICAL_CANCEL | true | gone | done |
//! | CANCELLATION, TECHNICAL_CANCEL | false | moved | refused |
//! | REFUND | true | moved | done |
//! | REFUND | false | moved | refused |
//! | REFUND_FAILED, REFUNDED_REVERSED | true | moved | refused, after it was told as done |
//! | EXPIRE, OFFER_CLOSED | true | gone | - |
//! | CANCEL_OR_REFUND | both | moved | - |
//! | anything else | | - | - |
//!
//! Only signed fields are read, but for the codes of a decline, which may make it stricter and never milder. The texts
//! are signed without being escaped, so that one with a colon could be cut in two ways: such an item says nothing. The
//! store stands in none of the signed fields, and is not told.

use super::amounts::money_from_wire;
use super::declines::unsigned;
use super::parse::is_id;
use super::references;
use super::webhook::Item;
use crate::domain::ids::PaymentId;
use crate::domain::money::Money;
use crate::domain::payment::outcome::Refusal;
use crate::domain::payment::{Hint, Said, Status, Told, View};
use crate::ports::webhook::{About, Notice};

/// Adyen's longest code has two dozen characters.
const MAX_CODE_BYTES: usize = 64;

/// The notice of an item that was proved to be Adyen's.
pub(super) fn notice(item: &Item, merchant_account: &str) -> Notice {
    let foreign = Notice { event: "not_ours".to_owned(), about: None, hint: None, told: None };
    let code = item.event_code.as_str();
    let of_code = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    let plain = is_id(&item.psp_reference)
        && (1..=MAX_CODE_BYTES).contains(&code.len())
        && code.bytes().all(of_code)
        && !item.texts().iter().any(|text| text.contains(':'));
    let success = match item.success.as_str() {
        "true" => true,
        "false" => false,
        _ => return foreign,
    };
    if !plain {
        return foreign;
    }
    let event = format!("{}.{code}.{success}", item.psp_reference);
    let ours = item.merchant_reference.as_deref().and_then(references::read);
    let Some((payment, operation)) = ours.filter(|_| item.merchant_account_code == merchant_account) else {
        return Notice { event, ..foreign };
    };
    let object = object(item, code);
    let (hint, said) = said(item, (code, success), payment, object.as_deref());
    // The payment's own reference names no call.
    let operation = operation.filter(|_| code != "AUTHORISATION");
    Notice {
        event,
        about: Some(About { store: None, payment, object }),
        hint,
        told: said.map(|said| Told { operation, said }),
    }
}

/// The payment's id: an authorisation's own, and what anything else belongs to.
fn object(item: &Item, code: &str) -> Option<String> {
    let id = match code {
        "AUTHORISATION" => Some(item.psp_reference.as_str()),
        _ => item.original_reference.as_deref(),
    };
    id.filter(|id| is_id(id)).map(str::to_owned)
}

fn said(
    item: &Item,
    event: (&str, bool),
    payment: PaymentId,
    object: Option<&str>,
) -> (Option<Hint>, Option<Said>) {
    let amount = item.amount.as_ref().and_then(|amount| money_from_wire(amount.value, &amount.currency));
    let seen = |status: Status| amount.map(|amount| Said::Seen(view(status, amount, payment, object)));
    let refused = |code: &str| Some(refusal(code));
    match event {
        ("AUTHORISATION", true) => (Some(Hint::Held), seen(Status::Authorised)),
        ("AUTHORISATION", false) => {
            let declined = Status::Declined(unsigned(item.additional_data.as_ref()));
            (Some(Hint::Gone), seen(declined))
        }
        ("CAPTURE", true) => (Some(Hint::Taken), Some(Said::Done { amount })),
        ("CAPTURE", false) | ("CAPTURE_FAILED", true) => (Some(Hint::Moved), refused("capture_failed")),
        // The amount of a cancel is the payment's, whatever was held of it.
        ("CANCELLATION" | "TECHNICAL_CANCEL", true) => (Some(Hint::Gone), Some(Said::Done { amount: None })),
        ("CANCELLATION" | "TECHNICAL_CANCEL", false) => (Some(Hint::Moved), refused("cancel_failed")),
        ("REFUND", true) => (Some(Hint::Moved), Some(Said::Done { amount })),
        ("REFUND", false) | ("REFUND_FAILED" | "REFUNDED_REVERSED", true) => {
            (Some(Hint::Moved), refused("refund_failed"))
        }
        ("EXPIRE" | "OFFER_CLOSED", true) => (Some(Hint::Gone), None),
        ("CANCEL_OR_REFUND", _) => (Some(Hint::Moved), None),
        _ => (None, None),
    }
}

fn view(status: Status, amount: Money, payment: PaymentId, object: Option<&str>) -> View {
    let capturable_minor = if status == Status::Authorised { amount.minor } else { 0 };
    View {
        object: object.map(str::to_owned),
        status,
        amount,
        reference: Some(payment.to_string()),
        capturable_minor,
        captured_minor: 0,
        refunded_minor: None,
        card: None,
    }
}

fn refusal(code: &str) -> Said {
    Said::Refused(Refusal { code: code.to_owned(), class: None, not_found: false, retry_after: None })
}
