//! Payments.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::amount::Stated;
use super::attempt::AttemptShape;
use super::card_book::TenderCardShape;
use super::routing::RoutedShape;
use super::scalar::{Bytes, Text, Version, Word, of_texts, shapes, texts, values};
use crate::domain::flow::Routed;
use crate::domain::ids::{AccountId, CheckoutId, OrderId, PaymentId, PlacementId, StoreId};
use crate::domain::payment::aggregate::{CapturePolicy, Skipped};
use crate::domain::payment::{Goal, Instrument, NotSent, Payment};

/// A payment. What its attempts call minor is in the currency of its amount.
#[derive(Serialize, Deserialize)]
pub(super) struct PaymentShape {
    v: Version,
    id: Text<PaymentId>,
    store: Text<StoreId>,
    placement: Text<PlacementId>,
    checkout: Text<CheckoutId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Text<OrderId>>,
    amount: Stated,
    routes: Vec<Text<AccountId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    routing: Option<RoutedShape>,
    instruments: Vec<InstrumentShape>,
    #[serde(default, skip_serializing_if = "TenderCardShape::is_unknown")]
    card: TenderCardShape,
    capture_policy: Word<CapturePolicy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    action_window_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_url: Option<String>,
    claimed_at: Text<Timestamp>,
    place_by: Text<Timestamp>,
    goal: Word<Goal>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<SkippedShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attempts: Vec<AttemptShape>,
}

/// A sealed token.
#[derive(Serialize, Deserialize)]
struct InstrumentShape {
    account: Text<AccountId>,
    sealed_token: Bytes<Vec<u8>>,
}

impl From<&Instrument> for InstrumentShape {
    fn from(instrument: &Instrument) -> Self {
        let Instrument { account, token } = instrument.clone();
        Self { account: Text(account), sealed_token: Bytes(token) }
    }
}

impl From<InstrumentShape> for Instrument {
    fn from(shape: InstrumentShape) -> Self {
        Self { account: shape.account.0, token: shape.sealed_token.0 }
    }
}

/// An account that was passed over.
#[derive(Serialize, Deserialize)]
struct SkippedShape {
    account: Text<AccountId>,
    reason: Word<NotSent>,
    at: Text<Timestamp>,
}

impl From<&Skipped> for SkippedShape {
    fn from(skipped: &Skipped) -> Self {
        let Skipped { account, reason, at } = skipped.clone();
        Self { account: Text(account), reason: Word(reason), at: Text(at) }
    }
}

impl From<SkippedShape> for Skipped {
    fn from(shape: SkippedShape) -> Self {
        Self { account: shape.account.0, reason: shape.reason.0, at: shape.at.0 }
    }
}

impl From<&Payment> for PaymentShape {
    fn from(payment: &Payment) -> Self {
        let Payment {
            id,
            store,
            placement,
            checkout,
            order,
            amount,
            routes,
            routing,
            instruments,
            card,
            capture_policy,
            action_window,
            return_url,
            claimed_at,
            place_by,
            goal,
            skipped,
            attempts,
        } = payment;
        Self {
            v: Version,
            id: Text(*id),
            store: Text(store.clone()),
            placement: Text(*placement),
            checkout: Text(*checkout),
            order: order.map(Text),
            amount: (*amount).into(),
            routes: texts(routes),
            routing: routing.as_ref().map(RoutedShape::from),
            instruments: shapes(instruments),
            card: card.into(),
            capture_policy: Word(*capture_policy),
            action_window_seconds: action_window.map(|window| window.as_secs()),
            return_url: return_url.clone(),
            claimed_at: Text(*claimed_at),
            place_by: Text(*place_by),
            goal: Word(*goal),
            skipped: shapes(skipped),
            attempts: shapes(attempts),
        }
    }
}

impl From<PaymentShape> for Payment {
    fn from(shape: PaymentShape) -> Self {
        Self {
            id: shape.id.0,
            store: shape.store.0,
            placement: shape.placement.0,
            checkout: shape.checkout.0,
            order: shape.order.map(|id| id.0),
            amount: shape.amount.into(),
            routes: of_texts(shape.routes),
            routing: shape.routing.map(Routed::from),
            instruments: values(shape.instruments),
            card: shape.card.into(),
            capture_policy: shape.capture_policy.0,
            action_window: shape.action_window_seconds.map(Duration::from_secs),
            return_url: shape.return_url,
            claimed_at: shape.claimed_at.0,
            place_by: shape.place_by.0,
            goal: shape.goal.0,
            skipped: values(shape.skipped),
            attempts: values(shape.attempts),
        }
    }
}
