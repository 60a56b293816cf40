//! How PayPal shows what there is, whole or, as it does unasked, little of it.

use serde_json::{Value, json};

use super::book::{Book, Made, Order};

fn money(order: &Order, minor: i64) -> Value {
    json!({"currency_code": order.currency, "value": format!("{}.{:02}", minor / 100, minor % 100)})
}

fn authorization(order: &Order, base_url: &str) -> Option<Value> {
    let held = order.authorization.as_ref()?;
    let href = format!("{base_url}/v2/payments/authorizations/{}", held.id);
    Some(json!({
        "id": held.id, "status": held.status, "amount": money(order, held.minor),
        "custom_id": order.reference, "invoice_id": order.invoice,
        "links": [{"rel": "self", "method": "GET", "href": href}],
    }))
}

fn refunded(order: &Order, capture: &str) -> i64 {
    order.refunds.iter().filter(|refund| refund.capture == capture).map(|refund| refund.minor).sum()
}

fn captures(order: &Order, base_url: &str) -> Vec<Value> {
    let shown = order.captures.iter().map(|capture| {
        let status = match refunded(order, &capture.id) {
            0 => "COMPLETED",
            back if back < capture.minor => "PARTIALLY_REFUNDED",
            _ => "REFUNDED",
        };
        json!({
            "id": capture.id, "status": status, "amount": money(order, capture.minor),
            "final_capture": capture.last, "custom_id": order.reference, "invoice_id": capture.invoice,
            "links": [{"rel": "self", "method": "GET", "href": format!("{base_url}/v2/payments/captures/{}", capture.id)}],
        })
    });
    shown.collect()
}

fn refunds(order: &Order, base_url: &str) -> Vec<Value> {
    let shown = order.refunds.iter().map(|refund| {
        json!({
            "id": refund.id, "status": "COMPLETED", "amount": money(order, refund.minor),
            "custom_id": refund.custom, "invoice_id": refund.invoice,
            "links": [{"rel": "up", "method": "GET",
                       "href": format!("{base_url}/v2/payments/captures/{}", refund.capture)}],
        })
    });
    shown.collect()
}

/// An order, as a read shows it.
pub(super) fn order(order: &Order, base_url: &str) -> Value {
    let (status, rel) = match (&order.authorization, order.decision) {
        (Some(_), _) => ("COMPLETED", None),
        (None, Some(_)) => ("APPROVED", None),
        (None, None) => ("PAYER_ACTION_REQUIRED", Some("payer-action")),
    };
    let mut links = vec![json!({
        "rel": "self", "method": "GET", "href": format!("{base_url}/v2/checkout/orders/{}", order.id),
    })];
    if let Some(rel) = rel {
        let href = format!("{base_url}/checkoutnow?token={}", order.id);
        links.push(json!({"rel": rel, "method": "GET", "href": href}));
    }
    let mut unit = json!({
        "reference_id": "shop", "amount": money(order, order.minor), "custom_id": order.reference,
        "invoice_id": order.invoice, "payee": {"merchant_id": "MERCHANT1"},
    });
    if let Some(held) = authorization(order, base_url) {
        unit["payments"] = json!({
            "authorizations": [held],
            "captures": captures(order, base_url),
            "refunds": refunds(order, base_url),
        });
    }
    json!({
        "id": order.id, "intent": "AUTHORIZE", "status": status, "purchase_units": [unit],
        "payment_source": {"paypal": {}}, "links": links,
    })
}

/// What a call made, as it is now.
pub(super) fn made(book: &Book, made: &Made) -> Value {
    let base_url = &book.base_url;
    let orders = || book.orders.iter();
    let among = |shown: Vec<Value>, id: &str| shown.into_iter().find(|each| each["id"] == id);
    let found = match made {
        Made::Order(id) | Made::Authorized(id) => {
            orders().find(|each| each.id == *id).map(|each| order(each, base_url))
        }
        Made::Voided(id) => {
            orders().filter_map(|order| authorization(order, base_url)).find(|held| held["id"] == *id)
        }
        Made::Capture(id) => orders().find_map(|order| among(captures(order, base_url), id)),
        Made::Refund(id) => orders().find_map(|order| among(refunds(order, base_url), id)),
    };
    found.unwrap_or_default()
}

/// What PayPal shows to who does not ask for all of it.
pub(super) fn minimal(whole: &Value) -> Value {
    json!({"id": whole["id"], "status": whole["status"], "links": whole["links"]})
}

/// An error, by its first issue.
pub(super) fn error(status: u16, issue: &str) -> Value {
    let name = match status {
        400 => "INVALID_REQUEST",
        401 => "AUTHENTICATION_FAILURE",
        403 => "NOT_AUTHORIZED",
        404 => "RESOURCE_NOT_FOUND",
        409 => "RESOURCE_CONFLICT",
        429 => "RATE_LIMIT_REACHED",
        500.. => "INTERNAL_SERVER_ERROR",
        _ => "UNPROCESSABLE_ENTITY",
    };
    json!({
        "name": name, "message": "Played.", "debug_id": "90957fca61718",
        "details": [{"issue": issue, "description": "Played."}], "links": [],
    })
}
