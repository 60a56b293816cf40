//! What the memory store holds, how a verdict looks at it, and how a plan is applied to it.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::super::columns::{Table, Unique, columns_of, place_of, uniques_of};
use super::super::plan::{Plan, ReplyPlan, View};
use super::super::records::{Counter, Head, KeptReply, StoredRow, Timer};
use crate::domain::ids::{StoreId, UnitId};
use crate::ports::document::{Columns, Document};
use crate::ports::store::{Key, ReplyKey, StoredEvent, UnitOfWork};

/// Everything that a memory store holds, for audits.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dump {
    /// The rows by key, without columns.
    pub rows: BTreeMap<Key, StoredRow>,
    /// The events of each row, in order.
    pub events: BTreeMap<Key, Vec<StoredEvent>>,
    /// The rows of columns by store, table and id.
    pub columns: BTreeMap<(StoreId, Table, String), Columns>,
    /// Who carries each unique value.
    pub holders: BTreeMap<(StoreId, Unique), String>,
    /// The counters by store and name.
    pub counters: BTreeMap<(StoreId, String), Counter>,
    /// The replies by key; expired ones may still stand here.
    pub replies: BTreeMap<ReplyKey, KeptReply>,
    /// The timers by the row they drive.
    pub timers: BTreeMap<Key, Timer>,
}

impl Dump {
    /// The timers that wait to be driven; what was cleared is not among them.
    pub fn due(&self) -> impl Iterator<Item = (&Key, &Timer)> {
        self.timers.iter().filter(|(_, timer)| timer.due.is_some())
    }

    /// Writes a unit that has won.
    pub(super) fn apply(&mut self, unit: &UnitOfWork<Document>, plan: Plan<'_>) {
        for (at, columns) in columns_of(unit) {
            debug_assert!(at < unit.writes.len());
            self.put_columns(&unit.store, columns);
        }
        for (write, head) in unit.writes.iter().zip(&plan.heads) {
            let emitted = u64::try_from(write.events.len()).unwrap_or(u64::MAX);
            let first = head.sequence.saturating_sub(emitted).saturating_add(1);
            let numbered = (first..).zip(&write.events).map(|(sequence, event)| StoredEvent {
                sequence,
                kind: event.kind.to_owned(),
                data: event.data.clone(),
                unit: unit.id,
                committed_at: plan.at,
            });
            self.events.entry(write.key.clone()).or_default().extend(numbered);
            let document = Document { columns: Vec::new(), ..write.row.clone() };
            self.rows.insert(write.key.clone(), StoredRow { head: *head, document });
        }
        for (name, counter) in plan.counters {
            self.counters.insert((unit.store.clone(), name.to_owned()), counter);
        }
        match plan.reply {
            ReplyPlan::Keep => {}
            ReplyPlan::Put(key, kept) => {
                self.replies.insert(key.clone(), kept);
            }
            ReplyPlan::Delete(key) => {
                self.replies.remove(key);
            }
        }
        for (key, timer) in plan.timers {
            self.timers.insert(key.clone(), timer);
        }
    }

    fn put_columns(&mut self, store: &StoreId, columns: &Columns) {
        let (table, id) = place_of(columns);
        let old = self.columns.insert((store.clone(), table, id.to_owned()), columns.clone());
        for unique in old.iter().flat_map(uniques_of) {
            // Another row of the same unit may carry the value already.
            if self.holders.get(&(store.clone(), unique.clone())).is_some_and(|holder| holder == id) {
                self.holders.remove(&(store.clone(), unique));
            }
        }
        for unique in uniques_of(columns) {
            self.holders.insert((store.clone(), unique), id.to_owned());
        }
    }
}

impl View for Dump {
    type Error = Infallible;

    fn head(&self, key: &Key) -> Result<Option<Head>, Infallible> {
        Ok(self.rows.get(key).map(|stored| stored.head))
    }

    fn emitted(&self, key: &Key, unit: UnitId) -> Result<bool, Infallible> {
        Ok(self.events.get(key).is_some_and(|events| events.iter().any(|event| event.unit == unit)))
    }

    fn timer(&self, key: &Key) -> Result<Option<Timer>, Infallible> {
        Ok(self.timers.get(key).copied())
    }

    fn counter(&self, store: &StoreId, name: &str) -> Result<Option<Counter>, Infallible> {
        Ok(self.counters.get(&(store.clone(), name.to_owned())).copied())
    }

    fn reply(&self, key: &ReplyKey) -> Result<Option<KeptReply>, Infallible> {
        Ok(self.replies.get(key).cloned())
    }

    fn holder(&self, store: &StoreId, unique: &Unique) -> Result<Option<String>, Infallible> {
        Ok(self.holders.get(&(store.clone(), unique.clone())).cloned())
    }
}
