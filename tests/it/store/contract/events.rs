//! Events are in the commit of their change, and a unit that comes again is known.

use cashwrap::ports::store::CounterChange::{Hold, Limit};
use cashwrap::ports::store::{Kind, Verdict};

use super::bench::*;

pub(crate) async fn events_are_numbered_without_gaps_in_the_commit_of_their_change(bench: &Bench) {
    let (one, two) = (key(Kind::Order, "1"), key(Kind::Order, "2"));
    let first =
        unit().emits(&one, 0, text(1), vec![event(1), event(2)]).emits(&two, 0, text(1), vec![event(9)]);
    let second = unit().emits(&one, 1, text(2), vec![]);
    let third = unit().emits(&one, 2, text(3), vec![event(3)]);
    for unit in [&first, &second, &third] {
        bench.committed(unit.clone()).await;
    }
    let stale = unit().emits(&one, 1, text(4), vec![event(4)]);
    assert!(matches!(bench.commit(&stale).await, Verdict::Stale { .. }));
    let events = bench.store.events(&one, 0).await.unwrap();
    let seen: Vec<_> =
        events.iter().map(|event| (event.sequence, event.unit, event.data["number"].clone())).collect();
    assert_eq!(seen, [(1, first.id, 1.into()), (2, first.id, 2.into()), (3, third.id, 3.into())]);
    assert!(events.iter().all(|event| event.kind == "thing.changed.v1"));
    assert!(events.is_sorted_by_key(|event| event.committed_at));
    assert_eq!(bench.store.events(&one, 2).await.unwrap(), events[2..]);
    assert_eq!(bench.row(&one).await.unwrap().sequence, 3);
    assert_eq!(bench.store.events(&two, 0).await.unwrap().len(), 1);
}

pub(crate) async fn the_same_unit_again_is_committed_and_writes_once(bench: &Bench) {
    let row = key(Kind::Order, "1");
    bench.committed(unit().moves("stock", Limit(5))).await;
    let unit = unit().emits(&row, 0, text(1), vec![event(1)]).moves("stock", Hold(2)).replies(claim_reply(
        1,
        open_reply(1),
        LONG,
    ));
    bench.committed(unit.clone()).await;
    let before = (bench.dump)().await;
    bench.committed(unit).await;
    assert_eq!((bench.dump)().await, before);
}

pub(crate) async fn the_same_unit_is_recognised_by_its_event_after_a_later_write(bench: &Bench) {
    let row = key(Kind::Order, "1");
    let loud = unit().emits(&row, 0, text(1), vec![event(1)]);
    let quiet = unit().writes(&row, 1, text(2));
    bench.committed(loud.clone()).await;
    bench.committed(quiet.clone()).await;
    bench.committed(unit().writes(&row, 2, text(3))).await;
    assert_eq!(bench.commit(&loud).await, Verdict::Committed);
    // Without an event its trace is gone with the next write, and it may not pretend.
    assert_eq!(bench.commit(&quiet).await, Verdict::Stale { key: row.clone() });
    assert_eq!(bench.row(&row).await.unwrap().version, 3);
}

pub(crate) async fn the_same_claim_of_a_reply_alone_is_committed(bench: &Bench) {
    let claim = unit().replies(claim_reply(1, open_reply(1), LONG));
    bench.committed(claim.clone()).await;
    assert_eq!(bench.commit(&claim).await, Verdict::Committed);
}
