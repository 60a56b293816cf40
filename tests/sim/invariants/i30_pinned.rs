//! I30: nothing changes the account of an attempt that was begun, or the kind and amount of an operation.

use cashwrap::ports::Record;

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant.
pub struct Pinned;

impl Invariant for Pinned {
    fn name(&self) -> &'static str {
        "I30"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        let Fact::Committed(committed) = fact else { return Ok(()) };
        for write in &committed.unit.writes {
            let (Record::Payment(is), Some(Record::Payment(was))) = (&write.row, scene.book.row(&write.key))
            else {
                continue;
            };
            let same = was.amount == is.amount
                && was.attempts.iter().zip(&is.attempts).all(|(was, is)| {
                    was.id == is.id
                        && was.account == is.account
                        && (was.object.is_none() || was.object == is.object)
                        && was.operations.iter().zip(&is.operations).all(|(was, is)| {
                            (was.id, was.kind, was.amount_minor) == (is.id, is.kind, is.amount_minor)
                        })
                });
            hold(same, || format!("{} changed what it had begun", is.id))?;
        }
        Ok(())
    }
}
