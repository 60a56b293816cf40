//! Opening a session on a cart: the flow is chosen and pinned.

use std::sync::Arc;

use bytes::Bytes;

use super::super::error::{Error, Reason};
use super::super::giving_up::Editable;
use super::super::house::House;
use super::super::mutation::{Change, Mutation};
use super::edit::Edit;
use super::rows::cart_of;
use super::show::EncodeCheckout;
use crate::domain::cart::{Cart, CartState};
use crate::domain::checkout::{Checkout, CheckoutState, Context, Customer, Details, FlowPin};
use crate::domain::flow::{CustomerKind, Shopper, choose};
use crate::domain::ids::{CartId, CheckoutId, StoreId};
use crate::ports::Record;
use crate::ports::store::{Key, Kind, Snapshot};

/// What a new session starts with.
#[derive(Debug, Clone)]
pub struct NewCheckout {
    /// Its id.
    pub id: CheckoutId,
    /// The cart.
    pub cart: CartId,
    /// What the buyer shops with.
    pub context: Context,
    /// What is known of the buyer already.
    pub edit: Edit,
}

impl House {
    /// Opens a session on a cart and chooses its flow.
    pub async fn create_checkout(
        &self,
        mutation: &Mutation,
        new: &NewCheckout,
        encode: EncodeCheckout<'_>,
    ) -> Result<Bytes, Error> {
        self.store(&mutation.store)?;
        let keys = [Key::new(&mutation.store, Kind::Cart, new.cart)];
        let step = |snapshot: Arc<Snapshot<Record>>| async move {
            let snapshot = &*snapshot;
            let cart = cart_of(&mutation.store, new.cart, snapshot)?;
            let Editable { cart, gives_up, .. } = Editable::of(cart, snapshot);
            let checkout = self.open_session(&mutation.store, new, &cart).await?;
            let records = vec![Record::Checkout(Box::new(checkout))];
            Ok(Change { records, gives_up, ..Change::default() })
        };
        self.mutate_seen(mutation, &keys, step, |shown, seen| self.encode_view(shown, seen, encode)).await
    }

    pub(super) async fn open_session(
        &self,
        store: &StoreId,
        new: &NewCheckout,
        cart: &Cart,
    ) -> Result<Checkout, Error> {
        may_be_checked_out(cart)?;
        let customer = customer_of(&new.context.customer, cart)?;
        let now = self.engine.clock.now();
        let shopper = Shopper {
            device: new.context.device,
            channel: new.context.channel,
            store: store.clone(),
            customer: customer.kind,
            cart_total: cart.subtotal().map_err(crate::domain::cart::CartError::from)?,
            skus: cart.lines.iter().map(|line| line.sku().clone()).collect(),
            tags: cart
                .lines
                .iter()
                .flat_map(|line| line.product.tags.iter())
                .filter_map(|tag| tag.parse().ok())
                .collect(),
            now,
        };
        let chosen = choose(&self.flows, &shopper).ok_or_else(|| {
            Error::new(
                Reason::NoFlow,
                "no flow of this store matches this buyer: operators see why with `cashwrap flow explain`",
            )
        })?;
        let flow = self.flow(&chosen.flow, chosen.version)?;
        let mut checkout = Checkout {
            id: new.id,
            store: store.clone(),
            cart: cart.id,
            state: CheckoutState::Open,
            context: Context {
                region: first_of(&new.context.region, &cart.region),
                language: first_of(&new.context.language, &cart.language),
                customer,
                ..new.context.clone()
            },
            flow: FlowPin { id: chosen.flow, version: chosen.version, matched_rule: chosen.matched_rule },
            details: Details::default(),
            currency: cart.currency,
            lines: cart.lines.clone(),
            coupons: cart.coupons.clone(),
            codes_left_out: Vec::new(),
            quoted: None,
            placement: None,
            action: None,
            last_failure: None,
            failed_payment: None,
            order: None,
            abandoned_at: None,
            created_at: now,
            updated_at: now,
        };
        self.edit(&mut checkout, flow, &new.edit).await?;
        Ok(checkout)
    }
}

/// Whether a session may be opened on a cart.
fn may_be_checked_out(cart: &Cart) -> Result<(), Error> {
    match cart.state {
        CartState::Open => {}
        CartState::Ordered => return Err(Error::already_ordered(&cart.store, cart.order)),
        CartState::Expired => crate::domain::cart::open(cart)?,
        CartState::Locked => {
            return Err(Error::new(
                Reason::CartNotOpen,
                "the cart is locked by a placement: wait until it has ended",
            ));
        }
        CartState::Deleted => return Err(Error::not_found("cart")),
    }
    if cart.lines.is_empty() {
        return Err(Error::of_field(
            Reason::CartEmpty,
            "cart.lines",
            "are none: add something to the cart first",
        ));
    }
    Ok(())
}

/// Who buys: whom the call names, else the cart's customer, for whom somebody vouched when it was created.
fn customer_of(stated: &Customer, cart: &Cart) -> Result<Customer, Error> {
    match (&stated.id, &cart.customer) {
        (None, Some(id)) => {
            let kind = match stated.kind {
                CustomerKind::Guest => CustomerKind::Registered,
                kind @ (CustomerKind::Registered | CustomerKind::Repeat) => kind,
            };
            Ok(Customer { id: Some(id.clone()), kind })
        }
        (Some(stated), Some(held)) if stated != held => Err(Error::field(
            "context.customer.id",
            "is not the customer of the cart: leave it out, or check out a cart of this customer",
        )),
        _ => Ok(stated.clone()),
    }
}

fn first_of(given: &str, otherwise: &str) -> String {
    if given.is_empty() { otherwise.to_owned() } else { given.to_owned() }
}
