//! I22: an event is in the commit of its change, and a row's events are numbered without gaps.

use std::collections::BTreeMap;

use cashwrap::ports::Record;
use cashwrap::ports::store::Key;
use cashwrap::store::memory::Dump;

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant, and the count of each row's events.
#[derive(Default)]
pub struct Events {
    counts: BTreeMap<Key, u64>,
}

/// What a client sees of a row's state.
fn shown(record: &Record) -> Option<&'static str> {
    match record {
        Record::Cart(row) => Some(row.state.as_str()),
        Record::Checkout(row) => Some(row.state.as_str()),
        Record::Placement(row) => Some(row.state.as_str()),
        Record::Order(row) => Some(row.payment_state.as_str()),
        Record::Payment(row) => row.attempts.last().map(|attempt| attempt.state.as_str()),
        Record::Product(_) | Record::Coupon(_) | Record::PartnerMode(_) | Record::CardBook(_) => None,
    }
}

impl Invariant for Events {
    fn name(&self) -> &'static str {
        "I22"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        let Fact::Committed(committed) = fact else { return Ok(()) };
        for write in &committed.unit.writes {
            let count = self.counts.entry(write.key.clone()).or_default();
            let emitted = u64::try_from(write.events.len()).unwrap_or(u64::MAX);
            *count += emitted;
            let stands = committed.dump.rows.get(&write.key).map_or(0, |row| row.head.sequence);
            hold(stands == *count, || format!("{:?}: {stands} events counted of {count}", write.key))?;
            let changed = scene.book.row(&write.key).and_then(shown) != shown(&write.row);
            hold(!changed || emitted > 0, || format!("{:?} changed without an event", write.key))?;
        }
        Ok(())
    }

    fn end(&mut self, _scene: &Scene<'_>, dump: &Dump) -> Held {
        for (key, events) in &dump.events {
            let numbered = events.iter().zip(1..).all(|(event, number)| event.sequence == number);
            hold(numbered, || format!("{key:?} has events with gaps"))?;
        }
        Ok(())
    }
}
