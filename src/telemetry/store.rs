//! A store that counts, times and traces what is asked of it.
//!
//! It stands around any store, of records or of documents, and changes nothing. Tests count round trips with
//! it. Spans hold the store, the kind of the rows and the verdict; no row, no id that a caller chose.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use tracing::{Instrument as _, Span};

use crate::domain::ids::WorkerId;
use crate::ports::store::{
    Claim, Key, Listing, Query, Row, Snapshot, Store, StoreError, StoredEvent, UnitOfWork, Verdict,
};

/// How often a store was asked.
#[derive(Debug, Default)]
pub struct Counts {
    reads: AtomicU64,
    commits: AtomicU64,
    others: AtomicU64,
}

impl Counts {
    /// Reads.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Commits, whatever their verdict.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Claims, renewals, listings and the rest.
    pub fn others(&self) -> u64 {
        self.others.load(Ordering::Relaxed)
    }
}

/// Observes a store.
#[derive(Debug)]
pub struct Observed<S: ?Sized> {
    counts: Arc<Counts>,
    inner: Arc<S>,
}

impl<S: ?Sized> Observed<S> {
    /// Observes `inner`.
    pub fn new(inner: Arc<S>) -> Self {
        Self { counts: Arc::default(), inner }
    }

    /// How often it was asked; goes on counting.
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    async fn observe<T>(
        &self,
        call: &'static str,
        count: &AtomicU64,
        asked: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        count.fetch_add(1, Ordering::Relaxed);
        let began = Instant::now();
        let result = asked.await;
        let told = match &result {
            Ok(_) => "ok",
            Err(StoreError::Unavailable(_)) => "unavailable",
            Err(StoreError::Corrupt(_)) => "corrupt",
        };
        metrics::counter!("cashwrap_store_calls_total", "call" => call, "result" => told).increment(1);
        metrics::histogram!("cashwrap_store_call_seconds", "call" => call)
            .record(began.elapsed().as_secs_f64());
        result
    }
}

/// The verdict's stable name in metrics and spans.
const fn name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Committed => "committed",
        Verdict::Stale { .. } => "stale",
        Verdict::Short { .. } => "short",
        Verdict::ReplyTaken(_) => "reply_taken",
        Verdict::Fenced => "fenced",
        Verdict::Unknown => "unknown",
        Verdict::Busy => "busy",
    }
}

#[async_trait::async_trait]
impl<D: Send + Sync + 'static, S: Store<D> + ?Sized> Store<D> for Observed<S> {
    async fn read(&self, query: &Query) -> Result<Snapshot<D>, StoreError> {
        let span = tracing::info_span!("read", rows = query.keys.len());
        self.observe("read", &self.counts.reads, self.inner.read(query)).instrument(span).await
    }

    async fn commit(&self, unit: &UnitOfWork<D>) -> Verdict {
        self.counts.commits.fetch_add(1, Ordering::Relaxed);
        let span = tracing::info_span!(
            "commit",
            store = %unit.store,
            unit = %unit.id,
            rows = unit.writes.len(),
            verdict = tracing::field::Empty,
        );
        let committing = async {
            let began = Instant::now();
            let verdict = self.inner.commit(unit).await;
            let told = name(&verdict);
            Span::current().record("verdict", told);
            metrics::counter!("cashwrap_commits_total", "verdict" => told).increment(1);
            metrics::histogram!("cashwrap_store_call_seconds", "call" => "commit")
                .record(began.elapsed().as_secs_f64());
            verdict
        };
        committing.instrument(span).await
    }

    async fn claim_due(&self, worker: WorkerId, lease: Duration, max: u32) -> Result<Vec<Claim>, StoreError> {
        self.observe("claim_due", &self.counts.others, self.inner.claim_due(worker, lease, max)).await
    }

    async fn claim(&self, key: &Key, worker: WorkerId, lease: Duration) -> Result<Option<Claim>, StoreError> {
        self.observe("claim", &self.counts.others, self.inner.claim(key, worker, lease)).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, StoreError> {
        self.observe("renew", &self.counts.others, self.inner.renew(claim, lease)).await
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<(Key, Row<D>)>, StoreError> {
        self.observe("list", &self.counts.others, self.inner.list(listing)).await
    }

    async fn events(&self, key: &Key, after: u64) -> Result<Vec<StoredEvent>, StoreError> {
        self.observe("events", &self.counts.others, self.inner.events(key, after)).await
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.observe("now", &self.counts.others, self.inner.now()).await
    }
}
