//! What was placed. The snapshot is written once; only the states beside it change.

use jiff::Timestamp;

use super::payment_state::PaymentState;
use crate::domain::cart::CartLine;
use crate::domain::checkout::{Checkout, Context, Details, FlowPin, Quoted};
use crate::domain::ids::{CartId, CheckoutId, OrderId, PaymentId, StoreId};

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    /// Placed.
    Placed,
}

impl OrderState {
    /// The state's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "PLACED",
        }
    }
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Its store.
    pub store: StoreId,
    /// The checkout it came from: at most one order per checkout.
    pub checkout: CheckoutId,
    /// The cart it came from: at most one order per cart.
    pub cart: CartId,
    /// Where it stands.
    pub state: OrderState,
    /// Where its money stands.
    pub payment_state: PaymentState,
    /// What the buyer shopped with.
    pub context: Context,
    /// The flow.
    pub flow: FlowPin,
    /// Contact, addresses and delivery choices.
    pub details: Details,
    /// The lines.
    pub lines: Vec<CartLine>,
    /// What the buyer agreed to pay: the quote, copied.
    pub quoted: Quoted,
    /// The payments, one per tender.
    pub payments: Vec<PaymentId>,
    /// Captured over all payments, in minor units.
    pub captured_minor: i64,
    /// Refunded over all payments, in minor units.
    pub refunded_minor: i64,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When one of its states last changed.
    pub updated_at: Timestamp,
}

impl Order {
    /// The order that `checkout` becomes; `None` when it was never quoted.
    pub fn of(
        checkout: &Checkout,
        id: OrderId,
        payments: Vec<PaymentId>,
        payment_state: PaymentState,
        now: Timestamp,
    ) -> Option<Self> {
        Some(Self {
            id,
            store: checkout.store.clone(),
            checkout: checkout.id,
            cart: checkout.cart,
            state: OrderState::Placed,
            payment_state,
            context: checkout.context.clone(),
            flow: checkout.flow.clone(),
            details: checkout.details.clone(),
            lines: checkout.lines.clone(),
            quoted: checkout.quoted.clone()?,
            payments,
            captured_minor: 0,
            refunded_minor: 0,
            placed_at: now,
            updated_at: now,
        })
    }
}
