//! Checkout sessions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cart::LineShape;
use super::context::{ContextShape, FlowPinShape};
use super::coupon::CouponShape;
use super::details::{DetailsShape, PersonalShape};
use super::failure::FailureShape;
use super::quote::QuotedShape;
use super::scalar::{Text, Version, Word, shapes, values};
use crate::domain::checkout::{ActionNeeded, Checkout, CheckoutState};
use crate::domain::currency::Currency;
use crate::domain::ids::{CartId, CheckoutId, Code, OrderId, PaymentId, PlacementId, StoreId};

/// A checkout session, without personal data.
#[derive(Serialize, Deserialize)]
pub(super) struct CheckoutShape {
    v: Version,
    id: Text<CheckoutId>,
    store: Text<StoreId>,
    cart: Text<CartId>,
    state: Word<CheckoutState>,
    context: ContextShape,
    flow: FlowPinShape,
    details: DetailsShape,
    currency: Text<Currency>,
    lines: Vec<LineShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    coupons: Vec<CouponShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    codes_left_out: Vec<Text<Code>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quoted: Option<QuotedShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    placement: Option<Text<PlacementId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<ActionShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_failure: Option<FailureShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_payment: Option<Text<PaymentId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Text<OrderId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    abandoned_at: Option<Text<Timestamp>>,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
}

/// What the customer must do.
#[derive(Serialize, Deserialize)]
struct ActionShape {
    payment: Text<PaymentId>,
    redirect_url: String,
    expires_at: Text<Timestamp>,
}

impl From<&ActionNeeded> for ActionShape {
    fn from(action: &ActionNeeded) -> Self {
        let ActionNeeded { payment, redirect_url, expires_at } = action.clone();
        Self { payment: Text(payment), redirect_url, expires_at: Text(expires_at) }
    }
}

impl From<ActionShape> for ActionNeeded {
    fn from(shape: ActionShape) -> Self {
        Self { payment: shape.payment.0, redirect_url: shape.redirect_url, expires_at: shape.expires_at.0 }
    }
}

impl From<&Checkout> for CheckoutShape {
    fn from(checkout: &Checkout) -> Self {
        let Checkout {
            id,
            store,
            cart,
            state,
            context,
            flow,
            details,
            currency,
            lines,
            coupons,
            codes_left_out,
            quoted,
            placement,
            action,
            last_failure,
            failed_payment,
            order,
            abandoned_at,
            created_at,
            updated_at,
        } = checkout;
        Self {
            v: Version,
            id: Text(*id),
            store: Text(store.clone()),
            cart: Text(*cart),
            state: Word(*state),
            context: context.into(),
            flow: flow.into(),
            details: details.into(),
            currency: Text(*currency),
            lines: shapes(lines),
            coupons: shapes(coupons),
            codes_left_out: codes_left_out.iter().cloned().map(Text).collect(),
            quoted: quoted.as_ref().map(QuotedShape::from),
            placement: placement.map(Text),
            action: action.as_ref().map(ActionShape::from),
            last_failure: last_failure.as_ref().map(FailureShape::from),
            failed_payment: failed_payment.map(Text),
            order: order.map(Text),
            abandoned_at: abandoned_at.map(Text),
            created_at: Text(*created_at),
            updated_at: Text(*updated_at),
        }
    }
}

impl CheckoutShape {
    /// The checkout, with its personal data put back.
    pub fn with(self, personal: PersonalShape) -> Checkout {
        Checkout {
            id: self.id.0,
            store: self.store.0,
            cart: self.cart.0,
            state: self.state.0,
            context: self.context.into(),
            flow: self.flow.into(),
            details: self.details.with(personal),
            currency: self.currency.0,
            lines: values(self.lines),
            coupons: values(self.coupons),
            codes_left_out: self.codes_left_out.into_iter().map(|code| code.0).collect(),
            quoted: self.quoted.map(Into::into),
            placement: self.placement.map(|id| id.0),
            action: self.action.map(Into::into),
            last_failure: self.last_failure.map(Into::into),
            failed_payment: self.failed_payment.map(|id| id.0),
            order: self.order.map(|id| id.0),
            abandoned_at: self.abandoned_at.map(|at| at.0),
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        }
    }
}
