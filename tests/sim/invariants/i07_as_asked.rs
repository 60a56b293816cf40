//! I7: no order rests on a hold of another amount, currency or reference than was asked for.

use cashwrap::domain::payment::AttemptState;
use cashwrap::ports::Record;

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant.
pub struct AsAsked;

impl Invariant for AsAsked {
    fn name(&self) -> &'static str {
        "I7"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        let Fact::Committed(committed) = fact else { return Ok(()) };
        for write in &committed.unit.writes {
            let Record::Payment(payment) = &write.row else { continue };
            for attempt in payment.attempts.iter().filter(|each| each.state == AttemptState::Authorised) {
                let Some(id) = &attempt.object else { continue };
                let objects = scene.tills.get(&attempt.account).map(crate::gateways::Ledger::objects);
                let object = objects.into_iter().flatten().find(|object| object.id == *id);
                hold(object.is_some_and(|object| !object.wrong) || attempt.needs_review, || {
                    format!("{} rests on what was not asked for: {object:?}", attempt.id)
                })?;
            }
        }
        Ok(())
    }
}
