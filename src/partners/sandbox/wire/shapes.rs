//! The JSON shapes of Stripe's objects, as much of them as a client of payments reads.

use serde_json::{Value, json};

use crate::partners::sandbox::entry::Failure;
use crate::partners::sandbox::intents::{Intent, Refund, Status};

/// A PaymentIntent; `base_url` is where this gateway is reached, for the address of a customer action.
pub(in crate::partners::sandbox) fn intent_json(intent: &Intent, base_url: &str) -> Value {
    let next_action = (intent.status == Status::RequiresAction).then(|| {
        json!({
            "type": "redirect_to_url",
            "redirect_to_url": {
                "url": format!("{base_url}/sandbox/actions/{}", intent.id),
                "return_url": intent.return_url,
            },
        })
    });
    json!({
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": intent.capturable(),
        "amount_received": intent.captured,
        "canceled_at": intent.canceled_ms.map(seconds),
        "cancellation_reason": intent.cancellation_reason,
        "capture_method": intent.capture_method,
        "confirmation_method": "automatic",
        "created": seconds(intent.created_ms),
        "currency": intent.currency,
        "description": intent.description,
        "last_payment_error": intent.failure.as_ref().map(Failure::json),
        "latest_charge": intent.charge,
        "livemode": false,
        "metadata": intent.metadata,
        "next_action": next_action,
        "payment_method": intent.payment_method,
        "payment_method_types": ["card"],
        "status": intent.status,
    })
}

/// A Refund.
pub(in crate::partners::sandbox) fn refund_json(refund: &Refund) -> Value {
    json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "charge": refund.charge,
        "created": seconds(refund.created_ms),
        "currency": refund.currency,
        "failure_reason": refund.failure_reason,
        "metadata": refund.metadata,
        "payment_intent": refund.intent,
        "reason": null,
        "status": if refund.failure_reason.is_some() { "failed" } else { "succeeded" },
    })
}

/// A page of search results; the sandbox never has a second page.
pub(in crate::partners::sandbox) fn search_json(data: Vec<Value>) -> Value {
    json!({
        "object": "search_result", "url": "/v1/payment_intents/search", "has_more": false, "next_page": null,
        "data": data,
    })
}

/// A list; the sandbox never has a second page.
pub(in crate::partners::sandbox) fn list_json(url: &str, data: Vec<Value>) -> Value {
    json!({ "object": "list", "url": url, "has_more": false, "data": data })
}

fn seconds(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(1_000)
}
