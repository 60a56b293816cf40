//! A bench: a fresh store, a way to see all that it holds, and short words for units of work.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use cashwrap::domain::ids::{StoreId, UnitId, WorkerId};
use cashwrap::ports::document::Document;
use cashwrap::ports::store::{
    CounterChange, CounterMove, Event, Key, Kind, Query, ReplyKey, ReplyWrite, Row, Snapshot, Store,
    StoredReply, TimerChange, TimerWrite, UnitOfWork, Verdict, Write,
};
use futures::future::BoxFuture;
use jiff::Timestamp;
use uuid::Uuid;

/// Longer than any test.
pub(crate) const LONG: Duration = Duration::from_hours(1);

/// A fresh store.
pub(crate) struct Bench {
    /// The store.
    pub(crate) store: Arc<dyn Store<Document>>,
    /// Other doors to the same rows: what another process has open.
    pub(crate) doors: Vec<Arc<dyn Store<Document>>>,
    /// Everything that the store holds, as text.
    pub(crate) dump: Box<dyn Fn() -> BoxFuture<'static, String> + Send + Sync>,
    /// What must live as long as the store.
    pub(crate) _keep: Box<dyn Any + Send + Sync>,
}

impl Bench {
    pub(crate) async fn commit(&self, unit: &UnitOfWork<Document>) -> Verdict {
        self.store.commit(unit).await
    }

    /// Commits a unit that must win.
    pub(crate) async fn committed(&self, unit: UnitOfWork<Document>) {
        assert_eq!(self.commit(&unit).await, Verdict::Committed, "{unit:?}");
    }

    pub(crate) async fn snapshot(&self, query: Query) -> Snapshot<Document> {
        self.store.read(&query).await.unwrap()
    }

    pub(crate) async fn row(&self, key: &Key) -> Option<Row<Document>> {
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        self.snapshot(query).await.rows.remove(key)
    }

    pub(crate) async fn left(&self, name: &str) -> Option<i64> {
        let query = Query { counters: vec![(shop(), name.to_owned())], ..Query::default() };
        self.snapshot(query).await.left.remove(name)
    }

    pub(crate) async fn reply(&self, key: &ReplyKey) -> Option<StoredReply> {
        let query = Query { reply: Some(key.clone()), ..Query::default() };
        self.snapshot(query).await.reply
    }
}

/// A clock that moves on a millisecond each time it is read.
pub(crate) fn ticking() -> Arc<dyn Fn() -> Timestamp + Send + Sync> {
    let ticks = AtomicI64::new(1_700_000_000_000);
    Arc::new(move || Timestamp::from_millisecond(ticks.fetch_add(1, Ordering::Relaxed)).unwrap())
}

fn next() -> u128 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed).into()
}

pub(crate) fn shop() -> StoreId {
    "shop".parse().unwrap()
}

pub(crate) fn key(kind: Kind, id: &str) -> Key {
    Key::new(&shop(), kind, id)
}

pub(crate) fn worker(number: u128) -> WorkerId {
    WorkerId(Uuid::from_u128(number))
}

/// An empty unit with an id of its own.
pub(crate) fn unit() -> UnitOfWork<Document> {
    UnitOfWork::new(UnitId(Uuid::from_u128(next())), shop())
}

pub(crate) fn text(value: u64) -> Document {
    Document { text: format!(r#"{{"value":{value}}}"#), ..Document::default() }
}

pub(crate) fn value_of(row: &Row<Document>) -> serde_json::Value {
    serde_json::from_str::<serde_json::Value>(&row.row.text).unwrap()["value"].clone()
}

pub(crate) fn event(number: u64) -> Event {
    Event { kind: "thing.changed.v1", data: serde_json::json!({ "number": number }) }
}

pub(crate) fn reply_key(number: u128) -> ReplyKey {
    ReplyKey { store: shop(), method: "PlaceOrder", request_id: Uuid::from_u128(number) }
}

pub(crate) fn open_reply(fingerprint: u8) -> StoredReply {
    StoredReply { fingerprint: [fingerprint; 32], subject: Some(key(Kind::Placement, "p")), body: None }
}

pub(crate) fn claim_reply(number: u128, reply: StoredReply, keep: Duration) -> ReplyWrite {
    ReplyWrite::Claim { key: reply_key(number), reply, keep }
}

/// Short words to fill a unit.
pub(crate) trait Filled: Sized {
    fn writes(self, key: &Key, expected: u64, row: Document) -> Self;
    fn emits(self, key: &Key, expected: u64, row: Document, events: Vec<Event>) -> Self;
    fn moves(self, name: &str, change: CounterChange) -> Self;
    fn replies(self, reply: ReplyWrite) -> Self;
    fn times(self, key: &Key, change: TimerChange) -> Self;
}

impl Filled for UnitOfWork<Document> {
    fn writes(self, key: &Key, expected: u64, row: Document) -> Self {
        self.emits(key, expected, row, Vec::new())
    }

    fn emits(mut self, key: &Key, expected: u64, row: Document, events: Vec<Event>) -> Self {
        self.writes.push(Write { key: key.clone(), expected, row, events });
        self
    }

    fn moves(mut self, name: &str, change: CounterChange) -> Self {
        self.counters.push(CounterMove { name: name.to_owned(), change });
        self
    }

    fn replies(mut self, reply: ReplyWrite) -> Self {
        self.reply = Some(reply);
        self
    }

    fn times(mut self, key: &Key, change: TimerChange) -> Self {
        self.timers.push(TimerWrite { key: key.clone(), change });
        self
    }
}
