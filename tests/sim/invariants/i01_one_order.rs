//! I1: at most one order per checkout, and per cart.

use std::collections::BTreeMap;

use cashwrap::domain::ids::{CartId, CheckoutId, OrderId};
use cashwrap::ports::Record;

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant, and the orders so far.
#[derive(Default)]
pub struct OneOrder {
    of_checkout: BTreeMap<CheckoutId, OrderId>,
    of_cart: BTreeMap<CartId, OrderId>,
}

impl Invariant for OneOrder {
    fn name(&self) -> &'static str {
        "I1"
    }

    fn see(&mut self, fact: &Fact<'_>, _scene: &Scene<'_>) -> Held {
        let Fact::Committed(committed) = fact else { return Ok(()) };
        for write in &committed.unit.writes {
            let Record::Order(order) = &write.row else { continue };
            let checkout = *self.of_checkout.entry(order.checkout).or_insert(order.id);
            let cart = *self.of_cart.entry(order.cart).or_insert(order.id);
            hold(checkout == order.id && cart == order.id, || {
                format!("{} and {checkout} are orders of one checkout or cart", order.id)
            })?;
        }
        Ok(())
    }
}
