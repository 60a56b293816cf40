//! Orders.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cart::LineShape;
use super::context::{ContextShape, FlowPinShape};
use super::details::{DetailsShape, PersonalShape};
use super::quote::QuotedShape;
use super::scalar::{Text, Version, Word, of_texts, shapes, texts, values};
use crate::domain::ids::{CartId, CheckoutId, OrderId, PaymentId, StoreId};
use crate::domain::order::{Order, OrderState, PaymentState};

/// An order, without personal data. Captured and refunded are in the currency of the quote.
#[derive(Serialize, Deserialize)]
pub(super) struct OrderShape {
    v: Version,
    id: Text<OrderId>,
    store: Text<StoreId>,
    checkout: Text<CheckoutId>,
    cart: Text<CartId>,
    state: Word<OrderState>,
    payment_state: Word<PaymentState>,
    context: ContextShape,
    flow: FlowPinShape,
    details: DetailsShape,
    lines: Vec<LineShape>,
    quoted: QuotedShape,
    payments: Vec<Text<PaymentId>>,
    captured_minor: i64,
    refunded_minor: i64,
    placed_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
}

impl From<&Order> for OrderShape {
    fn from(order: &Order) -> Self {
        let Order {
            id,
            store,
            checkout,
            cart,
            state,
            payment_state,
            context,
            flow,
            details,
            lines,
            quoted,
            payments,
            captured_minor,
            refunded_minor,
            placed_at,
            updated_at,
        } = order;
        Self {
            v: Version,
            id: Text(*id),
            store: Text(store.clone()),
            checkout: Text(*checkout),
            cart: Text(*cart),
            state: Word(*state),
            payment_state: Word(*payment_state),
            context: context.into(),
            flow: flow.into(),
            details: details.into(),
            lines: shapes(lines),
            quoted: quoted.into(),
            payments: texts(payments),
            captured_minor: *captured_minor,
            refunded_minor: *refunded_minor,
            placed_at: Text(*placed_at),
            updated_at: Text(*updated_at),
        }
    }
}

impl OrderShape {
    /// The order, with its personal data put back.
    pub fn with(self, personal: PersonalShape) -> Order {
        Order {
            id: self.id.0,
            store: self.store.0,
            checkout: self.checkout.0,
            cart: self.cart.0,
            state: self.state.0,
            payment_state: self.payment_state.0,
            context: self.context.into(),
            flow: self.flow.into(),
            details: self.details.with(personal),
            lines: values(self.lines),
            quoted: self.quoted.into(),
            payments: of_texts(self.payments),
            captured_minor: self.captured_minor,
            refunded_minor: self.refunded_minor,
            placed_at: self.placed_at.0,
            updated_at: self.updated_at.0,
        }
    }
}
