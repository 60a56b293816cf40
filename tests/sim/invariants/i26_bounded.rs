//! I26: attempts and operations of a payment are bounded.

use cashwrap::ports::Record;

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant.
pub struct Bounded;

/// Operations of one attempt, at most: what a back office asks for, and a void for each round of the schedule.
const OPERATIONS: usize = 40;

impl Invariant for Bounded {
    fn name(&self) -> &'static str {
        "I26"
    }

    fn see(&mut self, fact: &Fact<'_>, _scene: &Scene<'_>) -> Held {
        let Fact::Committed(committed) = fact else { return Ok(()) };
        for write in &committed.unit.writes {
            let Record::Payment(payment) = &write.row else { continue };
            let attempts = payment.attempts.len() <= payment.routes.len();
            let operations = payment.attempts.iter().all(|each| each.operations.len() <= OPERATIONS);
            hold(attempts && operations, || format!("too much of {payment:#?}"))?;
        }
        Ok(())
    }
}
