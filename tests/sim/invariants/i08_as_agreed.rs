//! I8: the order's total adds up, and is what the buyer agreed to.

use cashwrap::ports::Record;

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant.
pub struct AsAgreed;

impl Invariant for AsAgreed {
    fn name(&self) -> &'static str {
        "I8"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        let Fact::Committed(committed) = fact else { return Ok(()) };
        for write in &committed.unit.writes {
            let Record::Order(order) = &write.row else { continue };
            if write.expected > 0 {
                continue;
            }
            let placements = committed.unit.writes.iter().filter_map(|write| match &write.row {
                Record::Placement(placement) => Some(placement),
                _ => None,
            });
            let agreed = placements.into_iter().any(|placement| placement.digest == order.quoted.digest);
            hold(agreed && order.quoted.quote.check().is_ok(), || {
                format!("{} is not what the buyer agreed to", order.id)
            })?;
            let due = order.quoted.quote.totals.total;
            let asked: i64 = order
                .payments
                .iter()
                .filter_map(|id| scene.book.payment(&id.to_string()))
                .map(|payment| payment.amount.minor)
                .sum();
            let first =
                scene.book.payment(&order.payments.first().map(ToString::to_string).unwrap_or_default());
            hold(first.is_none() || asked == due.minor, || {
                format!("{}: {asked} asked for, and {due} due", order.id)
            })?;
        }
        Ok(())
    }
}
