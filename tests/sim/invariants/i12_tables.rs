//! I12: states change by the published tables only, and each write is the next version.

use cashwrap::domain::payment::Payment;
use cashwrap::domain::placement::PlacementState;
use cashwrap::ports::Record;

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant.
pub struct Tables;

impl Invariant for Tables {
    fn name(&self) -> &'static str {
        "I12"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        let Fact::Committed(committed) = fact else { return Ok(()) };
        for write in &committed.unit.writes {
            let known = scene.book.version(&write.key);
            let stands = committed.dump.rows.get(&write.key).map_or(0, |row| row.head.version);
            let before = scene.book.row(&write.key);
            // What had a life is made anew once the store has swept it.
            let anew = write.expected == 0
                && matches!(before, Some(Record::CardBook(book)) if book.void_at().is_some());
            hold(stands == write.expected + 1 && (anew || known == write.expected), || {
                format!("{:?} went from version {known} to {stands}", write.key)
            })?;
            let Some(before) = before else { continue };
            let allowed = match (before, &write.row) {
                (Record::Cart(was), Record::Cart(is)) => {
                    was.state == is.state || was.state.may_become(is.state)
                }
                (Record::Checkout(was), Record::Checkout(is)) => {
                    was.state == is.state || was.state.may_become(is.state)
                }
                // One commit may hold several steps: what may be resumed may go on from there.
                (Record::Placement(was), Record::Placement(is)) => {
                    (was.state == is.state && !was.state.terminal())
                        || was.state.may_become(is.state)
                        || was.state == PlacementState::AwaitingAction
                }
                (Record::Payment(was), Record::Payment(is)) => by_the_table(was, is),
                _ => true,
            };
            hold(allowed, || format!("no table has this: {before:#?} became {:#?}", write.row))?;
        }
        Ok(())
    }
}

fn by_the_table(was: &Payment, is: &Payment) -> bool {
    was.attempts.len() <= is.attempts.len()
        && was.attempts.iter().zip(&is.attempts).all(|(was, is)| {
            was.operations.len() <= is.operations.len()
                && (was.state.may_become(&is.state) || reachable(was.state.as_str(), &is.state))
                && was.operations.iter().zip(&is.operations).all(|(was, is)| {
                    was.state == is.state || was.state.may_become(is.state) || !was.state.ended()
                })
        })
}

/// One commit may hold several steps; an end is left by its published edge alone.
fn reachable(from: &str, to: &cashwrap::domain::payment::AttemptState) -> bool {
    let ends = ["REFUNDED", "LATE_VOIDED", "LATE_REFUNDED"];
    let late = ["VOIDED", "DECLINED", "NOT_SENT", "CONFIRMED_ABSENT"];
    !ends.contains(&from) && (!late.contains(&from) || to.as_str().starts_with("LATE_"))
}
