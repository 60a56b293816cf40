//! The store: the one place where what was decided becomes durable, and where two deciders meet.
//!
//! A use case reads a [`Snapshot`], lets the domain decide, and commits a [`UnitOfWork`]: all of it or nothing.
//! Versioned rows are compared-and-set; only counters (stock, coupons) and reply keys may be contended. Every
//! other uniqueness follows from a row that is compared-and-set in the same unit.
//!
//! The types are generic over the row: the house speaks records of the domain, the
//! databases speak encoded documents, and the same shapes carry both.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::coupon::COUPON_COUNTERS as COUPON;
use crate::domain::ids::{StoreId, UnitId, WorkerId};
use crate::domain::product::STOCK_COUNTERS as STOCK;

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A cart.
    Cart,
    /// A checkout session.
    Checkout,
    /// One run of PlaceOrder.
    Placement,
    /// The payment of one tender.
    Payment,
    /// A placed order.
    Order,
    /// A product of the built-in catalogue.
    Product,
    /// A coupon of the built-in catalogue.
    Coupon,
    /// The mode that operators gave a partner account.
    PartnerMode,
    /// The declines of a card under one of its names.
    CardBook,
}

impl Kind {
    /// Every kind, for tables that must cover them all.
    pub const ALL: [Self; 9] = [
        Self::Cart,
        Self::Checkout,
        Self::Placement,
        Self::Payment,
        Self::Order,
        Self::Product,
        Self::Coupon,
        Self::PartnerMode,
        Self::CardBook,
    ];

    /// The kind as it stands in the database and in resource names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cart => "cart",
            Self::Checkout => "checkout",
            Self::Placement => "placement",
            Self::Payment => "payment",
            Self::Order => "order",
            Self::Product => "product",
            Self::Coupon => "coupon",
            Self::PartnerMode => "partner_mode",
            Self::CardBook => "card_book",
        }
    }

    /// Whether a timer of this kind ends a life, which nobody waits for, rather than moves money.
    pub const fn lives(self) -> bool {
        matches!(self, Self::Cart | Self::Checkout)
    }

    /// The counter that belongs to the row `id` of this kind: a product's stock, a coupon's redemptions.
    pub fn counter(self, id: &str) -> Option<String> {
        match self {
            Self::Product => Some(format!("{STOCK}{id}")),
            Self::Coupon => Some(format!("{COUPON}{id}")),
            Self::Cart
            | Self::Checkout
            | Self::Placement
            | Self::Payment
            | Self::Order
            | Self::PartnerMode
            | Self::CardBook => None,
        }
    }
}

/// The address of a row. The store id leads, so that no key can cross stores.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The store that owns the row.
    pub store: StoreId,
    /// What the row is.
    pub kind: Kind,
    /// Its id within the store and kind: the id's text, a SKU, a coupon code.
    pub id: String,
}

impl Key {
    /// The key of `id` among the rows of `kind` in `store`.
    pub fn new(store: &StoreId, kind: Kind, id: impl fmt::Display) -> Self {
        Self { store: store.clone(), kind, id: id.to_string() }
    }
}

/// A row as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<D> {
    /// Compared-and-set by each write; 1 on the first.
    pub version: u64,
    /// How many events the row has emitted: the sequence of its last one.
    pub sequence: u64,
    /// The content.
    pub row: D,
}

/// Who asked, by which method, under which key: the scope of an idempotency key is (store, method).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReplyKey {
    /// The store.
    pub store: StoreId,
    /// The RPC's name, such as `PlaceOrder`.
    pub method: &'static str,
    /// The caller's request id.
    pub request_id: Uuid,
}

/// What stands under a reply key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReply {
    /// Hash over method, caller and the decoded request without its id.
    pub fingerprint: [u8; 32],
    /// The row that is still being worked on for this key, or that the reply speaks of; of the key's own store.
    pub subject: Option<Key>,
    /// The encoded response message; `None` while the work goes on.
    pub body: Option<Bytes>,
}

/// What one query found: the rows asked for that exist, the rows these link to (one step), the reply, and
/// counters. What a row links to brings its counter along (see [`Kind::counter`]), so that a cart is read
/// together with what is left of its goods.
#[derive(Debug, Clone)]
pub struct Snapshot<D> {
    /// The rows by key.
    pub rows: BTreeMap<Key, Row<D>>,
    /// What stands under the reply key that was asked for.
    pub reply: Option<StoredReply>,
    /// Counters that were asked for or belong to what a row links to: name → what is left; absent where there
    /// is no such counter.
    pub left: BTreeMap<String, i64>,
}

impl<D> Default for Snapshot<D> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), reply: None, left: BTreeMap::new() }
    }
}

/// What to read in one query.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Rows to read, with the rows that they link to. All of one store; keys of another find nothing.
    pub keys: Vec<Key>,
    /// A reply key to look up.
    pub reply: Option<ReplyKey>,
    /// Counters to look up, as (store, name).
    pub counters: Vec<(StoreId, String)>,
}

