//! The port over the shelves: one mutex, taken for each call and never across an await.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::super::plan::decide;
use super::super::records::{Head, Lease, Now, StoredRow, later};
use super::faults::{Fault, MemoryFaults};
use super::shelves::Dump;
use crate::domain::ids::{StoreId, WorkerId};
use crate::ports::document::Document;
use crate::ports::store::{
    Claim, Key, Listing, Query, Row, Snapshot, Store, StoreError, StoredEvent, UnitOfWork, Verdict,
};

/// A store that lives as long as the process.
pub struct MemoryStore {
    now: Now,
    faults: MemoryFaults,
    shelves: Mutex<Dump>,
}

impl MemoryStore {
    /// An empty store under the clock `now`.
    pub fn new(now: Now) -> Self {
        Self { now, faults: MemoryFaults::default(), shelves: Mutex::default() }
    }

    /// The faults that its commits meet.
    pub fn faults(&self) -> MemoryFaults {
        self.faults.clone()
    }

    /// Everything that it holds now.
    pub fn dump(&self) -> Dump {
        self.shelves().clone()
    }

    /// Looks at what it holds, without a copy: an audit may look after every step.
    pub fn inspect<T>(&self, look: impl FnOnce(&Dump) -> T) -> T {
        look(&self.shelves())
    }

    /// Reads as the port does, and lets `content` make of each row what is wanted, where it lies.
    pub fn read_as<T>(
        &self,
        query: &Query,
        content: impl Fn(&Key, &StoredRow) -> Result<T, StoreError>,
    ) -> Result<Snapshot<T>, StoreError> {
        let now = (self.now)();
        let shelves = self.shelves();
        let mut rows = BTreeMap::new();
        let mut counters: BTreeSet<(StoreId, String)> = query.counters.iter().cloned().collect();
        let store = query.keys.first().map(|key| &key.store);
        for key in query.keys.iter().filter(|key| Some(&key.store) == store) {
            let Some(stored) = shelves.rows.get(key) else { continue };
            rows.insert(key.clone(), row_as(key, stored, &content)?);
            for (kind, id) in &stored.document.links {
                counters.extend(kind.counter(id).map(|name| (key.store.clone(), name)));
                let linked = Key { store: key.store.clone(), kind: *kind, id: id.clone() };
                if let Some(stored) = shelves.rows.get(&linked) {
                    let row = row_as(&linked, stored, &content)?;
                    rows.insert(linked, row);
                }
            }
        }
        let reply = query.reply.as_ref().and_then(|key| shelves.replies.get(key));
        let left = counters.into_iter().filter_map(|named| {
            let counter = shelves.counters.get(&named)?;
            Some((named.1, counter.left()))
        });
        Ok(Snapshot {
            rows,
            reply: reply.filter(|kept| kept.expires > now).map(|kept| kept.reply.clone()),
            left: left.collect(),
        })
    }

    /// Lists as the port does, and lets `content` make of each row what is wanted, where it lies.
    pub fn list_as<T>(
        &self,
        listing: &Listing,
        content: impl Fn(&Key, &StoredRow) -> Result<T, StoreError>,
    ) -> Result<Vec<(Key, Row<T>)>, StoreError> {
        let shelves = self.shelves();
        let from = Key::new(&listing.store, listing.kind, "");
        let of_kind = (shelves.rows.range(from..))
            .take_while(|(key, _)| key.store == listing.store && key.kind == listing.kind);
        let mut found: Vec<_> = of_kind
            .filter(|(key, _)| listing.before.as_ref().is_none_or(|before| key.id < *before))
            .filter(|(_, stored)| listing.label.is_none() || stored.document.label == listing.label)
            .collect();
        found.reverse();
        found.truncate(usize::try_from(listing.limit).unwrap_or(usize::MAX));
        found.into_iter().map(|(key, stored)| Ok((key.clone(), row_as(key, stored, &content)?))).collect()
    }

