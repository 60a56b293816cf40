//! The ledgers against the orders. The ledgers were written by other processes than the server, so what both say
//! is what happened.

use std::collections::BTreeSet;

use super::ledger::{Intent, Ledger};

/// What an order says of its money, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Sold {
    /// The order's name.
    pub(in crate::cli) name: String,
    /// What it costs.
    pub(in crate::cli) total: i64,
    /// What was taken for it, less what was given back.
    pub(in crate::cli) taken: i64,
    /// Whether it says that it is paid.
    pub(in crate::cli) paid: bool,
    /// The ids of its payments, which the gateways know as references.
    pub(in crate::cli) payments: Vec<String>,
}

/// Everything in which ledgers and orders differ; nothing where all is well.
pub(in crate::cli) fn audit(orders: &[Sold], ledgers: &[(&str, Ledger)]) -> Vec<String> {
    let known: BTreeSet<&str> =
        orders.iter().flat_map(|order| order.payments.iter().map(String::as_str)).collect();
    let mut problems = Vec::new();
    for (account, ledger) in ledgers {
        let stray = |intent: &&Intent| !intent.reference.as_deref().is_some_and(|of| known.contains(of));
        for intent in ledger.intents.iter().filter(stray) {
            let left = intent.captured.saturating_sub(intent.refunded);
            if left != 0 || intent.held != 0 {
                problems.push(format!(
                    "{account} took {left} and holds {} by {} for no order",
                    intent.held, intent.id
                ));
            }
        }
    }
    problems.extend(orders.iter().flat_map(|order| of_order(order, ledgers)));
    problems
}

fn of_order(order: &Sold, ledgers: &[(&str, Ledger)]) -> Vec<String> {
    let mut problems = Vec::new();
    let ours = ledgers.iter().flat_map(|(_, ledger)| &ledger.intents).filter(|intent| {
        intent.reference.as_ref().is_some_and(|reference| order.payments.contains(reference))
    });
    let (mut taken, mut held) = (0_i64, 0_i64);
    for intent in ours {
        taken = taken.saturating_add(intent.captured).saturating_sub(intent.refunded);
        held = held.saturating_add(intent.held);
    }
    let Sold { name, total, .. } = order;
    if taken != order.taken {
        problems.push(format!("{name} says that {} was taken, the ledgers {taken}", order.taken));
    }
    if order.paid && taken != *total {
        problems.push(format!("{name} of {total} is paid, and {taken} was taken"));
    }
    if taken.saturating_add(held) != *total {
        problems.push(format!("{name} costs {total}; {taken} was taken and {held} is held"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(total: i64, taken: i64) -> Sold {
        Sold {
            name: "orders/1".to_owned(),
            total,
            taken,
            paid: total == taken,
            payments: vec!["pay_1".to_owned()],
        }
    }

    fn ledger(intents: &[(&str, i64, i64, i64)]) -> Ledger {
        let intent = |&(reference, held, captured, refunded): &(&str, i64, i64, i64)| Intent {
            id: "pi_1".to_owned(),
            reference: (!reference.is_empty()).then(|| reference.to_owned()),
            held,
            captured,
            refunded,
            ..Intent::default()
        };
        Ledger { intents: intents.iter().map(intent).collect() }
    }

    fn problems(
        orders: &[Sold],
        primary: &[(&str, i64, i64, i64)],
        backup: &[(&str, i64, i64, i64)],
    ) -> usize {
        audit(orders, &[("primary", ledger(primary)), ("backup", ledger(backup))]).len()
    }

    #[test]
    fn an_order_that_is_held_or_taken_once_at_one_gateway_is_well() {
        assert_eq!(problems(&[order(500, 500)], &[("pay_1", 0, 500, 0)], &[]), 0);
        assert_eq!(problems(&[order(500, 0)], &[("pay_1", 0, 0, 0)], &[("pay_1", 500, 0, 0)]), 0);
        assert_eq!(problems(&[], &[("pay_2", 0, 300, 300)], &[("", 0, 0, 0)]), 0);
    }

    #[test]
    fn a_charge_without_an_order_is_told() {
        assert_eq!(problems(&[], &[("pay_1", 0, 500, 0)], &[]), 1);
        assert_eq!(problems(&[], &[], &[("", 1, 0, 0)]), 1);
    }

    #[test]
    fn an_order_that_was_charged_twice_or_not_at_all_is_told() {
        assert_eq!(problems(&[order(500, 0)], &[("pay_1", 500, 0, 0)], &[("pay_1", 500, 0, 0)]), 1);
        assert_eq!(problems(&[order(500, 0)], &[], &[]), 1);
    }

    #[test]
    fn an_order_that_says_another_amount_than_the_ledgers_is_told() {
        // The order says 500 and is paid; 499 was taken: three sentences are wrong.
        assert_eq!(problems(&[order(500, 500)], &[("pay_1", 0, 499, 0)], &[]), 3);
    }
}
