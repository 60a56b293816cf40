//! What a change tells the world: full state without personal data, secrets, leases or payment ticks.
//!
//! An event is emitted exactly when [`visible`] differs. The count of a row's events is therefore what its
//! etag is made of: it changes with what a client can see and with nothing else.

use serde_json::{Value, json};

use crate::domain::cart::{Cart, CartLine, CartState};
use crate::domain::checkout::{Checkout, CheckoutState};
use crate::domain::coupon::{Benefit, Coupon};
use crate::domain::ids::{Code, Sku};
use crate::domain::money::Money;
use crate::domain::order::Order;
use crate::domain::payment::{Goal, Operation, OperationKind, OperationState, Payment};
use crate::domain::placement::Placement;
use crate::ports::Record;
use crate::ports::store::Event;

/// The events of a change of one row: none, or one.
pub fn of(before: Option<&Record>, after: &Record) -> Vec<Event> {
    let data = visible(after);
    if data.is_null() {
        return Vec::new();
    }
    if before.map(visible).as_ref() == Some(&data) {
        return Vec::new();
    }
    vec![Event { kind: kind(before, after), data }]
}

fn kind(before: Option<&Record>, after: &Record) -> &'static str {
    match (before, after) {
        (None, Record::Cart(_)) => "cart.created.v1",
        (_, Record::Cart(cart)) => match cart.state {
            CartState::Open => "cart.updated.v1",
            CartState::Locked => "cart.locked.v1",
            CartState::Ordered => "cart.ordered.v1",
            CartState::Deleted => "cart.deleted.v1",
            CartState::Expired => "cart.expired.v1",
        },
        (None, Record::Checkout(_)) => "checkout.created.v1",
        (Some(Record::Checkout(before)), Record::Checkout(checkout))
            if before.abandoned_at != checkout.abandoned_at =>
        {
            "checkout.abandoned.v1"
        }
        (_, Record::Checkout(checkout)) => match checkout.state {
            CheckoutState::Open => "checkout.updated.v1",
            CheckoutState::Placing => "checkout.placing.v1",
            CheckoutState::AwaitingAction => "checkout.action_required.v1",
            CheckoutState::Completed => "checkout.completed.v1",
            CheckoutState::Cancelled => "checkout.cancelled.v1",
            CheckoutState::Expired => "checkout.expired.v1",
        },
        (None, Record::Placement(_)) => "placement.started.v1",
        (_, Record::Placement(_)) => "placement.changed.v1",
        (None, Record::Payment(_)) => "payment.started.v1",
        (_, Record::Payment(_)) => "payment.changed.v1",
        (None, Record::Order(_)) => "order.placed.v1",
        (_, Record::Order(_)) => "order.payment_changed.v1",
        (_, Record::Product(_)) => "product.loaded.v1",
        (_, Record::Coupon(_)) => "coupon.loaded.v1",
        (_, Record::PartnerMode(_)) => "partner.mode_set.v1",
        (_, Record::CardBook(_)) => "card_book.changed.v1",
    }
}

fn visible(record: &Record) -> Value {
    match record {
        Record::Cart(row) => cart(row),
        Record::Checkout(row) => checkout(row),
        Record::Placement(row) => placement(row),
        Record::Payment(row) => payment(row),
        Record::Order(row) => order(row),
        Record::Product(row) => json!({
            "sku": row.sku.as_str(), "title": row.title, "unit_price": money(row.unit_price),
        }),
        Record::Coupon(row) => json!({ "code": row.code.as_str(), "limit": row.limit }),
        Record::PartnerMode(row) => json!({ "account": row.account.as_str(), "mode": row.mode.as_str() }),
        // Nobody outside sees it.
        Record::CardBook(_) => Value::Null,
    }
}

fn money(amount: Money) -> Value {
    json!({ "minor": amount.minor, "currency": amount.currency.code() })
}

/// A line with all that is shown of its product.
fn line(line: &CartLine) -> Value {
    let product = &line.product;
    json!({
        "id": line.id.to_string(),
        "sku": product.sku.as_str(),
        "quantity": line.quantity,
        "unit_price": money(product.unit_price),
        "compare_at": product.compare_at.map(money),
        "title": product.title,
        "image": product.image,
        "tax_category": product.tax_category.as_str(),
        "weight_grams": product.weight_grams,
        "requires_delivery": product.requires_delivery,
        "tags": product.tags,
    })
}

