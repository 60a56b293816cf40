//! Placements.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::failure::FailureShape;
use super::scalar::{Bytes, Text, Version, Word, of_texts, shapes, texts, values};
use crate::domain::ids::{CartId, CheckoutId, OrderId, PaymentId, PlacementId, StoreId};
use crate::domain::payment::scheme::BookId;
use crate::domain::placement::{Hold, Placement, PlacementState, RequestKey, Wish};

/// A placement.
#[derive(Serialize, Deserialize)]
pub(super) struct PlacementShape {
    v: Version,
    id: Text<PlacementId>,
    store: Text<StoreId>,
    checkout: Text<CheckoutId>,
    cart: Text<CartId>,
    state: Word<PlacementState>,
    digest: String,
    instruments_fingerprint: Bytes<[u8; 32]>,
    request_id: Uuid,
    payments: Vec<Text<PaymentId>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    card_books: Vec<Text<BookId>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    holds: Vec<HoldShape>,
    claimed_at: Text<Timestamp>,
    complete_by: Text<Timestamp>,
    wish: Word<Wish>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Text<OrderId>>,
}

/// A held counter.
#[derive(Serialize, Deserialize)]
struct HoldShape {
    counter: String,
    quantity: u32,
}

impl From<&Hold> for HoldShape {
    fn from(hold: &Hold) -> Self {
        let Hold { counter, quantity } = hold.clone();
        Self { counter, quantity }
    }
}

impl From<HoldShape> for Hold {
    fn from(HoldShape { counter, quantity }: HoldShape) -> Self {
        Self { counter, quantity }
    }
}

impl From<&Placement> for PlacementShape {
    fn from(placement: &Placement) -> Self {
        let Placement {
            id,
            store,
            checkout,
            cart,
            state,
            digest,
            instruments,
            request: RequestKey { request_id },
            payments,
            books,
            holds,
            claimed_at,
            complete_by,
            wish,
            failure,
            order,
        } = placement;
        Self {
            v: Version,
            id: Text(*id),
            store: Text(store.clone()),
            checkout: Text(*checkout),
            cart: Text(*cart),
            state: Word(*state),
            digest: digest.clone(),
            instruments_fingerprint: Bytes(*instruments),
            request_id: *request_id,
            payments: texts(payments),
            card_books: texts(books),
            holds: shapes(holds),
            claimed_at: Text(*claimed_at),
            complete_by: Text(*complete_by),
            wish: Word(*wish),
            failure: failure.as_ref().map(FailureShape::from),
            order: order.map(Text),
        }
    }
}

impl From<PlacementShape> for Placement {
    fn from(shape: PlacementShape) -> Self {
        Self {
            id: shape.id.0,
            store: shape.store.0,
            checkout: shape.checkout.0,
            cart: shape.cart.0,
            state: shape.state.0,
            digest: shape.digest,
            instruments: shape.instruments_fingerprint.0,
            request: RequestKey { request_id: shape.request_id },
            payments: of_texts(shape.payments),
            books: of_texts(shape.card_books),
            holds: values(shape.holds),
            claimed_at: shape.claimed_at.0,
            complete_by: shape.complete_by.0,
            wish: shape.wish.0,
            failure: shape.failure.map(Into::into),
            order: shape.order.map(|id| id.0),
        }
    }
}
