//! `POST /payments` and `POST /payments/details`.

use serde_json::{Value, json};

use super::behaviour::Behaviour;
use super::ledger::{Books, Payment, Phase};
use super::notifier::Item;

/// What a request leads to: an answer, and what is notified of it.
pub(super) struct Done {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) items: Vec<Item>,
}

impl Done {
    pub(super) fn answer(status: u16, body: Value) -> Self {
        Self { status, body, items: Vec::new() }
    }

    /// A refusal of the request itself.
    pub(super) fn invalid(code: &str) -> Self {
        let body = json!({"status": 422, "errorCode": code, "message": "a text", "errorType": "validation"});
        Self::answer(422, body)
    }
}

/// `POST /payments`.
pub(super) fn pay(books: &mut Books, body: &Value, base_url: &str) -> Done {
    let (Some(value), Some(currency)) =
        (body["amount"]["value"].as_i64(), body["amount"]["currency"].as_str())
    else {
        return Done::invalid("100");
    };
    if body["returnUrl"].as_str().is_none_or(str::is_empty) {
        return Done::invalid("14_030");
    }
    let Some(reference) = body["reference"].as_str() else { return Done::invalid("130") };
    let method = &body["paymentMethod"];
    let named = method["storedPaymentMethodId"].is_string();
    if named && body["shopperReference"].as_str().is_none_or(|shopper| shopper.len() < 3) {
        return Done::invalid("139");
    }
    if !named && !method["encryptedCardNumber"].is_string() {
        return Done::invalid("101");
    }
    let behaviour = Behaviour::of(method);
    let psp = books.issue();
    let payment = Payment {
        reference: reference.to_owned(),
        value,
        currency: currency.to_owned(),
        phase: Phase::Waiting,
        authorised: 0,
        captured: 0,
        refunded: 0,
        captures: 0,
        refunds: 0,
        behaviour: behaviour.clone(),
    };
    books.payments.insert(psp.clone(), payment);
    let action = |action: Value, result: &str| {
        // No pspReference yet: it comes with the details.
        Done::answer(200, json!({"resultCode": result, "merchantReference": reference, "action": action}))
    };
    match behaviour {
        Behaviour::Redirect => {
            let back = body["returnUrl"].as_str().unwrap_or_default();
            let url = format!("{base_url}/bank?payment={psp}&back={}", escaped(back));
            action(
                json!({"type": "redirect", "method": "GET", "url": url, "paymentMethodType": "scheme"}),
                "RedirectShopper",
            )
        }
        Behaviour::Native => {
            action(json!({"type": "threeDS2", "subtype": "fingerprint", "token": "eyJ"}), "IdentifyShopper")
        }
        _ => conclude(books, &psp),
    }
}

/// `POST /payments/details`.
pub(super) fn details(books: &mut Books, body: &Value) -> Done {
    let known = body["details"]["redirectResult"].as_str().and_then(|result| books.results.get(result));
    let Some((psp, allowed)) = known.cloned() else { return Done::invalid("14_006") };
    let waits = books.payments.get(&psp).is_some_and(|payment| payment.phase == Phase::Waiting);
    if waits && allowed {
        return conclude(books, &psp);
    }
    let Some(payment) = books.payments.get_mut(&psp) else { return Done::invalid("14_006") };
    if waits {
        payment.phase = Phase::Refused;
        let item = Item::of_payment("AUTHORISATION", false, &psp, payment);
        let mut told = answer(&psp, payment, "Refused");
        told["refusalReasonCode"] = json!("11");
        return Done { items: vec![item], ..Done::answer(200, told) };
    }
    // It was asked for before: the same again.
    let result = match payment.phase {
        Phase::Authorised => "Authorised",
        Phase::Cancelled => "Cancelled",
        Phase::Refused => "Refused",
        Phase::Waiting | Phase::Pending => "Pending",
    };
    Done::answer(200, answer(&psp, payment, result))
}

/// The bank's word.
fn conclude(books: &mut Books, psp: &str) -> Done {
    let Some(payment) = books.payments.get_mut(psp) else { return Done::invalid("14_006") };
    let (phase, result, authorised) = match &payment.behaviour {
        Behaviour::Refused { .. } => (Phase::Refused, "Refused", 0),
        Behaviour::Error => (Phase::Refused, "Error", 0),
        Behaviour::Pending => (Phase::Pending, "Pending", 0),
        Behaviour::Partial => (Phase::Authorised, "PartiallyAuthorised", payment.value / 2),
        _ => (Phase::Authorised, "Authorised", payment.value),
    };
    (payment.phase, payment.authorised) = (phase, authorised);
    let mut told = answer(psp, payment, result);
    match &payment.behaviour {
        Behaviour::Refused { code, raw, advice } => {
            told["refusalReasonCode"] = json!(code);
            told["refusalReason"] = json!("a text that changes");
            told["additionalData"]["refusalReasonRaw"] = json!(raw);
            told["additionalData"]["merchantAdviceCode"] = json!(advice);
        }
        Behaviour::Error => told["refusalReasonCode"] = json!("4"),
        Behaviour::Partial => {
            told["additionalData"]["authorisedAmountValue"] = json!(authorised.to_string());
            told["additionalData"]["authorisedAmountCurrency"] = json!(payment.currency);
        }
        _ => {}
    }
    let notified = phase != Phase::Pending;
    let item = notified.then(|| Item::of_payment("AUTHORISATION", phase == Phase::Authorised, psp, payment));
    Done { items: item.into_iter().collect(), ..Done::answer(200, told) }
}

fn answer(psp: &str, payment: &Payment, result: &str) -> Value {
    json!({"resultCode": result, "pspReference": psp, "merchantReference": payment.reference,
           "amount": {"value": payment.value, "currency": payment.currency},
           "paymentMethod": {"type": "scheme", "brand": "visa"},
           "additionalData": {"alias": format!("A{:0>15}", &psp[4..])}})
}

/// An address within an address.
fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
