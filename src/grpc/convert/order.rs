//! Orders: what was agreed, and where its money stands.

use super::money::amount;
use super::{address, context, quote, time};
use crate::app::Versioned;
use crate::domain::checkout::Billing;
use crate::domain::money::Money;
use crate::domain::order::{Order, OrderState, PaymentState};
use crate::grpc::names;
use crate::proto::cashwrap::v1;

/// An order as the API shows it.
pub fn order(held: &Versioned<Order>) -> v1::Order {
    let order = &held.row;
    let details = &order.details;
    let currency = order.quoted.quote.currency;
    let billing = match &details.billing {
        Some(Billing::Address(address)) => Some(address),
        Some(Billing::SameAsDelivery) | None => details.delivery_address.as_ref(),
    };
    let shown = quote::Shown { lines: &order.lines, details, quoted: &order.quoted, from: order.placed_at };
    v1::Order {
        name: names::of_order(&order.store, order.id),
        etag: held.etag.clone(),
        state: state(order.state).into(),
        payment_state: payment_state(order.payment_state).into(),
        checkout: names::of_checkout(&order.store, order.checkout),
        cart: names::of_cart(&order.store, order.cart),
        quote: Some(quote::quote(shown)),
        customer: context::shown_customer(&order.context.customer),
        contact: details.contact.as_ref().map(address::shown_contact),
        delivery_address: details.delivery_address.as_ref().map(address::postal),
        billing_address: billing.map(address::postal),
        channel: context::shown_channel(order.context.channel).into(),
        language_code: order.context.language.clone(),
        flow: format!("{}@{}", order.flow.id, order.flow.version),
        payments: order.payments.iter().map(|id| names::of_payment(&order.store, *id)).collect(),
        captured_amount: Some(amount(Money::new(order.captured_minor, currency))),
        refunded_amount: Some(amount(Money::new(order.refunded_minor, currency))),
        create_time: Some(time::timestamp(order.placed_at)),
        update_time: Some(time::timestamp(order.updated_at)),
    }
}

const fn state(state: OrderState) -> v1::OrderState {
    match state {
        OrderState::Placed => v1::OrderState::Placed,
    }
}

const fn payment_state(state: PaymentState) -> v1::OrderPaymentState {
    match state {
        PaymentState::PendingPayment => v1::OrderPaymentState::PendingPayment,
        PaymentState::Authorised => v1::OrderPaymentState::Authorised,
        PaymentState::PartiallyCaptured => v1::OrderPaymentState::PartiallyCaptured,
        PaymentState::Paid => v1::OrderPaymentState::Paid,
        PaymentState::PartiallyRefunded => v1::OrderPaymentState::PartiallyRefunded,
        PaymentState::Refunded => v1::OrderPaymentState::Refunded,
        PaymentState::Voided => v1::OrderPaymentState::Voided,
        PaymentState::PaymentReview => v1::OrderPaymentState::PaymentReview,
    }
}
