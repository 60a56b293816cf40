//! The store of records, over any store of documents.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::codec::{EncodeError, decode, encode};
use crate::domain::ids::WorkerId;
use crate::ports::document::Document;
use crate::ports::record::Record;
use crate::ports::store::{
    Claim, Key, Listing, Query, Row, Snapshot, Store, StoreError, StoredEvent, UnitOfWork, Verdict, Write,
};

/// Speaks records to the house and documents to `S`.
///
/// A row that this version cannot read makes a whole read fail: a decision on a part of what it asked for
/// would be a guess.
#[derive(Debug)]
pub struct Records<S: ?Sized> {
    documents: Arc<S>,
}

impl<S: ?Sized> Records<S> {
    /// Records in `documents`.
    pub const fn new(documents: Arc<S>) -> Self {
        Self { documents }
    }
}

#[async_trait::async_trait]
impl<S: Store<Document> + ?Sized> Store<Record> for Records<S> {
    async fn read(&self, query: &Query) -> Result<Snapshot<Record>, StoreError> {
        let Snapshot { rows, reply, left } = self.documents.read(query).await?;
        let rows = rows.into_iter().map(|(key, row)| decoded(key, row)).collect::<Result<_, _>>()?;
        Ok(Snapshot { rows, reply, left })
    }

    async fn commit(&self, unit: &UnitOfWork<Record>) -> Verdict {
        match encoded(unit) {
            Ok(unit) => self.documents.commit(&unit).await,
            Err(error) => {
                // A bug, and no verdict of the port is for bugs: this one is true, for nothing was written.
                tracing::error!(unit = %unit.id, store = %unit.store, %error, "a record has no document");
                Verdict::Busy
            }
        }
    }

    async fn claim_due(&self, worker: WorkerId, lease: Duration, max: u32) -> Result<Vec<Claim>, StoreError> {
        self.documents.claim_due(worker, lease, max).await
    }

    async fn claim(&self, key: &Key, worker: WorkerId, lease: Duration) -> Result<Option<Claim>, StoreError> {
        self.documents.claim(key, worker, lease).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, StoreError> {
        self.documents.renew(claim, lease).await
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<(Key, Row<Record>)>, StoreError> {
        let rows = self.documents.list(listing).await?;
        rows.into_iter().map(|(key, row)| decoded(key, row)).collect()
    }

    async fn events(&self, key: &Key, after: u64) -> Result<Vec<StoredEvent>, StoreError> {
        self.documents.events(key, after).await
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.documents.now().await
    }
}

/// The record of a row. One that stands under another key than its own is corrupt: no call may cross stores.
fn decoded(key: Key, row: Row<Document>) -> Result<(Key, Row<Record>), StoreError> {
    let Row { version, sequence, row: document } = row;
    let record = decode(key.kind, &document).map_err(|error| corrupt(&key, error.to_string()))?;
    let own = record.key(&key.store);
    if own != key || record.store().is_some_and(|store| *store != key.store) {
        return Err(corrupt(&key, "it holds a row of another key".to_owned()));
    }
    Ok((key, Row { version, sequence, row: record }))
}

fn corrupt(key: &Key, why: String) -> StoreError {
    StoreError::Corrupt(format!("{} {} of store {}: {why}", key.kind.as_str(), key.id, key.store))
}

fn encoded(unit: &UnitOfWork<Record>) -> Result<UnitOfWork<Document>, EncodeError> {
    let write = |write: &Write<Record>| {
        let Write { key, expected, row, events } = write;
        let row = encode(row)?;
        Ok(Write { key: key.clone(), expected: *expected, row, events: events.clone() })
    };
    let UnitOfWork { id, store, fence, writes, counters, reply, timers } = unit;
    Ok(UnitOfWork {
        id: *id,
        store: store.clone(),
        fence: fence.clone(),
        writes: writes.iter().map(write).collect::<Result<_, _>>()?,
        counters: counters.clone(),
        reply: reply.clone(),
        timers: timers.clone(),
    })
}
