//! Captures, refunds and cancels: received at once, and told by a notification.

use serde_json::{Value, json};

use super::behaviour::Behaviour;
use super::ledger::{Books, Payment, Phase};
use super::notifier::Item;
use super::payments::Done;

/// `POST /payments/{psp}/captures|refunds|cancels`.
pub(super) fn modify(books: &mut Books, psp: &str, what: &str, body: &Value) -> Done {
    let own = books.issue();
    let Some(payment) = books.payments.get_mut(psp) else { return Done::invalid("167") };
    let reference = body["reference"].as_str().unwrap_or(&payment.reference).to_owned();
    let mut told = json!({"merchantAccount": body["merchantAccount"], "paymentPspReference": psp,
                          "pspReference": own, "reference": reference, "status": "received"});
    let (event, success, value) = if what == "cancels" {
        ("CANCELLATION", cancel(payment), payment.value)
    } else {
        let amount = &body["amount"];
        let Some(value) = amount["value"].as_i64().filter(|value| *value > 0) else {
            return Done::invalid("137");
        };
        if amount["currency"].as_str() != Some(&payment.currency) {
            return Done::invalid("138");
        }
        told["amount"] = amount.clone();
        match what {
            "captures" => ("CAPTURE", capture(payment, value), value),
            _ => ("REFUND", refund(payment, value), value),
        }
    };
    let item = Item {
        event,
        success,
        psp: own,
        original: psp.to_owned(),
        reference,
        value,
        currency: payment.currency.clone(),
    };
    Done { items: vec![item], ..Done::answer(201, told) }
}

/// `POST /cancels`: of every payment under a reference. It leaves nothing behind that would refuse a later one.
pub(super) fn cancel_by_reference(books: &mut Books, body: &Value) -> Done {
    let own = books.issue();
    let Some(of) = body["paymentReference"].as_str() else { return Done::invalid("167") };
    let reference = body["reference"].as_str().unwrap_or(of).to_owned();
    let found = books.payments.iter_mut().filter(|(_, payment)| payment.reference == of);
    let (mut original, mut success) = (String::new(), false);
    for (psp, payment) in found {
        original.clone_from(psp);
        success |= cancel(payment);
    }
    let payment = books.payments.get(&original);
    let (value, currency) = payment.map_or((0, "EUR"), |payment| (payment.value, payment.currency.as_str()));
    let told = json!({"merchantAccount": body["merchantAccount"], "paymentReference": of, "pspReference": own,
                      "reference": reference, "status": "received"});
    let item = Item {
        event: "TECHNICAL_CANCEL",
        success,
        psp: own,
        original,
        reference,
        value,
        currency: currency.to_owned(),
    };
    Done { items: vec![item], ..Done::answer(201, told) }
}

fn cancel(payment: &mut Payment) -> bool {
    let holds = payment.phase == Phase::Authorised && payment.captured == 0;
    let open = matches!(payment.phase, Phase::Waiting | Phase::Pending);
    let success = (holds || open) && payment.behaviour != Behaviour::CancelFails;
    if success {
        payment.phase = Phase::Cancelled;
    }
    success
}

fn capture(payment: &mut Payment, value: i64) -> bool {
    let success = value <= payment.held() && payment.behaviour != Behaviour::CaptureFails;
    if success {
        payment.captured += value;
        payment.captures += 1;
    }
    success
}

fn refund(payment: &mut Payment, value: i64) -> bool {
    let success = value <= payment.captured - payment.refunded && payment.behaviour != Behaviour::RefundFails;
    if success {
        payment.refunded += value;
        payment.refunds += 1;
    }
    success
}