    fn shelves(&self) -> MutexGuard<'_, Dump> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn decided(&self, unit: &UnitOfWork<Document>) -> Verdict {
        let mut shelves = self.shelves();
        let Ok(decision) = decide(&*shelves, unit, (self.now)());
        match decision {
            Ok(plan) => {
                shelves.apply(unit, plan);
                Verdict::Committed
            }
            Err(verdict) => verdict,
        }
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

fn row_as<T>(
    key: &Key,
    stored: &StoredRow,
    content: impl Fn(&Key, &StoredRow) -> Result<T, StoreError>,
) -> Result<Row<T>, StoreError> {
    let Head { version, sequence, .. } = stored.head;
    Ok(Row { version, sequence, row: content(key, stored)? })
}

/// Gives the timer of `key` to `worker`, with the next fence.
fn take(shelves: &mut Dump, key: &Key, worker: WorkerId, until: Timestamp) -> Option<Claim> {
    let timer = shelves.timers.get_mut(key).filter(|timer| timer.due.is_some())?;
    timer.fence = timer.fence.saturating_add(1);
    timer.lease = Some(Lease { worker, until });
    Some(Claim { key: key.clone(), fence: timer.fence })
}

/// A row as a reader gets it: how long it lives is the store's own affair.
fn told(stored: &StoredRow) -> Document {
    Document { void_at: None, ..stored.document.clone() }
}

#[async_trait::async_trait]
impl Store<Document> for MemoryStore {
    async fn read(&self, query: &Query) -> Result<Snapshot<Document>, StoreError> {
        self.read_as(query, |_, stored| Ok(told(stored)))
    }

    async fn commit(&self, unit: &UnitOfWork<Document>) -> Verdict {
        match self.faults.count() {
            None => self.decided(unit),
            Some(Fault::Busy) => Verdict::Busy,
            Some(Fault::UnknownAndLost) => Verdict::Unknown,
            Some(Fault::UnknownButDurable) => {
                let _lost = self.decided(unit);
                Verdict::Unknown
            }
        }
    }

    async fn claim_due(&self, worker: WorkerId, lease: Duration, max: u32) -> Result<Vec<Claim>, StoreError> {
        let now = (self.now)();
        let mut shelves = self.shelves();
        shelves.replies.retain(|_, kept| kept.expires > now);
        shelves.rows.retain(|_, stored| stored.document.void_at.is_none_or(|void_at| void_at > now));
        let mut due: Vec<(Timestamp, Key)> = (shelves.timers.iter())
            .filter(|(_, timer)| timer.running(now).is_none())
            .filter_map(|(key, timer)| Some((timer.due.filter(|due| *due <= now)?, key.clone())))
            .collect();
        due.sort_by(|one, other| (one.1.kind.lives(), one).cmp(&(other.1.kind.lives(), other)));
        let until = later(now, lease);
        let first = due.iter().take(usize::try_from(max).unwrap_or(usize::MAX));
        Ok(first.filter_map(|(_, key)| take(&mut shelves, key, worker, until)).collect())
    }

    async fn claim(&self, key: &Key, worker: WorkerId, lease: Duration) -> Result<Option<Claim>, StoreError> {
        let now = (self.now)();
        let mut shelves = self.shelves();
        let running = shelves.timers.get(key).and_then(|timer| timer.running(now));
        if running.is_some_and(|lease| lease.worker != worker) {
            return Ok(None);
        }
        if let Some(timer) = shelves.timers.get_mut(key) {
            timer.due = timer.due.map(|due| due.min(now));
        }
        Ok(take(&mut shelves, key, worker, later(now, lease)))
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, StoreError> {
        let until = later((self.now)(), lease);
        let mut shelves = self.shelves();
        let ours = shelves.timers.get_mut(&claim.key).filter(|timer| timer.fence == claim.fence);
        let Some(held) = ours.and_then(|timer| timer.lease.as_mut()) else { return Ok(false) };
        held.until = until;
        Ok(true)
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<(Key, Row<Document>)>, StoreError> {
        self.list_as(listing, |_, stored| Ok(told(stored)))
    }

    async fn events(&self, key: &Key, after: u64) -> Result<Vec<StoredEvent>, StoreError> {
        let shelves = self.shelves();
        let events = shelves.events.get(key).into_iter().flatten();
        Ok(events.filter(|event| event.sequence > after).cloned().collect())
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        Ok((self.now)())
    }
}
