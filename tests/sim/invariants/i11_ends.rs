//! I11: every unfinished intent ends; NEEDS_REVIEW counts as ended here.

use cashwrap::ports::Record;
use cashwrap::ports::store::Kind;
use cashwrap::store::memory::Dump;

use super::{Held, Invariant, Scene, hold};

/// The invariant.
pub struct Ends;

impl Invariant for Ends {
    fn name(&self) -> &'static str {
        "I11"
    }

    fn end(&mut self, scene: &Scene<'_>, dump: &Dump) -> Held {
        let due: Vec<_> = dump.due().collect();
        hold(due.is_empty(), || format!("something is still due: {due:?}"))?;
        for (_, known) in scene.book.rows_of(Kind::Placement) {
            let Record::Placement(placement) = &known.record else { continue };
            let review = placement.payments.iter().any(|id| {
                scene
                    .book
                    .payment(&id.to_string())
                    .is_some_and(cashwrap::domain::payment::Payment::needs_review)
            });
            hold(placement.state.terminal() || review, || {
                let payments: Vec<_> =
                    placement.payments.iter().map(|id| scene.book.payment(&id.to_string())).collect();
                format!("{} never ended: {placement:#?} {payments:#?}", placement.id)
            })?;
        }
        for payment in scene.book.payments() {
            let open = payment.attempts.iter().find(|each| !each.needs_review && each.open().is_some());
            hold(open.is_none(), || format!("{} is left open: {open:#?}", payment.id))?;
        }
        Ok(())
    }
}
