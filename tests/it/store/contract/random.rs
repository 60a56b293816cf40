//! Any sequence of operations has the same verdicts on this store as on the memory store, whose verdicts are
//! the pure function itself.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cashwrap::domain::ids::StoreId;
use cashwrap::ports::document::Document;
use cashwrap::ports::store::CounterChange::{Consume, Hold, Limit, Release};
use cashwrap::ports::store::{
    Claim, CounterChange, Fence, Key, Kind, Listing, Query, ReplyKey, ReplyWrite, Snapshot, Store,
    StoredEvent, StoredReply, TimerChange, UnitOfWork, Verdict,
};
use cashwrap::store::MemoryStore;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Handle;

use super::bench::*;
use super::columns::{attempt, order, with};

const CASES: u32 = 32;
const IDS: [&str; 3] = ["a", "b", "c"];

/// The tender or checkout of each row: two rows contend for one, and nothing ever moves to another.
const OWNERS: [&str; 3] = ["a", "a", "b"];

/// One write: which row, how far off its version is, how many events, columns.
type WriteOp = (u8, u8, u64, u8);

#[derive(Debug, Clone)]
enum Op {
    Commit {
        fence: Option<(u8, bool)>,
        writes: Vec<WriteOp>,
        moves: Vec<(u8, CounterChange)>,
        reply: Option<(u8, u8, bool)>,
        timers: Vec<(u8, u8, bool)>,
    },
    /// Submits an earlier unit again.
    Again(usize),
    Claim(u8, u8, bool),
    Renew(u8, bool),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let change = prop_oneof![
        (1..4u32).prop_map(Hold),
        (1..4u32).prop_map(Consume),
        (1..4u32).prop_map(Release),
        (0..6u32).prop_map(Limit)
    ];
    let writes = prop::collection::vec((0..3u8, 0..8u8, 0..3u64, 0..8u8), 0..3);
    let commit = (
        prop::option::weighted(0.3, (0..3u8, any::<bool>())),
        writes,
        prop::collection::vec((0..3u8, change), 0..3),
        prop::option::weighted(0.4, (0..4u8, 0..3u8, any::<bool>())),
        prop::collection::vec((0..3u8, 0..5u8, any::<bool>()), 0..3),
    );
    let op = prop_oneof![
        8 => commit.prop_map(|(fence, writes, moves, reply, timers)| Op::Commit { fence, writes, moves, reply, timers }),
        2 => any::<prop::sample::Index>().prop_map(|index| Op::Again(index.index(8))),
        2 => (0..3u8, 0..2u8, any::<bool>()).prop_map(|(row, worker, long)| Op::Claim(row, worker, long)),
        1 => (0..3u8, any::<bool>()).prop_map(|(row, long)| Op::Renew(row, long)),
    ];
    prop::collection::vec(op, 1..24)
}

/// Two stores that are asked the same, in a store of each case's own.
struct Pair {
    shop: StoreId,
    model: MemoryStore,
    real: Arc<dyn Store<Document>>,
    sent: Vec<UnitOfWork<Document>>,
    fences: [u64; 3],
}

fn span(long: bool) -> Duration {
    if long { LONG } else { Duration::ZERO }
}

impl Pair {
    fn key(&self, row: u8) -> Key {
        Key::new(&self.shop, Kind::Payment, IDS[usize::from(row)])
    }

    fn reply_key(&self, number: u8) -> ReplyKey {
        ReplyKey { store: self.shop.clone(), ..reply_key(number.into()) }
    }

    async fn unit_of(&self, op: &Op) -> UnitOfWork<Document> {
        let Op::Commit { fence, writes, moves, reply, timers } = op else { unreachable!() };
        let mut made = unit();
        made.store = self.shop.clone();
        made.fence = fence.map(|(row, right)| Fence {
            key: self.key(row),
            fence: self.fences[usize::from(row)] + u64::from(!right),
        });
        let keys = (0..3).map(|row| self.key(row)).collect();
        let now = self.model.read(&Query { keys, ..Query::default() }).await.unwrap();
        for (row, off, events, columns) in writes {
            let key = self.key(*row);
            if made.writes.iter().any(|write| write.key == key) {
                continue;
            }
            let version = now.rows.get(&key).map_or(0, |row| row.version);
            let expected = if *off == 0 { version + 1 } else { version };
            let document = match columns {
                0 | 1 => with(vec![attempt(IDS[usize::from(*row)], OWNERS[usize::from(*row)], true)]),
                2 => with(vec![attempt(IDS[usize::from(*row)], OWNERS[usize::from(*row)], false)]),
                3 => with(vec![order(IDS[usize::from(*row)], OWNERS[usize::from(*row)], "crt")]),
                4 => Document { label: Some("l".to_owned()), ..text(*events) },
                5 => Document { personal: Some("{}".to_owned()), ..text(*events) },
                6 => Document { links: vec![(Kind::Payment, "b".to_owned())], ..text(*events) },
                _ => text(*events),
            };
            made = made.emits(&key, expected, document, (0..*events).map(event).collect());
        }
        for (name, change) in moves {
            made = made.moves(IDS[usize::from(*name)], *change);
        }
        made.reply = reply.map(|(number, what, long)| {
            let key = self.reply_key(number);
            match what {
                0 => {
                    let subject = Some(Key::new(&self.shop, Kind::Placement, "p"));
                    let reply = StoredReply { subject, ..open_reply(number) };
                    ReplyWrite::Claim { key, reply, keep: span(long) }
                }
                1 => ReplyWrite::Finish { key, body: Bytes::from_static(b"done") },
                _ => ReplyWrite::Release { key },
            }
        });
        for (row, what, long) in timers {
            let key = self.key(*row);
            if made.timers.iter().any(|timer| timer.key == key) {
                continue;
            }
            let change = match what {
                0 | 1 => TimerChange::Lease { worker: worker((*what).into()), lease: span(*long) },
                2 | 3 => TimerChange::Due(span(*long)),
                _ => TimerChange::Clear,
            };
            made = made.times(&key, change);
        }
        made
    }