/// A fact that others may learn, written in the commit of its change.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The type without the house's prefix: `checkout.completed.v1`.
    pub kind: &'static str,
    /// Full state without personal data.
    pub data: serde_json::Value,
}

/// One row to write, if it still is at `expected`.
#[derive(Debug, Clone)]
pub struct Write<D> {
    /// Which row.
    pub key: Key,
    /// The version it was read at; 0 creates it and is stale when it exists.
    pub expected: u64,
    /// The new content.
    pub row: D,
    /// Events, in order; their sequence follows the row's.
    pub events: Vec<Event>,
}

/// A move of a counter. A counter has a limit, and counts what is held and what is used; a hold never takes
/// held + used past the limit. What has no limit has no counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterMove {
    /// The counter's name within the store: `stock/SKU`, `coupon/CODE`.
    pub name: String,
    /// What to do with it.
    pub change: CounterChange,
}

/// What happens to a counter. Quantities are positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterChange {
    /// Takes this many aside, or the unit of work is Short. A counter that does not exist is Short with 0 left.
    Hold(u32),
    /// Turns held units into used ones. More than is held is Short, with what is held.
    Consume(u32),
    /// Gives held units back. More than is held is Short, with what is held.
    Release(u32),
    /// Sets how many there are in all, creating the counter; what is held and used stays. A limit below
    /// held + used is allowed (a stock count may find less) and leaves nothing to hold.
    Limit(u32),
}

/// What becomes of a reply key in a unit.
#[derive(Debug, Clone)]
pub enum ReplyWrite {
    /// Claims the key. It must be free (or expired), else the unit is ReplyTaken.
    Claim {
        /// The key.
        key: ReplyKey,
        /// What to store under it.
        reply: StoredReply,
        /// How long it is kept, from now on.
        keep: Duration,
    },
    /// Stores the final body under a key that was claimed without one. A key that has a body is ReplyTaken; one
    /// that is free (its life is over) stays free, and the unit goes on.
    Finish {
        /// The key.
        key: ReplyKey,
        /// The encoded response.
        body: Bytes,
    },
    /// Frees a claimed key: the end was one that a retry may change. A key that has a body is ReplyTaken.
    Release {
        /// The key.
        key: ReplyKey,
    },
}

impl ReplyWrite {
    /// The key that is written.
    pub fn key(&self) -> &ReplyKey {
        match self {
            Self::Claim { key, .. } | Self::Finish { key, .. } | Self::Release { key } => key,
        }
    }
}

/// When a row must be driven next. Durations count from the commit, by the database's clock.
#[derive(Debug, Clone)]
pub struct TimerWrite {
    /// The row to drive: a placement or a payment; or a cart or checkout whose life may be over.
    pub key: Key,
    /// What to do with its timer.
    pub change: TimerChange,
}

/// What happens to a timer.
#[derive(Debug, Clone)]
pub enum TimerChange {
    /// Creates or keeps the timer under the lease of `worker`: the fence of a timer that this creates is 1. One
    /// that exists, or was cleared, keeps its fence, and the unit is Fenced unless it carries the claim on this key or the
    /// lease that runs is the worker's own.
    Lease {
        /// Who drives.
        worker: WorkerId,
        /// Until when, from now, nobody else may claim it.
        lease: Duration,
    },
    /// Due after this long. Creates the timer (fence 0) when there never was one. A unit that carries the claim on
    /// this key gives its lease back; any other leaves the lease of the worker that drives.
    Due(Duration),
    /// No more to be driven. Whoever held a claim on it holds none any more, also when the timer is set again:
    /// its fence moves on.
    Clear,
}

/// A worker's right to write: its claim on a timer. A unit that carries one is Fenced when the timer's fence
/// differs or its timer is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The row that was claimed.
    pub key: Key,
    /// Incremented by each claim.
    pub fence: u64,
}

/// Everything that one decision changes: all of it is committed, or nothing.
#[derive(Debug, Clone)]
pub struct UnitOfWork<D> {
    /// Recognises this unit after a commit whose answer was lost.
    pub id: UnitId,
    /// The store; every key of the unit is its own.
    pub store: StoreId,
    /// The worker's claim, when a worker writes.
    pub fence: Option<Fence>,
    /// Rows, each at most once.
    pub writes: Vec<Write<D>>,
    /// Counters, in order. A unit that moves counters by more than `Limit` must write a row: only by a row (or
    /// a claimed reply key) is a unit recognised when it comes again.
    pub counters: Vec<CounterMove>,
    /// The reply key, when the caller gave one.
    pub reply: Option<ReplyWrite>,
    /// Timers, each at most once.
    pub timers: Vec<TimerWrite>,
}

impl<D> UnitOfWork<D> {
    /// An empty unit.
    pub fn new(id: UnitId, store: StoreId) -> Self {
        Self {
            id,
            store,
            fence: None,
            writes: Vec::new(),
            counters: Vec::new(),
            reply: None,
            timers: Vec::new(),
        }
    }

