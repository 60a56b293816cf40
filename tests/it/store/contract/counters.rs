//! Counters: they may be contended, and never give more than there is.

use std::collections::BTreeMap;

use cashwrap::ports::document::Document;
use cashwrap::ports::store::CounterChange::{Consume, Hold, Limit, Release};
use cashwrap::ports::store::{Kind, Query, Verdict};

use super::bench::*;

fn short(name: &str, left: i64) -> Verdict {
    Verdict::Short { name: name.to_owned(), left }
}

pub(crate) async fn a_counter_holds_consumes_and_releases_within_its_limit(bench: &Bench) {
    let stock = "stock/SKU";
    bench.committed(unit().moves(stock, Limit(5))).await;
    assert_eq!(bench.left(stock).await, Some(5));
    bench.committed(unit().moves(stock, Hold(3))).await;
    assert_eq!(bench.left(stock).await, Some(2));
    assert_eq!(bench.commit(&unit().moves(stock, Hold(3))).await, short(stock, 2));
    bench.committed(unit().moves(stock, Consume(2))).await;
    assert_eq!(bench.left(stock).await, Some(2));
    assert_eq!(bench.commit(&unit().moves(stock, Consume(2))).await, short(stock, 1));
    assert_eq!(bench.commit(&unit().moves(stock, Release(2))).await, short(stock, 1));
    bench.committed(unit().moves(stock, Release(1))).await;
    assert_eq!(bench.left(stock).await, Some(3));
    bench.committed(unit().moves(stock, Hold(3))).await;
    assert_eq!(bench.commit(&unit().moves(stock, Hold(1))).await, short(stock, 0));
}

pub(crate) async fn a_lowered_limit_leaves_nothing_to_hold_and_takes_nothing_back(bench: &Bench) {
    let stock = "stock/SKU";
    bench.committed(unit().moves(stock, Limit(5)).moves(stock, Hold(4)).moves(stock, Consume(2))).await;
    bench.committed(unit().moves(stock, Limit(1))).await;
    assert_eq!(bench.left(stock).await, Some(0));
    assert_eq!(bench.commit(&unit().moves(stock, Hold(1))).await, short(stock, 0));
    bench.committed(unit().moves(stock, Consume(2))).await;
    bench.committed(unit().moves(stock, Limit(6))).await;
    assert_eq!(bench.left(stock).await, Some(2));
}

pub(crate) async fn a_counter_that_does_not_exist_is_short(bench: &Bench) {
    assert_eq!(bench.left("none").await, None);
    for change in [Hold(1), Consume(1), Release(1)] {
        assert_eq!(bench.commit(&unit().moves("none", change)).await, short("none", 0));
    }
    assert_eq!(bench.left("none").await, None);
}

pub(crate) async fn moves_of_one_counter_in_one_unit_follow_each_other(bench: &Bench) {
    bench.committed(unit().moves("b", Limit(2)).moves("a", Limit(1)).moves("b", Hold(2))).await;
    bench.committed(unit().moves("b", Release(1)).moves("b", Hold(1))).await;
    let both = unit().moves("b", Release(1)).moves("b", Hold(2)).moves("a", Hold(3));
    assert_eq!(bench.commit(&both).await, short("a", 1));
    assert_eq!(bench.commit(&unit().moves("b", Release(1)).moves("b", Hold(2))).await, short("b", 1));
    assert_eq!((bench.left("a").await, bench.left("b").await), (Some(1), Some(0)));
}

pub(crate) async fn a_read_takes_along_the_counters_of_what_its_rows_link_to(bench: &Bench) {
    let (cart, other) = (key(Kind::Cart, "a"), key(Kind::Cart, "b"));
    let links = [(Kind::Product, "TEA"), (Kind::Product, "CUP"), (Kind::Coupon, "TEN"), (Kind::Order, "TEA")];
    let links = links.map(|(kind, id)| (kind, id.to_owned())).to_vec();
    // No row of the products is here: a catalogue may live elsewhere.
    bench.committed(unit().writes(&cart, 0, Document { links, ..text(1) }).writes(&other, 0, text(1))).await;
    let stocked = unit()
        .moves("stock/TEA", Limit(3))
        .moves("coupon/TEN", Limit(2))
        .moves("stock/POT", Limit(9))
        .moves("order/TEA", Limit(9));
    bench.committed(stocked).await;
    bench.committed(unit().moves("stock/TEA", Hold(1))).await;
    let read = async |keys: Vec<_>, counters: Vec<_>| {
        bench.snapshot(Query { keys, counters, ..Query::default() }).await.left
    };
    let left = |counts: &[(&str, i64)]| -> BTreeMap<String, i64> {
        counts.iter().map(|(name, left)| ((*name).to_owned(), *left)).collect()
    };
    let along = left(&[("coupon/TEN", 2), ("stock/TEA", 2)]);
    assert_eq!(read(vec![cart.clone()], Vec::new()).await, along);
    assert_eq!(read(vec![other], Vec::new()).await, left(&[]));
    let named = ["stock/TEA", "stock/POT"].map(|name| (shop(), name.to_owned())).to_vec();
    let both = left(&[("coupon/TEN", 2), ("stock/POT", 9), ("stock/TEA", 2)]);
    assert_eq!(read(vec![cart], named).await, both);
}
