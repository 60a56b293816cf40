//! The gateways' ledgers against the orders: per order everything is taken, or nothing, or it was given back.

use std::collections::{BTreeMap, BTreeSet};

use cashwrap::proto::cashwrap::v1::OrderPaymentState as State;

use super::Findings;
use crate::support::witness::{Charge, OrderSeen};

impl Findings {
    /// What is wrong with a charge by itself.
    pub(super) fn ledgers(
        &mut self,
        orders: &[OrderSeen],
        payments: &BTreeMap<String, String>,
        charges: &[Charge],
    ) {
        let held_for_goods: BTreeSet<&str> = orders
            .iter()
            .filter(|order| order.state == State::Authorised)
            .flat_map(|order| order.payments.iter().map(String::as_str))
            .collect();
        for charge in charges {
            if charge.authorised > 0 && !payments.contains_key(&charge.reference) {
                self.double.push(format!("unknown to us: {charge:?}"));
            }
            if charge.captures() > 1 {
                self.double.push(format!("captured twice: {charge:?}"));
            }
            if charge.held > 0 && !held_for_goods.contains(charge.reference.as_str()) {
                self.stuck.push(format!("still held: {charge:?}"));
            }
        }
    }

    /// What is wrong with an order's charges together.
    pub(super) fn orders(
        &mut self,
        orders: &[OrderSeen],
        payments: &BTreeMap<String, String>,
        charges: &[Charge],
    ) {
        let mut of: BTreeMap<&str, Vec<&Charge>> = BTreeMap::new();
        for charge in charges.iter().filter(|charge| charge.captured > 0 || charge.held > 0) {
            let checkout = payments.get(&charge.reference).map_or("unknown", String::as_str);
            of.entry(checkout).or_default().push(charge);
        }
        for order in orders {
            let moved = of.remove(order.checkout.as_str()).unwrap_or_default();
            match moved.as_slice() {
                [] if order.state == State::Voided && order.captured_minor == 0 => {}
                [charge] if order.payments != [charge.reference.clone()] => {
                    self.double.push(format!("paid by a payment that is not its own: {order:?} {charge:?}"));
                }
                [charge] if agrees(order, charge) => {}
                [] | [_] => self.stuck.push(format!("not paid as agreed: {order:?} {moved:?}")),
                _ => self.double.push(format!("charged twice: {order:?} {moved:?}")),
            }
        }
        // A second order of a checkout finds its charge taken by the first, and this finds what has no order.
        self.double.extend(of.into_values().map(|moved| format!("without an order: {moved:?}")));
    }
}

/// Whether the one charge of an order is what its state says.
fn agrees(order: &OrderSeen, charge: &Charge) -> bool {
    let total = order.total_minor;
    let theirs = (charge.captured, charge.refunded, charge.held);
    let ours = (order.captured_minor, order.refunded_minor);
    match order.state {
        State::Paid => theirs == (total, 0, 0) && ours == (total, 0),
        State::Refunded => theirs == (total, total, 0) && ours == (total, total),
        State::Authorised => theirs == (0, 0, total) && ours == (0, 0),
        _ => false,
    }
}