    async fn submit(&mut self, unit: UnitOfWork<Document>) -> (Verdict, Verdict) {
        let verdicts = (self.model.commit(&unit).await, self.insist(&unit).await);
        self.sent.push(unit);
        verdicts
    }

    /// Busy says that nothing was written and nothing of the unit itself: on a machine with other work the same
    /// unit is submitted again, for a bounded time.
    async fn insist(&self, unit: &UnitOfWork<Document>) -> Verdict {
        for _ in 0..40 {
            match self.real.commit(unit).await {
                Verdict::Busy => tokio::task::yield_now().await,
                verdict => return verdict,
            }
        }
        Verdict::Busy
    }

    async fn run(&mut self, op: &Op) -> (String, String) {
        match op {
            Op::Commit { timers, .. } => {
                let unit = self.unit_of(op).await;
                let verdicts = self.submit(unit).await;
                for (row, ..) in timers {
                    let timer = self.model.dump().timers.get(&self.key(*row)).copied();
                    self.fences[usize::from(*row)] = timer.map_or(0, |timer| timer.fence);
                }
                (format!("{:?}", verdicts.0), format!("{:?}", verdicts.1))
            }
            Op::Again(back) => {
                let Some(unit) = self.sent.iter().rev().nth(*back).cloned() else {
                    return Default::default();
                };
                // What a unit without a row or a reply key did cannot be recognised; no caller may repeat it.
                if unit.writes.is_empty() {
                    return Default::default();
                }
                let verdicts = self.submit(unit).await;
                (format!("{:?}", verdicts.0), format!("{:?}", verdicts.1))
            }
            Op::Claim(row, who, long) => {
                let (key, who) = (self.key(*row), worker((*who).into()));
                let one = self.model.claim(&key, who, span(*long)).await.unwrap();
                let other = self.real.claim(&key, who, span(*long)).await.unwrap();
                if let Some(claim) = &one {
                    self.fences[usize::from(*row)] = claim.fence;
                }
                (format!("{one:?}"), format!("{other:?}"))
            }
            Op::Renew(row, long) => {
                let claim = Claim { key: self.key(*row), fence: self.fences[usize::from(*row)] };
                let one = self.model.renew(&claim, span(*long)).await.unwrap();
                let other = self.real.renew(&claim, span(*long)).await.unwrap();
                (format!("{one:?}"), format!("{other:?}"))
            }
        }
    }

    /// What can be seen of a store through the port.
    async fn seen(&self, store: &dyn Store<Document>) -> String {
        let mut seen: Vec<Snapshot<Document>> = Vec::new();
        for number in 0..4 {
            let counters = IDS.iter().map(|id| (self.shop.clone(), (*id).to_owned())).collect();
            let keys = vec![self.key(number % 3)];
            let query = Query { keys, reply: Some(self.reply_key(number)), counters };
            let mut snapshot = store.read(&query).await.unwrap();
            for row in snapshot.rows.values_mut() {
                row.row.text = row.row.text.replace(' ', "");
            }
            seen.push(snapshot);
        }
        let mut events: Vec<Vec<StoredEvent>> = Vec::new();
        for row in 0..3 {
            let mut of_row = store.events(&self.key(row), 0).await.unwrap();
            for event in &mut of_row {
                event.committed_at = jiff::Timestamp::UNIX_EPOCH;
            }
            events.push(of_row);
        }
        let label = Some("l".to_owned());
        let listing =
            Listing { store: self.shop.clone(), kind: Kind::Payment, label, before: None, limit: 9 };
        let listed: Vec<Key> = store.list(&listing).await.unwrap().into_iter().map(|(key, _)| key).collect();
        format!("{seen:#?}{events:#?}{listed:?}")
    }
}

pub(crate) async fn any_sequence_has_the_verdicts_of_the_memory_store(bench: &Bench) {
    let case = std::cell::Cell::new(0);
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let run = async |ops: Vec<Op>| {
        case.set(case.get() + 1);
        let shop: StoreId = format!("shop-{}", case.get()).parse().unwrap();
        let model = MemoryStore::new(ticking());
        let mut pair = Pair { shop, model, real: bench.store.clone(), sent: Vec::new(), fences: [0; 3] };
        for (at, op) in ops.iter().enumerate() {
            let (model, real) = pair.run(op).await;
            prop_assert_eq!(model, real, "at operation {}: {:?}", at, op);
        }
        prop_assert_eq!(pair.seen(&pair.model).await, pair.seen(&*pair.real).await);
        Ok(())
    };
    let outcome = tokio::task::block_in_place(|| {
        TestRunner::new(config).run(&ops(), |ops| Handle::current().block_on(run(ops)))
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
