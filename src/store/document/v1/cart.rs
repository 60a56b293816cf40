//! Carts and their lines. A line stands in checkouts and orders in the same shape.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::coupon::CouponShape;
use super::product::ProductShape;
use super::scalar::{Text, Version, Word, shapes, values};
use crate::domain::cart::{Cart, CartLine, CartState};
use crate::domain::currency::Currency;
use crate::domain::ids::{CartId, LineId, OrderId, PlacementId, StoreId};
use crate::domain::product::Product;

/// A line. The price when it was added is in the currency of its product.
#[derive(Serialize, Deserialize)]
pub(super) struct LineShape {
    id: Text<LineId>,
    quantity: u32,
    unit_price_when_added: Amount,
    product: ProductShape,
}

impl From<&CartLine> for LineShape {
    fn from(line: &CartLine) -> Self {
        let CartLine { id, product, quantity, unit_price_when_added } = line;
        Self {
            id: Text(*id),
            quantity: *quantity,
            unit_price_when_added: Amount::below(product.unit_price.currency, *unit_price_when_added),
            product: product.into(),
        }
    }
}

impl From<LineShape> for CartLine {
    fn from(shape: LineShape) -> Self {
        let product = Product::from(shape.product);
        Self {
            id: shape.id.0,
            quantity: shape.quantity,
            unit_price_when_added: shape.unit_price_when_added.in_currency(product.unit_price.currency),
            product,
        }
    }
}

/// A cart.
#[derive(Serialize, Deserialize)]
pub(super) struct CartShape {
    v: Version,
    id: Text<CartId>,
    store: Text<StoreId>,
    state: Word<CartState>,
    currency: Text<Currency>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    region: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    language: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<String>,
    lines: Vec<LineShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    coupons: Vec<CouponShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    placement: Option<Text<PlacementId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Text<OrderId>>,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
}

impl From<&Cart> for CartShape {
    fn from(cart: &Cart) -> Self {
        let Cart {
            id,
            store,
            state,
            currency,
            region,
            language,
            customer,
            lines,
            coupons,
            placement,
            order,
            created_at,
            updated_at,
        } = cart;
        Self {
            v: Version,
            id: Text(*id),
            store: Text(store.clone()),
            state: Word(*state),
            currency: Text(*currency),
            region: region.clone(),
            language: language.clone(),
            customer: customer.clone(),
            lines: shapes(lines),
            coupons: shapes(coupons),
            placement: placement.map(Text),
            order: order.map(Text),
            created_at: Text(*created_at),
            updated_at: Text(*updated_at),
        }
    }
}

impl From<CartShape> for Cart {
    fn from(shape: CartShape) -> Self {
        Self {
            id: shape.id.0,
            store: shape.store.0,
            state: shape.state.0,
            currency: shape.currency.0,
            region: shape.region,
            language: shape.language,
            customer: shape.customer,
            lines: values(shape.lines),
            coupons: values(shape.coupons),
            placement: shape.placement.map(|id| id.0),
            order: shape.order.map(|id| id.0),
            created_at: shape.created_at.0,
            updated_at: shape.updated_at.0,
        }
    }
}
