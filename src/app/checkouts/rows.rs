//! The rows of a session out of what was read, and what forbids to change them.

use super::super::error::{Error, Reason};
use crate::domain::cart::{Cart, CartState};
use crate::domain::checkout::{Checkout, CheckoutState};
use crate::domain::ids::{CartId, StoreId};
use crate::domain::placement::{Placement, Wish};
use crate::ports::Record;
use crate::ports::store::{Key, Kind, Snapshot};

/// The session that stands under `key`, with the count of its events.
pub(in crate::app) fn checkout_of(key: &Key, snapshot: &Snapshot<Record>) -> Result<(Checkout, u64), Error> {
    match snapshot.rows.get(key) {
        Some(row) => match &row.row {
            Record::Checkout(checkout) => Ok(((**checkout).clone(), row.sequence)),
            _ => Err(Error::not_found("checkout")),
        },
        None => Err(Error::not_found("checkout")),
    }
}

/// The cart that was read along.
pub(in crate::app) fn cart_of(
    store: &StoreId,
    id: CartId,
    snapshot: &Snapshot<Record>,
) -> Result<Cart, Error> {
    match cart_beside(store, id, snapshot) {
        Some(cart) if cart.state != CartState::Deleted => Ok(cart.clone()),
        _ => Err(Error::not_found("cart")),
    }
}

/// The cart of a session, whatever became of it: a session outlives a cart that was deleted.
pub(in crate::app) fn cart_beside<'a>(
    store: &StoreId,
    id: CartId,
    snapshot: &'a Snapshot<Record>,
) -> Option<&'a Cart> {
    match snapshot.rows.get(&Key::new(store, Kind::Cart, id)).map(|row| &row.row) {
        Some(Record::Cart(cart)) => Some(cart),
        _ => None,
    }
}

/// The cart of a session that is about to be changed or placed. One that is gone is no missing name: the session
/// was named, and stands.
pub(in crate::app) fn cart_at_hand(checkout: &Checkout, snapshot: &Snapshot<Record>) -> Result<Cart, Error> {
    match cart_beside(&checkout.store, checkout.cart, snapshot) {
        Some(cart) if cart.state != CartState::Deleted => Ok(cart.clone()),
        _ => Err(Error::new(
            Reason::CartNotOpen,
            "the cart of this checkout was deleted: open a checkout of another cart",
        )
        .with("state", CartState::Deleted.as_str().to_owned())),
    }
}

/// Refuses a cart of which this session can no longer be placed, with what to do instead.
pub(in crate::app) fn usable(cart: &Cart) -> Result<(), Error> {
    match cart.state {
        CartState::Open | CartState::Locked => Ok(()),
        CartState::Ordered => Err(Error::already_ordered(&cart.store, cart.order)),
        CartState::Deleted | CartState::Expired => {
            let state = cart.state.as_str();
            let message = format!("the cart of this checkout is {state}: open a checkout of another cart");
            Err(Error::new(Reason::CartNotOpen, message).with("state", state.to_owned()))
        }
    }
}

/// The session's placement with another wish.
pub(super) fn wished(
    checkout: &Checkout,
    snapshot: &Snapshot<Record>,
    wish: Wish,
) -> Result<Placement, Error> {
    let id = checkout.placement.ok_or_else(super::super::mutation::conflict)?;
    match snapshot.rows.get(&Key::new(&checkout.store, Kind::Placement, id)).map(|row| &row.row) {
        Some(Record::Placement(placement)) => Ok(Placement { wish, ..(**placement).clone() }),
        _ => Err(super::super::mutation::conflict()),
    }
}

/// Refuses a session that cannot be changed, with what to do instead.
pub(in crate::app) fn open(checkout: &Checkout) -> Result<(), Error> {
    let remedy = match checkout.state {
        CheckoutState::Open => return Ok(()),
        CheckoutState::Placing => "wait until its placement has ended, or cancel it",
        CheckoutState::AwaitingAction => "finish the payment, or wait a moment and try again",
        CheckoutState::Completed => return Err(Error::already_ordered(&checkout.store, checkout.order)),
        CheckoutState::Cancelled | CheckoutState::Expired => "open another checkout of the cart",
    };
    let state = checkout.state.as_str();
    let message = format!("the checkout is {state} and cannot be changed: {remedy}");
    Err(Error::new(Reason::CheckoutNotOpen, message).with("state", state.to_owned()))
}