/// A coupon with all that decides on what is taken off.
fn coupon(coupon: &Coupon) -> Value {
    let benefit = match coupon.benefit {
        Benefit::Percent(percent) => json!({ "percent": percent.normalize().to_string() }),
        Benefit::Fixed(amount) => money(amount),
    };
    json!({
        "code": coupon.code.as_str(),
        "reason": coupon.reason,
        "benefit": benefit,
        "minimum_subtotal": coupon.minimum_subtotal.map(money),
        "starts_at": coupon.starts_at.map(|at| at.to_string()),
        "ends_at": coupon.ends_at.map(|at| at.to_string()),
        "excluded_skus": coupon.excluded_skus.iter().map(Sku::as_str).collect::<Vec<_>>(),
        "excluded_tags": coupon.excluded_tags,
    })
}

fn cart(cart: &Cart) -> Value {
    json!({
        "id": cart.id.to_string(),
        "state": cart.state.as_str(),
        "currency": cart.currency.code(),
        "lines": cart.lines.iter().map(line).collect::<Vec<_>>(),
        "coupons": cart.coupons.iter().map(coupon).collect::<Vec<_>>(),
        "order": cart.order.map(|id| id.to_string()),
    })
}

/// The details are personal: a digest of them stands for them, so that their change is an event too.
fn checkout(checkout: &Checkout) -> Value {
    json!({
        "id": checkout.id.to_string(),
        "cart": checkout.cart.to_string(),
        "state": checkout.state.as_str(),
        "flow": { "id": checkout.flow.id.as_str(), "version": checkout.flow.version },
        "lines": checkout.lines.iter().map(line).collect::<Vec<_>>(),
        "codes_left_out": checkout.codes_left_out.iter().map(Code::as_str).collect::<Vec<_>>(),
        "total": checkout.quoted.as_ref().map(|quoted| money(quoted.quote.totals.total)),
        "quote_digest": checkout.quoted.as_ref().map(|quoted| quoted.digest.clone()),
        "quote_expires_at": checkout.quoted.as_ref().map(|quoted| quoted.expires_at.to_string()),
        "updated_at": checkout.updated_at.to_string(),
        "abandoned_at": checkout.abandoned_at.map(|at| at.to_string()),
        "action_payment": checkout.action.as_ref().map(|action| action.payment.to_string()),
        "order": checkout.order.map(|id| id.to_string()),
    })
}

fn placement(placement: &Placement) -> Value {
    json!({
        "id": placement.id.to_string(),
        "checkout": placement.checkout.to_string(),
        "cart": placement.cart.to_string(),
        "state": placement.state.as_str(),
        "wish": placement.wish.as_str(),
        "order": placement.order.map(|id| id.to_string()),
    })
}

fn payment(payment: &Payment) -> Value {
    let attempts: Vec<Value> = payment
        .attempts
        .iter()
        .map(|attempt| {
            json!({
                "id": attempt.id.to_string(),
                "account": attempt.account.as_str(),
                "state": attempt.state.as_str(),
                "captured_minor": attempt.captured_minor,
                "refunded_minor": attempt.refunded_minor,
                "needs_review": attempt.needs_review,
                "movements": attempt.operations.iter().filter_map(movement).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "id": payment.id.to_string(),
        "checkout": payment.checkout.to_string(),
        "order": payment.order.map(|id| id.to_string()),
        "amount": money(payment.amount),
        "refundable_minor": payment.refundable_minor(),
        "gives_back": payment.goal == Goal::Release,
        "attempts": attempts,
    })
}

/// A capture or a refund, as far as it is shown: its calls and rounds are ticks that nobody sees.
fn movement(operation: &Operation) -> Option<Value> {
    let shown = matches!(operation.kind, OperationKind::Capture | OperationKind::Refund);
    let state = match operation.state {
        OperationState::Pending => "PENDING",
        OperationState::Sending | OperationState::Unknown(_) => "UNRESOLVED",
        OperationState::Succeeded => "SUCCEEDED",
        OperationState::Failed | OperationState::NotSent => "FAILED",
    };
    shown.then(|| {
        json!({
            "id": operation.id.to_string(),
            "kind": operation.kind.as_str(),
            "amount_minor": operation.amount_minor,
            "state": state,
        })
    })
}

fn order(order: &Order) -> Value {
    json!({
        "id": order.id.to_string(),
        "checkout": order.checkout.to_string(),
        "cart": order.cart.to_string(),
        "state": order.state.as_str(),
        "payment_state": order.payment_state.as_str(),
        "total": money(order.quoted.quote.totals.total),
        "captured_minor": order.captured_minor,
        "refunded_minor": order.refunded_minor,
    })
}
