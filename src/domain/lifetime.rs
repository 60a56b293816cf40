//! How long carts and open checkouts live, and what the end of a wait makes of them.
//!
//! Every activity on a row starts its life anew; the row itself says when the last one was, so that a timer that
//! comes early, late or twice decides the same. What a placement holds, or an order was made of, is left alone.

use std::time::Duration;

use jiff::Timestamp;

use super::cart::{Cart, CartState};
use super::checkout::{Checkout, CheckoutState};
use super::payment::policy::after;

/// A placement that runs is looked at again after this long; it ends in minutes, or waits for an operator.
const WHILE_PLACING: Duration = Duration::from_hours(1);

/// How long carts and checkouts of a store live after their last change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// A cart without lines.
    pub empty_cart: Duration,
    /// A guest's cart.
    pub guest_cart: Duration,
    /// A known customer's cart.
    pub customer_cart: Duration,
    /// An open checkout.
    pub checkout: Duration,
    /// An open checkout counts as abandoned after this long; shorter than its life.
    pub abandoned_after: Duration,
}

/// What becomes of a row whose timer came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn<T> {
    /// Nothing yet: look again after this long.
    Wait(Duration),
    /// This, and then it is looked at again after this long, or never.
    Becomes(Box<T>, Option<Duration>),
    /// Nothing any more.
    Over,
}

impl Lifetimes {
    /// How long `cart` lives after its last change.
    pub const fn of_cart(&self, cart: &Cart) -> Duration {
        if cart.lines.is_empty() {
            self.empty_cart
        } else if cart.customer.is_some() {
            self.customer_cart
        } else {
            self.guest_cart
        }
    }

    /// What becomes of a cart now: expired when it was left alone for its life.
    pub fn cart(&self, cart: &Cart, now: Timestamp) -> Turn<Cart> {
        match cart.state {
            CartState::Open => {
                let left = until(after(cart.updated_at, self.of_cart(cart)), now);
                if left.is_zero() {
                    let expired = Cart { state: CartState::Expired, updated_at: now, ..cart.clone() };
                    Turn::Becomes(Box::new(expired), None)
                } else {
                    Turn::Wait(left)
                }
            }
            CartState::Locked => Turn::Wait(WHILE_PLACING),
            CartState::Ordered | CartState::Deleted | CartState::Expired => Turn::Over,
        }
    }

    /// What becomes of a checkout now: abandoned, once, where somebody can be reached and could still order; and
    /// expired at the end of its life, which leaves its cart open.
    pub fn checkout(&self, checkout: &Checkout, cart: Option<&Cart>, now: Timestamp) -> Turn<Checkout> {
        match checkout.state {
            CheckoutState::Open => {}
            CheckoutState::Placing | CheckoutState::AwaitingAction => return Turn::Wait(WHILE_PLACING),
            CheckoutState::Completed | CheckoutState::Cancelled | CheckoutState::Expired => {
                return Turn::Over;
            }
        }
        let left = until(after(checkout.updated_at, self.checkout), now);
        if left.is_zero() {
            let expired = Checkout { state: CheckoutState::Expired, updated_at: now, ..checkout.clone() };
            return Turn::Becomes(Box::new(expired), None);
        }
        let reached = checkout
            .details
            .contact
            .as_ref()
            .is_some_and(|contact| !contact.email.is_empty() || !contact.phone.is_empty());
        let usable = cart.filter(|cart| !cart.lines.is_empty()).map(|cart| cart.state);
        if checkout.abandoned_at.is_some() || !reached {
            return Turn::Wait(left);
        }
        let quiet = until(after(checkout.updated_at, self.abandoned_after), now);
        match usable {
            Some(CartState::Open) if quiet.is_zero() => {
                // The last change stays what it was: the buyer made it.
                let abandoned = Checkout { abandoned_at: Some(now), ..checkout.clone() };
                Turn::Becomes(Box::new(abandoned), Some(left))
            }
            Some(CartState::Open) => Turn::Wait(quiet.min(left)),
            // Another checkout of the cart is being placed; it may fail.
            Some(CartState::Locked) => Turn::Wait(WHILE_PLACING.min(left)),
            Some(CartState::Ordered | CartState::Deleted | CartState::Expired) | None => Turn::Wait(left),
        }
    }
}

/// How long until `end`; zero when it is there.
fn until(end: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(end.duration_since(now)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
