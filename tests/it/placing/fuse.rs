//! A process that dies at its n-th effect: from then on nothing that it does reaches store or gateway, and
//! nothing answers it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use cashwrap::domain::ids::WorkerId;
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{GatewayCapabilities, NotSent, OperationKind, Outcome};
use cashwrap::ports::Record;
use cashwrap::ports::gateway::{Gateway, GatewayRequest, Guard, Look, Rendered, Window};
use cashwrap::ports::store::{
    Claim, Key, Listing, Query, Row, Snapshot, Store, StoreError, StoredEvent, UnitOfWork, Verdict,
};
use jiff::Timestamp;

/// Counts effects down; at zero the process is dead. Counts the round trips to the store on the way.
#[derive(Clone)]
pub struct Fuse(Arc<AtomicI64>, Arc<Trips>);

#[derive(Default)]
struct Trips {
    reads: AtomicU64,
    commits: AtomicU64,
    lag_ms: AtomicU64,
    read_lag_ms: AtomicU64,
    renews_nothing: AtomicBool,
}

impl Fuse {
    /// Dies at the n-th pass, counted from 1.
    pub fn at(nth: i64) -> Self {
        Self(Arc::new(AtomicI64::new(nth)), Arc::default())
    }

    /// Never dies.
    pub fn never() -> Self {
        Self::at(i64::MAX)
    }

    /// Whether the process is dead.
    pub fn blown(&self) -> bool {
        self.0.load(Ordering::SeqCst) <= 0
    }

    /// From now on each commit's answer takes this long to arrive.
    pub fn lag(&self, lag: Duration) {
        self.1.lag_ms.store(u64::try_from(lag.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// From now on each read's answer takes this long to arrive, so that what runs at once decides on the same rows.
    pub fn read_lag(&self, lag: Duration) {
        self.1.read_lag_ms.store(u64::try_from(lag.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// From now on no claim is renewed: somebody else has taken over.
    pub fn renew_nothing(&self) {
        self.1.renews_nothing.store(true, Ordering::SeqCst);
    }

    /// Reads and commits since the last time this was asked.
    pub fn trips(&self) -> (u64, u64) {
        (self.1.reads.swap(0, Ordering::SeqCst), self.1.commits.swap(0, Ordering::SeqCst))
    }

    /// One effect boundary.
    async fn pass(&self) {
        if self.0.fetch_sub(1, Ordering::SeqCst) <= 1 {
            std::future::pending::<()>().await;
        }
    }

    /// Not an effect of its own: only the dead do not get past it.
    async fn alive(&self) {
        if self.blown() {
            std::future::pending::<()>().await;
        }
    }
}

/// A store as one process sees it. It dies before or after each commit.
pub struct FusedStore {
    pub inner: Arc<dyn Store<Record>>,
    pub fuse: Fuse,
}

#[async_trait::async_trait]
impl Store<Record> for FusedStore {
    async fn read(&self, query: &Query) -> Result<Snapshot<Record>, StoreError> {
        self.fuse.alive().await;
        self.fuse.1.reads.fetch_add(1, Ordering::SeqCst);
        let found = self.inner.read(query).await;
        let lag = self.fuse.1.read_lag_ms.load(Ordering::SeqCst);
        if lag > 0 {
            tokio::time::sleep(Duration::from_millis(lag)).await;
        }
        found
    }

    async fn commit(&self, unit: &UnitOfWork<Record>) -> Verdict {
        self.fuse.pass().await;
        self.fuse.1.commits.fetch_add(1, Ordering::SeqCst);
        let verdict = self.inner.commit(unit).await;
        let lag = self.fuse.1.lag_ms.load(Ordering::SeqCst);
        if lag > 0 {
            tokio::time::sleep(Duration::from_millis(lag)).await;
        }
        self.fuse.pass().await;
        verdict
    }

    async fn claim_due(&self, worker: WorkerId, lease: Duration, max: u32) -> Result<Vec<Claim>, StoreError> {
        self.fuse.alive().await;
        self.inner.claim_due(worker, lease, max).await
    }

    async fn claim(&self, key: &Key, worker: WorkerId, lease: Duration) -> Result<Option<Claim>, StoreError> {
        self.fuse.alive().await;
        self.inner.claim(key, worker, lease).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, StoreError> {
        self.fuse.alive().await;
        if self.fuse.1.renews_nothing.load(Ordering::SeqCst) {
            return Ok(false);
        }
        self.inner.renew(claim, lease).await
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<(Key, Row<Record>)>, StoreError> {
        self.fuse.alive().await;
        self.fuse.1.reads.fetch_add(1, Ordering::SeqCst);
        self.inner.list(listing).await
    }

    async fn events(&self, key: &Key, after: u64) -> Result<Vec<StoredEvent>, StoreError> {
        self.inner.events(key, after).await
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.inner.now().await
    }
}

/// A gateway as one process sees it. It dies before or after each call; the call itself goes on.
pub struct FusedGateway {
    pub inner: Arc<dyn Gateway>,
    pub fuse: Fuse,
}

#[async_trait::async_trait]
impl Gateway for FusedGateway {
    fn capabilities(&self) -> GatewayCapabilities {
        self.inner.capabilities()
    }

    fn unavailable(&self, guard: Guard) -> Option<NotSent> {
        self.inner.unavailable(guard)
    }

    fn render(&self, request: &GatewayRequest) -> Rendered {
        self.inner.render(request)
    }

    async fn send(
        &self,
        kind: OperationKind,
        amount: Money,
        rendered: &Rendered,
        window: Window,
        guard: Guard,
    ) -> Outcome {
        self.fuse.pass().await;
        let outcome = self.inner.send(kind, amount, rendered, window, guard).await;
        self.fuse.pass().await;
        outcome
    }

    async fn look(&self, look: &Look, window: Window, guard: Guard) -> Outcome {
        self.fuse.alive().await;
        self.inner.look(look, window, guard).await
    }
}
