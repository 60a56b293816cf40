//! Many clients at once, through every door of the store: what they leave is what their winners alone would have
//! left, one after the other, on the memory store; and each loser lost to somebody.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use cashwrap::domain::ids::UnitId;
use cashwrap::ports::document::Document;
use cashwrap::ports::store::CounterChange::{Hold, Limit};
use cashwrap::ports::store::{Key, Kind, Query, ReplyWrite, Store, UnitOfWork, Verdict};
use cashwrap::store::MemoryStore;

use super::bench::*;
use super::races::at_once;
use crate::support::dice::Dice;

pub(crate) const CLIENTS: u64 = 8;
const UNITS: u64 = 24;
const ROWS: u64 = 5;
const STOCK: u32 = 60;
const KEYS: u64 = 24;

pub(crate) type Door = Arc<dyn Store<Document>>;
/// A unit, what its client had seen when it was made, and what became of it.
pub(crate) struct Told {
    pub(crate) unit: UnitOfWork<Document>,
    /// The version of each row, 0 where there was none.
    pub(crate) seen: Vec<u64>,
    pub(crate) verdict: Verdict,
}

fn rows() -> Vec<Key> {
    (0..ROWS).map(|row| key(Kind::Payment, &row.to_string())).collect()
}

/// A unit of one or two rows as this client last saw them, of which it sometimes is wrong. What the dice and the
/// versions that were seen say, is all that is in it: another process makes the same of them.
pub(crate) fn unit_of(dice: &mut Dice, seen: &[u64]) -> UnitOfWork<Document> {
    let mut made = UnitOfWork::new(UnitId(dice.uuid()), shop());
    let seen: Vec<(Key, u64)> = rows().into_iter().zip(seen.iter().copied()).collect();
    for _ in 0..=dice.below(2) {
        let (key, version) = dice.one_of(&seen.iter().collect::<Vec<_>>()).clone();
        if made.writes.iter().all(|write| write.key != key) {
            // An event on the first row at least: by it a unit is recognised that others wrote over meanwhile.
            let fewest = u64::from(made.writes.is_empty());
            let events = (0..fewest + dice.below(2)).map(event).collect();
            made = made.emits(&key, version, text(dice.below(100)), events);
        }
    }
    if dice.below(2) == 0 {
        made = made.moves("stock", Hold(1));
    }
    if dice.below(3) == 0 {
        let fingerprint = u8::try_from(dice.below(200)).unwrap();
        made = made.replies(claim_reply(dice.below(KEYS).into(), open_reply(fingerprint), LONG));
    }
    made
}

/// What one client asked and was told; a unit in doubt, or that was not taken, is submitted again.
async fn client(door: Door, mut dice: Dice) -> Vec<Told> {
    let mut told = Vec::new();
    for _ in 0..UNITS {
        let read = door.read(&Query { keys: rows(), ..Query::default() }).await;
        let Ok(read) = read else { continue };
        let seen =
            rows().iter().map(|key| read.rows.get(key).map_or(0, |row| row.version)).collect::<Vec<_>>();
        let unit = unit_of(&mut dice, &seen);
        let mut verdict = door.commit(&unit).await;
        for _ in 0..200 {
            if !matches!(verdict, Verdict::Unknown | Verdict::Busy) {
                break;
            }
            tokio::task::yield_now().await;
            verdict = door.commit(&unit).await;
        }
        told.push(Told { unit, seen, verdict });
    }
    told
}

/// The clients of these numbers at once, spread over the doors: the story of each.
pub(crate) async fn clients(doors: &[&Door], numbers: Range<u64>) -> Vec<Vec<Told>> {
    let clients =
        numbers.zip(doors.iter().cycle()).map(|(number, door)| client(Arc::clone(door), Dice::of(number)));
    at_once(clients.collect::<Vec<_>>().into_iter()).await
}

/// An order in which the memory store takes every winner: each after whoever wrote the versions that it expects.
async fn replayed(mut winners: Vec<UnitOfWork<Document>>) -> MemoryStore {
    let model = MemoryStore::new(ticking());
    assert_eq!(model.commit(&stocked()).await, Verdict::Committed);
    while !winners.is_empty() {
        let mut waiting = Vec::new();
        let before = winners.len();
        for unit in winners {
            if model.commit(&unit).await != Verdict::Committed {
                waiting.push(unit);
            }
        }
        assert!(waiting.len() < before, "no order of these explains that all of them won: {waiting:#?}");
        winners = waiting;
    }
    model
}

/// What a store holds of all this, but for its times.
async fn held(store: &dyn Store<Document>) -> String {
    let counters = vec![(shop(), "stock".to_owned())];
    let read = store.read(&Query { keys: rows(), counters, ..Query::default() }).await.unwrap();
    let mut held = format!("{:?}\n", read.left);
    for (key, mut row) in read.rows {
        row.row.text = row.row.text.replace(' ', "");
        writeln!(held, "{} {row:?}", key.id).unwrap();
        for event in store.events(&key, 0).await.unwrap() {
            writeln!(held, "  {} {} {} {}", event.sequence, event.kind, event.data, event.unit).unwrap();
        }
    }
    for number in 0..KEYS {
        let reply = Some(reply_key(number.into()));
        let read = store.read(&Query { reply, ..Query::default() }).await.unwrap();
        writeln!(held, "{:?}", read.reply).unwrap();
    }
    held
}

/// What all of them draw on.
pub(crate) fn stocked() -> UnitOfWork<Document> {
    unit().moves("stock", Limit(STOCK))
}

/// The store holds what the winners alone would have left, one after the other, on the memory store.
pub(crate) async fn explained_by(winners: Vec<UnitOfWork<Document>>, store: &dyn Store<Document>) {
    let model = replayed(winners).await;
    assert_eq!(held(&model).await, held(store).await);
}

/// Each loser lost to somebody.
pub(crate) async fn lost_to_somebody(told: &[Told], store: &dyn Store<Document>) {
    let now = store.read(&Query { keys: rows(), ..Query::default() }).await.unwrap().rows;
    for Told { unit, verdict, .. } in told {
        match verdict {
            Verdict::Committed => {}
            Verdict::Stale { key } => {
                let write = unit.writes.iter().find(|write| write.key == *key).unwrap();
                assert!(now[key].version > write.expected, "{key:?} was stale for nobody");
            }
            Verdict::Short { left, .. } => assert_eq!(*left, 0),
            Verdict::ReplyTaken(taken) => {
                let Some(ReplyWrite::Claim { key, .. }) = &unit.reply else { panic!("it claimed no key") };
                let query = Query { reply: Some(key.clone()), ..Query::default() };
                assert_eq!(store.read(&query).await.unwrap().reply.as_ref(), Some(taken));
            }
            other => panic!("{other:?} is no end"),
        }
    }
}

/// The units that won.
pub(crate) fn winners(told: &[Told]) -> Vec<UnitOfWork<Document>> {
    told.iter().filter(|told| told.verdict == Verdict::Committed).map(|told| told.unit.clone()).collect()
}

pub(crate) async fn a_crowd_leaves_what_its_winners_alone_would_leave(bench: &Bench) {
    bench.committed(stocked()).await;
    let doors: Vec<&Door> = std::iter::once(&bench.store).chain(&bench.doors).collect();
    let told = clients(&doors, 0..CLIENTS).await.into_iter().flatten().collect::<Vec<_>>();
    let won = winners(&told);
    let lost = told.len() - won.len();
    assert!(won.len() > 20 && lost > 5, "{} won, {lost} lost: no crowd", won.len());
    explained_by(won, &*bench.store).await;
    lost_to_somebody(&told, &*bench.store).await;
}
