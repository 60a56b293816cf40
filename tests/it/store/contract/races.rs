//! Races: whatever is asked at once, exactly one wins what only one can have.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use cashwrap::ports::document::Document;
use cashwrap::ports::store::CounterChange::{Hold, Limit};
use cashwrap::ports::store::TimerChange::Due;
use cashwrap::ports::store::{Key, Kind, Store, TimerChange, UnitOfWork, Verdict};
use futures::future::join_all;

use super::bench::*;

/// Runs all of them at once, each on a task of its own.
pub(super) async fn at_once<T: Send + 'static>(
    all: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    #[expect(clippy::disallowed_methods, reason = "a race needs tasks of its own")]
    let tasks: Vec<_> = all.map(tokio::spawn).collect();
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

/// Commits all of them at once. Busy is asked again once, as a caller would on a slow machine; a store that says
/// it where another was first, rather than who that was, is found out by the laws that count.
async fn race(bench: &Bench, units: Vec<UnitOfWork<Document>>) -> Vec<Verdict> {
    let patient = |store: Arc<dyn Store<Document>>, unit: UnitOfWork<Document>| async move {
        match store.commit(&unit).await {
            Verdict::Busy => store.commit(&unit).await,
            verdict => verdict,
        }
    };
    at_once(units.into_iter().map(|unit| patient(bench.store.clone(), unit))).await
}

/// Commits all of them at once, and takes their first answers.
async fn rush(bench: &Bench, units: Vec<UnitOfWork<Document>>) -> Vec<Verdict> {
    let commit = |store: Arc<dyn Store<Document>>, unit: UnitOfWork<Document>| async move {
        store.commit(&unit).await
    };
    at_once(units.into_iter().map(|unit| commit(bench.store.clone(), unit))).await
}

fn wins(verdicts: &[Verdict]) -> usize {
    verdicts.iter().filter(|verdict| **verdict == Verdict::Committed).count()
}

pub(crate) async fn of_concurrent_writers_one_wins_each_version(bench: &Bench) {
    let row = key(Kind::Cart, "hot");
    bench.committed(unit().writes(&row, 0, text(0))).await;
    for version in 1..4 {
        let units = (0..32).map(|n| unit().emits(&row, version, text(n), vec![event(n)])).collect();
        let verdicts = race(bench, units).await;
        assert_eq!(wins(&verdicts), 1, "{verdicts:?}");
        let stale = Verdict::Stale { key: row.clone() };
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == stale).count(), 31);
    }
    let sequences = bench.store.events(&row, 0).await.unwrap().into_iter().map(|event| event.sequence);
    assert_eq!(sequences.collect::<Vec<_>>(), [1, 2, 3]);
}

pub(crate) async fn of_concurrent_creators_one_wins(bench: &Bench) {
    let row = key(Kind::Cart, "new");
    let other = |n: u64| key(Kind::Cart, &format!("other-{n}"));
    let units = (0..16).map(|n| unit().writes(&other(n), 0, text(n)).writes(&row, 0, text(n))).collect();
    let verdicts = rush(bench, units).await;
    assert_eq!(wins(&verdicts), 1, "{verdicts:?}");
    let stale = Verdict::Stale { key: row.clone() };
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == stale).count(), 15, "{verdicts:?}");
    let mut others = 0;
    for n in 0..16 {
        others += usize::from(bench.row(&other(n)).await.is_some());
    }
    assert_eq!(others, 1, "a loser left half a unit");
}

pub(crate) async fn of_concurrent_leases_of_a_new_timer_one_wins(bench: &Bench) {
    for round in 0..8 {
        let row = key(Kind::Payment, &format!("{round}"));
        let lease = |n: u128| TimerChange::Lease { worker: worker(n), lease: LONG };
        let verdicts = race(bench, (0..16).map(|n| unit().times(&row, lease(n))).collect()).await;
        assert_eq!(wins(&verdicts), 1, "{verdicts:?}");
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Fenced).count(), 15);
    }
}

pub(crate) async fn of_concurrent_holds_of_the_last_one_wins(bench: &Bench) {
    bench.committed(unit().moves("stock", Limit(1))).await;
    let cart = |n: u64| key(Kind::Cart, &format!("{n}"));
    let units = (0..32).map(|n| unit().writes(&cart(n), 0, text(n)).moves("stock", Hold(1))).collect();
    let verdicts = race(bench, units).await;
    assert_eq!(wins(&verdicts), 1, "{verdicts:?}");
    let short = Verdict::Short { name: "stock".to_owned(), left: 0 };
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == short).count(), 31);
    assert_eq!(bench.left("stock").await, Some(0));
}

