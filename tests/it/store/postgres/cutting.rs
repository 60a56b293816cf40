//! A PostgreSQL whose connections are cut on COMMIT: before the question arrives, or before its answer does.
//!
//! Whoever commits through it submits the same unit again until it hears a verdict, as the house does; the laws
//! then ask for the verdicts of a store whose connections hold.

use std::sync::Mutex;
use std::time::Duration;

use cashwrap::domain::ids::WorkerId;
use cashwrap::ports::document::Document;
use cashwrap::ports::store::{
    Claim, Key, Listing, Query, Row, Snapshot, Store, StoreError, StoredEvent, UnitOfWork, Verdict,
};
use cashwrap::store::PostgresStore;
use jiff::Timestamp;

use super::proxy::Proxy;
use crate::support::dice::Dice;

/// More often than any cut can strike one unit.
const SUBMISSIONS: usize = 100;

/// A store, its proxy, and whom the next cut strikes.
pub(super) struct Cutting {
    pub(super) store: PostgresStore,
    pub(super) proxy: Proxy,
    pub(super) dice: Mutex<Dice>,
}

impl Cutting {
    /// Two of three commits are cut; what has no row is not, because nobody may repeat it.
    fn strike(&self, unit: &UnitOfWork<Document>) {
        if unit.writes.is_empty() {
            return;
        }
        match self.dice.lock().unwrap().below(3) {
            0 => self.proxy.lose_next_question(),
            1 => self.proxy.lose_next_answer(),
            _ => {}
        }
    }
}

#[async_trait::async_trait]
impl Store<Document> for Cutting {
    async fn commit(&self, unit: &UnitOfWork<Document>) -> Verdict {
        self.strike(unit);
        let mut verdict = self.store.commit(unit).await;
        self.proxy.lose_nothing();
        for _ in 0..SUBMISSIONS {
            if !matches!(verdict, Verdict::Unknown | Verdict::Busy) {
                break;
            }
            verdict = self.store.commit(unit).await;
        }
        verdict
    }

    async fn read(&self, query: &Query) -> Result<Snapshot<Document>, StoreError> {
        self.store.read(query).await
    }

    async fn claim_due(&self, worker: WorkerId, lease: Duration, max: u32) -> Result<Vec<Claim>, StoreError> {
        self.store.claim_due(worker, lease, max).await
    }

    async fn claim(&self, key: &Key, worker: WorkerId, lease: Duration) -> Result<Option<Claim>, StoreError> {
        self.store.claim(key, worker, lease).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, StoreError> {
        self.store.renew(claim, lease).await
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<(Key, Row<Document>)>, StoreError> {
        self.store.list(listing).await
    }

    async fn events(&self, key: &Key, after: u64) -> Result<Vec<StoredEvent>, StoreError> {
        self.store.events(key, after).await
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.store.now().await
    }
}
