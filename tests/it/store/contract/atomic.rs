//! All of a unit or nothing: each of its parts fails in turn, and the whole store is as it was.

use std::time::Duration;

use cashwrap::ports::document::Document;
use cashwrap::ports::store::CounterChange::{Consume, Hold, Limit, Release};
use cashwrap::ports::store::TimerChange::{Clear, Due, Lease};
use cashwrap::ports::store::{CounterChange, Fence, Kind, UnitOfWork, Verdict};

use super::bench::*;
use super::columns::{attempt, operation, order, with};

type Break = fn(&mut UnitOfWork<Document>);

/// A unit with every part that a unit can have, over a store in which it would win.
async fn whole(bench: &Bench) -> UnitOfWork<Document> {
    let (placement, payment) = (key(Kind::Placement, "p"), key(Kind::Payment, "y"));
    let ready = unit()
        .emits(&placement, 0, text(1), vec![event(1)])
        .writes(&payment, 0, with(vec![attempt("old", "t", true)]))
        .writes(&key(Kind::Cart, "exists"), 0, with(vec![order("first", "chk", "crt")]))
        .moves("a", Limit(3))
        .moves("b", Limit(3))
        .moves("b", Hold(1))
        .moves("c", Limit(3))
        .moves("c", Hold(1))
        .replies(claim_reply(7, open_reply(7), LONG))
        .times(&placement, Lease { worker: worker(1), lease: LONG })
        .times(&payment, Due(Duration::ZERO));
    bench.committed(ready).await;
    let personal = Some(r#"{"name":"Ann"}"#.to_owned());
    let paid = with(vec![attempt("old", "t", false), attempt("new", "t", true), operation("o", "new")]);
    let mut unit = unit()
        .emits(&placement, 1, Document { personal, ..text(2) }, vec![event(2), event(3)])
        .emits(&payment, 1, paid, vec![event(1)])
        .emits(&key(Kind::Order, "o"), 0, with(vec![order("second", "k2", "c2")]), vec![event(1)])
        .moves("a", Hold(3))
        .moves("b", Consume(1))
        .moves("c", Release(1))
        .moves("d", Limit(1))
        .replies(claim_reply(8, open_reply(8), LONG))
        .times(&placement, Clear)
        .times(&payment, Due(LONG));
    unit.fence = Some(Fence { key: placement, fence: 1 });
    unit
}

fn set_move(unit: &mut UnitOfWork<Document>, at: usize, change: CounterChange) {
    unit.counters[at].change = change;
}

const BREAKS: [(&str, Break); 14] = [
    ("an old fence", |unit| unit.fence.as_mut().unwrap().fence = 0),
    ("a fence without a timer", |unit| unit.fence.as_mut().unwrap().key = key(Kind::Placement, "none")),
    ("another worker's lease", |unit| {
        unit.fence = None;
        unit.timers[0].change = Lease { worker: worker(2), lease: LONG };
    }),
    ("the first version", |unit| unit.writes[0].expected = 2),
    ("the second version", |unit| unit.writes[1].expected = 0),
    ("a missing row", |unit| unit.writes[2].expected = 1),
    ("a new row that exists", |unit| unit.writes[2].key = key(Kind::Cart, "exists")),
    ("a live attempt of the tender", |unit| {
        unit.writes[1].row.columns.remove(0);
    }),
    ("an order of the checkout", |unit| unit.writes[2].row.columns = vec![order("second", "chk", "c2")]),
    ("a hold", |unit| set_move(unit, 0, Hold(4))),
    ("a consume", |unit| set_move(unit, 1, Consume(2))),
    ("a release", |unit| set_move(unit, 2, Release(2))),
    ("a counter that is not", |unit| set_move(unit, 3, Hold(1))),
    ("a reply key", |unit| unit.reply = Some(claim_reply(7, open_reply(8), LONG))),
];

pub(crate) async fn a_unit_in_which_any_part_fails_leaves_nothing(bench: &Bench) {
    let whole = whole(bench).await;
    let before = (bench.dump)().await;
    for (part, break_it) in BREAKS {
        let mut broken = whole.clone();
        break_it(&mut broken);
        let verdict = bench.commit(&broken).await;
        assert!(
            !matches!(verdict, Verdict::Committed | Verdict::Unknown | Verdict::Busy),
            "{part}: {verdict:?}"
        );
        assert_eq!((bench.dump)().await, before, "{part} left something behind");
    }
    // Unbroken it wins: each break above was the only reason.
    bench.committed(whole).await;
    assert_ne!((bench.dump)().await, before);
}
