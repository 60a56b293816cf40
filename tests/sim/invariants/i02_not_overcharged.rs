//! I2: what is kept over all gateways never passes what was asked for, there is one capture per tender, and once
//! an order says that it is paid, its total was taken.

use cashwrap::domain::ids::AccountId;
use cashwrap::domain::order::PaymentState;
use cashwrap::ports::Record;
use cashwrap::ports::store::Kind;
use cashwrap::store::memory::Dump;

use super::{Fact, Held, Invariant, Scene, hold};
use crate::gateways::Ledger;
use crate::gateways::object::Object;

/// The invariant.
pub struct NotOvercharged;

/// What the gateways hold of a payment.
pub fn objects<'a>(
    scene: &'a Scene<'_>,
    reference: &'a str,
) -> impl Iterator<Item = (&'a AccountId, &'a Object)> {
    scene.tills.iter().flat_map(move |(account, till): (&AccountId, &Ledger)| {
        till.of(reference).map(move |object| (account, object))
    })
}

impl Invariant for NotOvercharged {
    fn name(&self) -> &'static str {
        "I2"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        let Fact::Executed { account, reference } = fact else { return Ok(()) };
        let Some(payment) = scene.book.payment(reference) else {
            return Err(format!("{reference} reached {account} and is no payment of ours"));
        };
        let kept: i64 = objects(scene, reference).map(|(_, object)| object.kept()).sum();
        let captures: usize = objects(scene, reference).map(|(_, object)| object.captures.len()).sum();
        hold(kept <= payment.amount.minor && captures <= 1, || {
            format!("{reference}: {kept} kept of {} in {captures} captures", payment.amount)
        })
    }

    fn end(&mut self, scene: &Scene<'_>, _dump: &Dump) -> Held {
        for (_, known) in scene.book.rows_of(Kind::Order) {
            let Record::Order(order) = &known.record else { continue };
            let captured: i64 = order
                .payments
                .iter()
                .flat_map(|payment| {
                    let reference = payment.to_string();
                    objects(scene, &reference).map(|(_, object)| object.captured()).collect::<Vec<_>>()
                })
                .sum();
            let total = order.quoted.quote.totals.total.minor;
            hold(order.payment_state != PaymentState::Paid || captured == total, || {
                format!("{} is PAID, and {captured} of {total} were captured", order.id)
            })?;
        }
        Ok(())
    }
}