    /// Whether every key of the unit is its own store's. A unit of which that is not so is a bug of ours: it
    /// would cross tenants, and no store takes it (Busy, and an error in the log).
    pub fn is_of_one_store(&self) -> bool {
        let subject = match &self.reply {
            Some(ReplyWrite::Claim { reply, .. }) => reply.subject.as_ref(),
            Some(ReplyWrite::Finish { .. } | ReplyWrite::Release { .. }) | None => None,
        };
        let keys = (self.writes.iter().map(|write| &write.key))
            .chain(self.timers.iter().map(|timer| &timer.key))
            .chain(self.fence.iter().map(|fence| &fence.key))
            .chain(subject)
            .map(|key| &key.store);
        keys.chain(self.reply.iter().map(|reply| &reply.key().store)).all(|store| *store == self.store)
    }
}

/// What became of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// All of it is durable, now or by an earlier submission of the same unit.
    Committed,
    /// A row is no longer at the expected version, or exists where it should be new, or its columns carry a
    /// unique value that another's carry. Nothing was written.
    Stale {
        /// The first such row.
        key: Key,
    },
    /// A counter has less left than asked. Nothing was written.
    Short {
        /// The counter.
        name: String,
        /// What is left of it, never negative.
        left: i64,
    },
    /// The reply key is taken. Nothing was written.
    ReplyTaken(StoredReply),
    /// The worker's claim is gone. Nothing was written.
    Fenced,
    /// The connection died on the way: it may be durable or not. Submit the same unit again.
    Unknown,
    /// The store was too busy or unreachable to take the unit; nothing was written.
    Busy,
}

/// A due row, claimed under a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The row to drive.
    pub key: Key,
    /// The fence of this claim: the timer's, after it was incremented.
    pub fence: u64,
}

/// A page of rows of one kind, newest first by id.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The store.
    pub store: StoreId,
    /// The kind of row.
    pub kind: Kind,
    /// Only rows with this label (what a label is depends on the kind: see the documents).
    pub label: Option<String>,
    /// Only rows whose id sorts before this one.
    pub before: Option<String>,
    /// At most this many.
    pub limit: u32,
}

/// Why a read gave nothing. A write answers by [`Verdict`] and never by this.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection, no free connection in time, or a timeout: try again.
    #[error("the store cannot be reached now: {0}")]
    Unavailable(String),
    /// A row that this version cannot read, or a programming error of ours.
    #[error("the store holds something this version cannot read: {0}")]
    Corrupt(String),
}

/// Where decisions become durable. `D` is the content of a row.
///
/// An implementation MUST:
/// - commit a unit entirely or not at all, and answer `Committed` only when it is durable;
/// - give every verdict but `Committed` and `Unknown` only when nothing of the unit is written;
/// - answer `Committed` when the same unit id is submitted again after it was committed, as long as the first
///   row it writes carries its id or an event of it; a unit without rows is known by its reply key;
/// - compare-and-set each write's version, adding 1, and number events without gaps per row;
/// - check in this order: fence, versions (then the unique columns), counters by name, reply key;
/// - use its own clock (the database's) for leases, timers and the life of replies;
/// - let at most one worker hold the claim on a key whose lease has not run out;
/// - forget what is over: expired replies, and rows whose document said from when on they are void, some with each
///   call of `claim_due`. A row that was forgotten is as if it had never been: a write that expects a version of it
///   is stale.
#[async_trait::async_trait]
pub trait Store<D>: Send + Sync + 'static {
    /// Reads the rows, the rows they link to, the reply and the counters in one query.
    async fn read(&self, query: &Query) -> Result<Snapshot<D>, StoreError>;

    /// Commits a unit.
    async fn commit(&self, unit: &UnitOfWork<D>) -> Verdict;

    /// Claims due rows whose lease has run out or was never taken, incrementing their fence: first what moves money,
    /// then the lives ([`Kind::lives`]), oldest first in each.
    async fn claim_due(&self, worker: WorkerId, lease: Duration, max: u32) -> Result<Vec<Claim>, StoreError>;

    /// Claims one row whether it is due or not, unless another worker's lease on it still runs. It is due from then on,
    /// so that whoever claims it when this worker is dead need not wait for the moment that was set. `None` when it is
    /// leased, or has no timer.
    async fn claim(&self, key: &Key, worker: WorkerId, lease: Duration) -> Result<Option<Claim>, StoreError>;

    /// Prolongs a claim; false when it is no longer ours, or was given back. Changes neither fence nor version.
    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, StoreError>;

    /// Lists rows of a kind.
    async fn list(&self, listing: &Listing) -> Result<Vec<(Key, Row<D>)>, StoreError>;

    /// The events of one row, in order, from `after` on: for tests, audits and the publisher.
    async fn events(&self, key: &Key, after: u64) -> Result<Vec<StoredEvent>, StoreError>;

    /// The database's time.
    async fn now(&self) -> Result<Timestamp, StoreError>;
}

/// An event as it was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Gap-free per row, from 1.
    pub sequence: u64,
    /// The type without the house's prefix.
    pub kind: String,
    /// Its data.
    pub data: serde_json::Value,
    /// The unit that wrote it.
    pub unit: UnitId,
    /// The database's time of the commit.
    pub committed_at: Timestamp,
}