pub(crate) async fn concurrent_creators_of_a_counter_lose_no_hold(bench: &Bench) {
    let units = (0..16).map(|_| unit().moves("stock", Limit(20)).moves("stock", Hold(1))).collect();
    let verdicts = race(bench, units).await;
    assert_eq!(wins(&verdicts), 16, "{verdicts:?}");
    assert_eq!(bench.left("stock").await, Some(4));
}

pub(crate) async fn of_concurrent_claims_of_a_reply_key_one_wins(bench: &Bench) {
    let cart = |n: u8| key(Kind::Cart, &format!("{n}"));
    let units = (0..16)
        .map(|n| unit().writes(&cart(n), 0, text(1)).replies(claim_reply(1, open_reply(n), LONG)))
        .collect();
    let verdicts = race(bench, units).await;
    assert_eq!(wins(&verdicts), 1, "{verdicts:?}");
    let kept = bench.reply(&reply_key(1)).await.unwrap();
    for (n, verdict) in verdicts.iter().enumerate() {
        let won = *verdict == Verdict::Committed;
        assert!(won || *verdict == Verdict::ReplyTaken(kept.clone()), "{verdict:?}");
        assert_eq!(bench.row(&cart(u8::try_from(n).unwrap())).await.is_some(), won);
    }
}

pub(crate) async fn concurrent_submissions_of_one_unit_write_once(bench: &Bench) {
    let row = key(Kind::Order, "1");
    bench.committed(unit().moves("stock", Limit(9))).await;
    let new = unit().emits(&row, 0, text(1), vec![event(1)]).moves("stock", Hold(1)).replies(claim_reply(
        1,
        open_reply(1),
        LONG,
    ));
    assert_eq!(wins(&race(bench, vec![new; 8]).await), 8);
    let next = unit().emits(&row, 1, text(2), vec![event(2)]).moves("stock", Hold(1));
    assert_eq!(wins(&race(bench, vec![next; 8]).await), 8);
    assert_eq!(bench.left("stock").await, Some(7));
    assert_eq!(bench.row(&row).await.unwrap().version, 2);
    assert_eq!(bench.store.events(&row, 0).await.unwrap().len(), 2);
}

pub(crate) async fn concurrent_workers_never_claim_one_row_twice(bench: &Bench) {
    for n in 0..40 {
        bench.committed(unit().times(&key(Kind::Payment, &format!("{n}")), Due(Duration::ZERO))).await;
    }
    let claiming = |number: u128| {
        let store = bench.store.clone();
        async move {
            let mut mine = Vec::new();
            loop {
                let claims = store.claim_due(worker(number), LONG, 3).await.unwrap();
                if claims.is_empty() {
                    return mine;
                }
                mine.extend(claims.into_iter().map(|claim| claim.key));
            }
        }
    };
    let claimed: Vec<Key> = at_once((0..8).map(claiming)).await.into_iter().flatten().collect();
    assert_eq!(claimed.len(), 40);
    assert_eq!(claimed.iter().collect::<BTreeSet<_>>().len(), 40);
}

pub(crate) async fn units_that_cross_each_other_all_end(bench: &Bench) {
    let (one, two) = (key(Kind::Cart, "1"), key(Kind::Order, "2"));
    bench.committed(unit().moves("a", Limit(100)).moves("b", Limit(100))).await;
    let forth = (0..16).map(|n| {
        let unit = if n < 8 { unit() } else { unit().writes(&key(Kind::Cart, &format!("n{n}")), 0, text(1)) };
        unit.writes(&one, 0, text(n)).writes(&two, 0, text(n)).moves("a", Hold(1)).moves("b", Hold(1))
    });
    let back = (0..16).map(|n| {
        unit().writes(&two, 0, text(n)).writes(&one, 0, text(n)).moves("b", Hold(1)).moves("a", Hold(1))
    });
    let verdicts = race(bench, forth.chain(back).collect()).await;
    assert_eq!(wins(&verdicts), 1, "{verdicts:?}");
    assert_eq!((bench.left("a").await, bench.left("b").await), (Some(99), Some(99)));
}
