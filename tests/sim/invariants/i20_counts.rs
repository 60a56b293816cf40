//! I20 and I21: what is held and used of stock and codes never passes the limit, is what the placements hold and
//! used, and each hold is consumed or given back exactly once.

use std::collections::BTreeMap;

use cashwrap::domain::placement::PlacementState;
use cashwrap::ports::Record;
use cashwrap::store::memory::Dump;

use super::{Fact, Held, Invariant, Scene, hold};
use crate::world::shop::store_id;

/// The invariant, and what placements hold and used, by counter.
#[derive(Default)]
pub struct Counts {
    counted: BTreeMap<String, (i64, i64)>,
}

impl Invariant for Counts {
    fn name(&self) -> &'static str {
        "I20"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        let Fact::Committed(committed) = fact else { return Ok(()) };
        for write in &committed.unit.writes {
            let Record::Placement(placement) = &write.row else { continue };
            let before = match scene.book.row(&write.key) {
                Some(Record::Placement(before)) => Some(before.state),
                _ => None,
            };
            for each in &placement.holds {
                let counted = self.counted.entry(each.counter.clone()).or_default();
                let quantity = i64::from(each.quantity);
                if before.is_none() {
                    counted.0 += quantity;
                }
                let ends = placement.state.terminal() && before.is_none_or(|before| !before.terminal());
                if ends {
                    counted.0 -= quantity;
                    counted.1 += if placement.state == PlacementState::Completed { quantity } else { 0 };
                }
            }
        }
        for name in committed.unit.counters.iter().map(|change| &change.name) {
            let Some(stands) = committed.dump.counters.get(&(store_id(), name.clone())) else {
                return Err(format!("{name} is no counter"));
            };
            let counted = self.counted.get(name).copied().unwrap_or_default();
            hold(stands.held + stands.used <= stands.limit, || format!("{name} is oversold: {stands:?}"))?;
            hold((stands.held, stands.used) == counted, || {
                format!("{name} is {stands:?}, and placements hold and used {counted:?}")
            })?;
        }
        Ok(())
    }

    fn end(&mut self, scene: &Scene<'_>, dump: &Dump) -> Held {
        let waits = scene.book.payments().any(cashwrap::domain::payment::Payment::needs_review);
        for ((_, name), stands) in &dump.counters {
            hold(stands.held == 0 || waits, || format!("{name} is still held: {stands:?}"))?;
        }
        Ok(())
    }
}
