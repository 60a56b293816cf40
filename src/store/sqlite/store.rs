//! The port over the writer and the readers.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::params;

use super::super::plan::{View as _, decide};
use super::super::records::{Lease, Now, Timer, later};
use super::open::{self, SqliteError};
use super::readers::Readers;
use super::reads;
use super::tables::{Tables, timer_of};
use super::values::key_at;
use super::writer::{Failure, Writer};
use crate::domain::ids::WorkerId;
use crate::ports::document::Document;
use crate::ports::store::{
    Claim, Key, Listing, Query, Row, Snapshot, Store, StoreError, StoredEvent, UnitOfWork, Verdict,
};

/// The due timers whose lease has run out, at most so many: of what moves money, and of the lives.
const DUE: [&str; 2] = [
    "SELECT fence, due_at, worker, lease_until, store_id, kind, id FROM timer
     WHERE due_at <= ?1 AND (lease_until IS NULL OR lease_until <= ?1) AND kind NOT IN ('cart', 'checkout')
     ORDER BY due_at, store_id, kind, id LIMIT ?2",
    "SELECT fence, due_at, worker, lease_until, store_id, kind, id FROM timer
     WHERE due_at <= ?1 AND (lease_until IS NULL OR lease_until <= ?1) AND kind IN ('cart', 'checkout')
     ORDER BY due_at, store_id, kind, id LIMIT ?2",
];

/// A store in one file, for one process.
pub struct SqliteStore {
    now: Now,
    readers: Readers,
    writer: Writer,
}

impl SqliteStore {
    /// Opens the file, creating and migrating it where needed, under the clock `now`. A second process is told
    /// that the file is in use.
    pub fn open(path: &Path, now: Now) -> Result<Self, SqliteError> {
        let lock = open::lock(path)?;
        let writer = Writer::start(open::writing(path)?, lock)?;
        Ok(Self { now, readers: Readers::new(path.to_owned()), writer })
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(Tables<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let done = self.writer.run(move |connection| work(Tables(connection))).await;
        done.map_err(|failure| match failure {
            Failure::Undone(code) => StoreError::Unavailable(code),
            Failure::Unknown => StoreError::Unavailable("nobody knows whether it is durable".to_owned()),
        })
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SqliteStore").field("readers", &self.readers).finish_non_exhaustive()
    }
}

/// Gives the timer of `key` to `worker`, with the next fence.
fn take(
    tables: &Tables<'_>,
    key: Key,
    timer: Timer,
    worker: WorkerId,
    until: Timestamp,
) -> rusqlite::Result<Claim> {
    let fence = timer.fence.saturating_add(1);
    tables.put_timer(&key, &Timer { fence, lease: Some(Lease { worker, until }), ..timer })?;
    Ok(Claim { key, fence })
}

#[async_trait::async_trait]
impl Store<Document> for SqliteStore {
    async fn read(&self, query: &Query) -> Result<Snapshot<Document>, StoreError> {
        let (query, now) = (query.clone(), (self.now)());
        self.readers.run(move |connection| reads::snapshot(connection, &query, now)).await
    }

    async fn commit(&self, unit: &UnitOfWork<Document>) -> Verdict {
        let (unit, now) = (unit.clone(), self.now.clone());
        let weigh = move |connection: &rusqlite::Connection| {
            let tables = Tables(connection);
            match decide(&tables, &unit, now())? {
                Ok(plan) => tables.apply(&unit, plan).map(|()| Verdict::Committed),
                Err(verdict) => Ok(verdict),
            }
        };
        match self.writer.run(weigh).await {
            Ok(verdict) => verdict,
            Err(Failure::Undone(code)) => {
                tracing::warn!(code, "a commit was not taken");
                Verdict::Busy
            }
            Err(Failure::Unknown) => Verdict::Unknown,
        }
    }

    async fn claim_due(&self, worker: WorkerId, lease: Duration, max: u32) -> Result<Vec<Claim>, StoreError> {
        let now = (self.now)();
        let claim = move |tables: Tables<'_>| {
            let now_us = now.as_microsecond();
            // In bounded batches, as every claim does it: a day of replies, or of void rows, must not hold up what
            // is due.
            tables.run(
                "DELETE FROM reply WHERE (store_id, method, request_id) IN (
                     SELECT store_id, method, request_id FROM reply WHERE expires_at <= ?1 LIMIT 100)",
                [now_us],
            )?;
            tables.run(
                "DELETE FROM state WHERE (store_id, kind, id) IN (
                     SELECT store_id, kind, id FROM state WHERE void_at <= ?1 LIMIT 100)",
                [now_us],
            )?;
            // All are read before the first is written, so that no claim moves under the reading.
            let mut found: Vec<(Timer, Key)> = Vec::new();
            for statement in DUE {
                let left = i64::from(max).saturating_sub(i64::try_from(found.len()).unwrap_or(i64::MAX));
                let mut due = tables.0.prepare_cached(statement)?;
                let rows =
                    due.query_map(params![now_us, left], |row| Ok((timer_of(row)?, key_at(row, 4)?)))?;
                found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
            }
            let until = later(now, lease);
            found.into_iter().map(|(timer, key)| take(&tables, key, timer, worker, until)).collect()
        };
        self.write(claim).await
    }

    async fn claim(&self, key: &Key, worker: WorkerId, lease: Duration) -> Result<Option<Claim>, StoreError> {
        let (key, now) = (key.clone(), (self.now)());
        let claim = move |tables: Tables<'_>| {
            let Some(timer) = tables.timer(&key)?.and_then(Timer::set) else { return Ok(None) };
            if timer.running(now).is_some_and(|lease| lease.worker != worker) {
                return Ok(None);
            }
            let timer = Timer { due: timer.due.map(|due| due.min(now)), ..timer };
            take(&tables, key, timer, worker, later(now, lease)).map(Some)
        };
        self.write(claim).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, StoreError> {
        let (claim, until) = (claim.clone(), later((self.now)(), lease));
        let renew = move |tables: Tables<'_>| {
            let ours = tables.timer(&claim.key)?.filter(|timer| timer.fence == claim.fence);
            let Some((timer, held)) = ours.and_then(|timer| Some((timer, timer.lease?))) else {
                return Ok(false);
            };
            tables.put_timer(&claim.key, &Timer { lease: Some(Lease { until, ..held }), ..timer })?;
            Ok(true)
        };
        self.write(renew).await
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<(Key, Row<Document>)>, StoreError> {
        let listing = listing.clone();
        self.readers.run(move |connection| reads::list(connection, &listing)).await
    }

    async fn events(&self, key: &Key, after: u64) -> Result<Vec<StoredEvent>, StoreError> {
        let key = key.clone();
        self.readers.run(move |connection| reads::events(connection, &key, after)).await
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        Ok((self.now)())
    }
}
