//! Many clients at once, through every door of the store: what they leave is what their winners alone would have
//! left, one after the other, on the memory store; and each loser lost to somebody.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use cashwrap::ports::document::Document;
use cashwrap::ports::store::CounterChange::{Hold, Limit};
use cashwrap::ports::store::{Key, Kind, Query, ReplyWrite, Row, Store, UnitOfWork, Verdict};
use cashwrap::store::MemoryStore;

use super::bench::*;
use super::races::at_once;
use crate::support::dice::Dice;

const CLIENTS: u64 = 8;
const UNITS: u64 = 24;
const ROWS: u64 = 5;
const STOCK: u32 = 60;
const KEYS: u64 = 24;

type Door = Arc<dyn Store<Document>>;
type Told = (UnitOfWork<Document>, Verdict);

fn rows() -> Vec<Key> {
    (0..ROWS).map(|row| key(Kind::Payment, &row.to_string())).collect()
}

/// A unit of one or two rows as this client last saw them, of which it sometimes is wrong.
fn unit_of(dice: &mut Dice, seen: &BTreeMap<Key, Row<Document>>) -> UnitOfWork<Document> {
    let mut made = unit();
    for _ in 0..=dice.below(2) {
        let key = dice.one_of(&rows().iter().collect::<Vec<_>>()).clone();
        if made.writes.iter().all(|write| write.key != key) {
            let version = seen.get(&key).map_or(0, |row| row.version);
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
        let seen = door.read(&Query { keys: rows(), ..Query::default() }).await;
        let Ok(seen) = seen else { continue };
        let unit = unit_of(&mut dice, &seen.rows);
        let mut verdict = door.commit(&unit).await;
        for _ in 0..200 {
            if !matches!(verdict, Verdict::Unknown | Verdict::Busy) {
                break;
            }
            tokio::task::yield_now().await;
            verdict = door.commit(&unit).await;
        }
        told.push((unit, verdict));
    }
    told
}

/// An order in which the memory store takes every winner: each after whoever wrote the versions that it expects.
async fn replayed(mut winners: Vec<UnitOfWork<Document>>) -> MemoryStore {
    let model = MemoryStore::new(ticking());
    assert_eq!(model.commit(&unit().moves("stock", Limit(STOCK))).await, Verdict::Committed);
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

pub(crate) async fn a_crowd_leaves_what_its_winners_alone_would_leave(bench: &Bench) {
    bench.committed(unit().moves("stock", Limit(STOCK))).await;
    let doors: Vec<&Door> = std::iter::once(&bench.store).chain(&bench.doors).collect();
    let clients = (0..CLIENTS)
        .zip(doors.iter().cycle())
        .map(|(number, door)| client(Arc::clone(door), Dice::of(number)));
    let told: Vec<Told> =
        at_once(clients.collect::<Vec<_>>().into_iter()).await.into_iter().flatten().collect();
    let (won, lost): (Vec<_>, Vec<_>) =
        told.into_iter().partition(|(_, verdict)| *verdict == Verdict::Committed);
    assert!(won.len() > 20 && lost.len() > 5, "{} won, {} lost: no crowd", won.len(), lost.len());

    let model = replayed(won.into_iter().map(|(unit, _)| unit).collect()).await;
    assert_eq!(held(&model).await, held(&*bench.store).await);

    let now = bench.snapshot(Query { keys: rows(), ..Query::default() }).await.rows;
    for (unit, verdict) in lost {
        match verdict {
            Verdict::Stale { key } => {
                let write = unit.writes.iter().find(|write| write.key == key).unwrap();
                assert!(now[&key].version > write.expected, "{key:?} was stale for nobody");
            }
            Verdict::Short { left, .. } => assert_eq!(left, 0),
            Verdict::ReplyTaken(taken) => {
                let Some(ReplyWrite::Claim { key, .. }) = &unit.reply else { panic!("it claimed no key") };
                assert_eq!(bench.reply(key).await, Some(taken));
            }
            other => panic!("{other:?} is no end"),
        }
    }
}
