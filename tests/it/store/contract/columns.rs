//! The real columns and their backstops: a violation is Stale on its write's key and writes nothing.

use cashwrap::domain::ids::StoreId;
use cashwrap::ports::document::{
    AttemptColumns, Columns, Document, OperationColumns, OrderColumns, PlacementColumns,
};
use cashwrap::ports::store::{Key, Kind, UnitOfWork, Verdict};
use jiff::Timestamp;

use super::bench::*;

pub(crate) fn attempt(id: &str, tender: &str, live: bool) -> Columns {
    Columns::Attempt(AttemptColumns {
        id: id.to_owned(),
        payment: "pay".to_owned(),
        tender: tender.to_owned(),
        account: "sandbox".to_owned(),
        state: if live { "SENDING" } else { "DECLINED" }.to_owned(),
        live,
        amount_minor: 1999,
        currency: "EUR".to_owned(),
        object: live.then(|| "pi_1".to_owned()),
    })
}

pub(crate) fn operation(id: &str, attempt: &str) -> Columns {
    Columns::Operation(OperationColumns {
        id: id.to_owned(),
        attempt: attempt.to_owned(),
        kind: "authorise".to_owned(),
        state: "SENDING".to_owned(),
        amount_minor: 1999,
        currency: "EUR".to_owned(),
        reference: "ref".to_owned(),
        idempotency_key: format!("key-{id}"),
        send_by: Some(Timestamp::from_second(1_700_000_005).unwrap()),
    })
}

fn placement(id: &str, checkout: &str, cart: &str, live: bool) -> Columns {
    Columns::Placement(PlacementColumns {
        id: id.to_owned(),
        checkout: checkout.to_owned(),
        cart: cart.to_owned(),
        state: "AUTHORISING".to_owned(),
        live,
    })
}

pub(crate) fn order(id: &str, checkout: &str, cart: &str) -> Columns {
    Columns::Order(OrderColumns {
        id: id.to_owned(),
        checkout: checkout.to_owned(),
        cart: cart.to_owned(),
        total_minor: 1999,
        currency: "EUR".to_owned(),
        state: "OPEN".to_owned(),
        payment_state: "AUTHORISED".to_owned(),
        placed_at: Timestamp::from_second(1_700_000_000).unwrap(),
    })
}

pub(crate) fn with(columns: Vec<Columns>) -> Document {
    Document { columns, ..text(1) }
}

/// The unit is Stale on `on`, and nothing of it is written.
async fn barred(bench: &Bench, unit: UnitOfWork<Document>, on: &Key) {
    let before = (bench.dump)().await;
    assert_eq!(bench.commit(&unit).await, Verdict::Stale { key: on.clone() });
    assert_eq!((bench.dump)().await, before);
}

pub(crate) async fn a_live_attempt_bars_another_of_its_tender(bench: &Bench) {
    let (one, two, other) = (key(Kind::Payment, "1"), key(Kind::Payment, "2"), key(Kind::Cart, "x"));
    let first = with(vec![attempt("a1", "t", true), operation("o1", "a1")]);
    bench.committed(unit().writes(&one, 0, first)).await;
    let second = || with(vec![attempt("a2", "t", true)]);
    barred(bench, unit().writes(&other, 0, text(1)).writes(&two, 0, second()), &two).await;
    // The tender of another store is another tender.
    let elsewhere: StoreId = "other".parse().unwrap();
    let mut foreign = unit().writes(&Key::new(&elsewhere, Kind::Payment, "2"), 0, second());
    foreign.store = elsewhere;
    bench.committed(foreign).await;
    bench.committed(unit().writes(&one, 1, with(vec![attempt("a1", "t", false)]))).await;
    bench.committed(unit().writes(&two, 0, second())).await;
}

pub(crate) async fn a_live_placement_bars_another_of_its_checkout_and_of_its_cart(bench: &Bench) {
    let (one, two) = (key(Kind::Placement, "1"), key(Kind::Placement, "2"));
    bench.committed(unit().writes(&one, 0, with(vec![placement("1", "chk", "crt", true)]))).await;
    barred(bench, unit().writes(&two, 0, with(vec![placement("2", "chk", "c2", true)])), &two).await;
    barred(bench, unit().writes(&two, 0, with(vec![placement("2", "k2", "crt", true)])), &two).await;
    bench.committed(unit().writes(&two, 0, with(vec![placement("2", "chk", "crt", false)]))).await;
}

pub(crate) async fn an_order_bars_another_of_its_checkout_and_of_its_cart(bench: &Bench) {
    let (one, two) = (key(Kind::Order, "1"), key(Kind::Order, "2"));
    bench.committed(unit().writes(&one, 0, with(vec![order("1", "chk", "crt")]))).await;
    barred(bench, unit().writes(&two, 0, with(vec![order("2", "chk", "c2")])), &two).await;
    barred(bench, unit().writes(&two, 0, with(vec![order("2", "k2", "crt")])), &two).await;
    bench.committed(unit().writes(&one, 1, with(vec![order("1", "chk", "crt")]))).await;
}

pub(crate) async fn a_unit_may_end_one_attempt_and_open_the_next_in_any_order(bench: &Bench) {
    let payment = key(Kind::Payment, "1");
    bench.committed(unit().writes(&payment, 0, with(vec![attempt("m", "t", true)]))).await;
    let after = with(vec![attempt("a", "t", true), attempt("m", "t", false)]);
    bench.committed(unit().writes(&payment, 1, after)).await;
    let before = with(vec![attempt("z", "t", true), attempt("a", "t", false)]);
    bench.committed(unit().writes(&payment, 2, before)).await;
    let stale = unit().writes(&key(Kind::Payment, "2"), 0, with(vec![attempt("m", "t", true)]));
    assert!(matches!(bench.commit(&stale).await, Verdict::Stale { .. }));
}

pub(crate) async fn two_live_attempts_of_a_tender_in_one_unit_are_stale(bench: &Bench) {
    let (one, two) = (key(Kind::Payment, "1"), key(Kind::Payment, "2"));
    let both = unit().writes(&one, 0, with(vec![attempt("b", "t", true)])).writes(
        &two,
        0,
        with(vec![attempt("a", "t", true)]),
    );
    barred(bench, both, &two).await;
}
