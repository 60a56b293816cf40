//! Records over the store in memory, and what stands beside their text.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::samples::{all, checkout_open, order_placed};
use super::{Records, encode};
use crate::domain::checkout::Checkout;
use crate::domain::ids::{PlacementId, StoreId, UnitId};
use crate::ports::document::{Columns, Document};
use crate::ports::record::Record;
use crate::ports::store::{
    Event, Key, Kind, Listing, Query, Store, StoreError, TimerChange, TimerWrite, UnitOfWork, Verdict, Write,
};
use crate::store::MemoryStore;

fn stores() -> (Arc<MemoryStore>, Records<MemoryStore>) {
    let documents = Arc::new(MemoryStore::new(Arc::new(|| Timestamp::UNIX_EPOCH)));
    (documents.clone(), Records::new(documents))
}

fn store() -> StoreId {
    "main".parse().unwrap()
}

fn sample(name: &str) -> Record {
    all().into_iter().find(|(sample, _)| sample == name).unwrap().1
}

fn unit<D>(number: u128, writes: Vec<Write<D>>) -> UnitOfWork<D> {
    UnitOfWork { writes, ..UnitOfWork::new(UnitId(Uuid::from_u128(number)), store()) }
}

fn first(record: Record) -> Write<Record> {
    let event = Event { kind: "tested.v1", data: serde_json::json!({ "kind": record.kind().as_str() }) };
    Write { key: record.key(&store()), expected: 0, row: record, events: vec![event] }
}

fn links(record: &Record) -> Vec<(Kind, String)> {
    encode(record).unwrap().links
}

#[tokio::test]
async fn what_is_committed_is_read_with_all_that_it_links_to() {
    let (_, records) = stores();
    let family = ["cart-locked", "checkout-placing", "placement-paying", "payment-authorised"].map(sample);
    let unit = unit(1, family.clone().map(first).into());
    assert_eq!(records.commit(&unit).await, Verdict::Committed);
    let [cart, checkout, placement, payment] = family;
    for (asked, linked) in [
        (&checkout, vec![&checkout, &cart, &placement]),
        (&placement, vec![&placement, &checkout, &cart, &payment]),
        (&payment, vec![&payment, &placement]),
        (&cart, vec![&cart, &placement]),
    ] {
        let query = Query { keys: vec![asked.key(&store())], ..Query::default() };
        let found = records.read(&query).await.unwrap();
        assert_eq!(found.rows.len(), linked.len(), "{:?}", asked.kind());
        for record in linked {
            let row = &found.rows[&record.key(&store())];
            assert_eq!((row.version, row.sequence, &row.row), (1, 1, record));
        }
    }
    let events = records.events(&cart.key(&store()), 0).await.unwrap();
    assert_eq!(events.len(), 1);
}

#[tokio::test]
async fn a_listing_finds_orders_by_customer_and_payments_that_are_unresolved() {
    let (_, records) = stores();
    let rows = ["order-paid", "payment-unknown"].map(sample).map(first);
    assert_eq!(records.commit(&unit(1, rows.into())).await, Verdict::Committed);
    for (kind, label, found) in
        [(Kind::Order, "cust-17", 1), (Kind::Order, "cust-18", 0), (Kind::Payment, "unresolved", 1)]
    {
        let listing = Listing { store: store(), kind, label: Some(label.to_owned()), before: None, limit: 9 };
        assert_eq!(records.list(&listing).await.unwrap().len(), found, "{label}");
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_corrupt_by_its_key_and_stays() {
    let (documents, records) = stores();
    let record = sample("cart-open");
    let key = record.key(&store());
    let newer = Document { text: r#"{"v":2}"#.to_owned(), ..Document::default() };
    let stray = Document { ..encode(&sample("cart-open")).unwrap() };
    let elsewhere = Key::new(&store(), Kind::Cart, "crt_00000000000000000000000000000001");
    let write = |key: &Key, row: Document| Write { key: key.clone(), expected: 0, row, events: Vec::new() };
    let both = unit(1, vec![write(&key, newer), write(&elsewhere, stray)]);
    assert_eq!(documents.commit(&both).await, Verdict::Committed);
    let before = documents.dump();
    for (key, why) in [(key, "version 2"), (elsewhere, "another key")] {
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let Err(StoreError::Corrupt(told)) = records.read(&query).await else { panic!("it was read") };
        assert!(told.contains(&key.id) && told.contains("store main") && told.contains(why), "{told}");
    }
    assert_eq!(documents.dump(), before);
}

#[tokio::test]
async fn a_row_that_says_it_is_another_stores_is_not_read() {
    let (documents, records) = stores();
    let record = sample("cart-open");
    let other: StoreId = "other".parse().unwrap();
    let key = record.key(&other);
    let write = Write { key: key.clone(), expected: 0, row: encode(&record).unwrap(), events: Vec::new() };
    let unit = UnitOfWork { store: other, ..unit(1, vec![write]) };
    assert_eq!(documents.commit(&unit).await, Verdict::Committed);
    let query = Query { keys: vec![key], ..Query::default() };
    assert!(matches!(records.read(&query).await, Err(StoreError::Corrupt(_))));
}

#[tokio::test]
async fn timers_claims_and_time_pass_through() {
    let (_, records) = stores();
    let record = sample("placement-paying");
    let key = record.key(&store());
    let timers = vec![TimerWrite { key: key.clone(), change: TimerChange::Due(Duration::ZERO) }];
    let unit = UnitOfWork { timers, ..unit(1, vec![first(record)]) };
    assert_eq!(records.commit(&unit).await, Verdict::Committed);
    let worker = crate::domain::ids::WorkerId(Uuid::from_u128(9));
    let lease = Duration::from_secs(15);
    let claims = records.claim_due(worker, lease, 5).await.unwrap();
    assert_eq!(claims.iter().map(|claim| &claim.key).collect::<Vec<_>>(), [&key]);
    assert!(records.renew(&claims[0], lease).await.unwrap());
    let another = crate::domain::ids::WorkerId(Uuid::from_u128(10));
    assert_eq!(records.claim(&key, another, lease).await.unwrap(), None);
    assert_eq!(records.now().await.unwrap(), Timestamp::UNIX_EPOCH);
}

#[test]
fn a_checkout_links_its_cart_its_placement_its_order_and_what_it_sells() {
    let open = checkout_open();
    let cart = (Kind::Cart, open.cart.to_string());
    let sold = sold_rows(&open);
    assert!(!sold.is_empty(), "a sample without lines shows nothing");
    let expected: Vec<_> = std::iter::once(cart.clone()).chain(sold).collect();
    assert_eq!(links(&Record::Checkout(Box::new(open))), expected);
    let Record::Checkout(completed) = sample("checkout-completed") else { panic!("another kind") };
    let placement = (Kind::Placement, completed.placement.unwrap().to_string());
    let order = (Kind::Order, completed.order.unwrap().to_string());
    let expected: Vec<_> = [cart, placement, order].into_iter().chain(sold_rows(&completed)).collect();
    assert_eq!(links(&Record::Checkout(completed)), expected);
}

fn sold_rows(checkout: &Checkout) -> Vec<(Kind, String)> {
    let skus: std::collections::BTreeSet<String> =
        checkout.lines.iter().map(|line| line.sku().to_string()).collect();
    let products = skus.into_iter().map(|sku| (Kind::Product, sku));
    products.chain(checkout.coupons.iter().map(|coupon| (Kind::Coupon, coupon.code.to_string()))).collect()
}

#[test]
fn an_order_links_its_payments_and_a_settled_payment_its_order() {
    let order = order_placed();
    let payments: Vec<_> = order.payments.iter().map(|id| (Kind::Payment, id.to_string())).collect();
    let id = order.id;
    assert_eq!(links(&Record::Order(Box::new(order))), payments);
    let Record::Payment(payment) = sample("payment-settled") else { panic!("another kind") };
    let placement = payment.placement;
    let expected = [(Kind::Placement, placement.to_string()), (Kind::Order, id.to_string())];
    assert_eq!(links(&Record::Payment(payment)), expected);
}

#[test]
fn a_payment_has_columns_for_each_attempt_and_operation() {
    let Record::Payment(payment) = sample("payment-operations") else { panic!("another kind") };
    let columns = encode(&Record::Payment(payment.clone())).unwrap().columns;
    let [Columns::Attempt(attempt), operations @ ..] = columns.as_slice() else { panic!("no attempt first") };
    assert_eq!((attempt.tender.as_str(), attempt.live), (payment.id.to_string().as_str(), true));
    assert_eq!((attempt.state.as_str(), attempt.amount_minor), ("UNKNOWN", payment.amount.minor));
    assert_eq!(operations.len(), payment.attempts[0].operations.len());
    for (column, operation) in operations.iter().zip(&payment.attempts[0].operations) {
        let Columns::Operation(column) = column else { panic!("not an operation") };
        assert_eq!(column.idempotency_key, operation.idempotency_key());
        assert_eq!(column.reference, payment.id.to_string());
        assert_eq!((column.send_by, column.state.as_str()), (operation.send_by, operation.state.as_str()));
    }
}

#[test]
fn a_placement_is_live_in_its_column_until_it_is_over() {
    for (name, live) in [
        ("placement-paying", true),
        ("placement-awaiting_action", true),
        ("placement-cancelling", true),
        ("placement-completed", false),
        ("placement-failed_declined", false),
    ] {
        let columns = encode(&sample(name)).unwrap().columns;
        let [Columns::Placement(columns)] = columns.as_slice() else { panic!("{name}: {columns:?}") };
        assert_eq!(columns.live, live, "{name}");
        assert_ne!(columns.id, PlacementId(Uuid::nil()).to_string());
    }
}

#[test]
fn an_order_has_its_total_in_columns() {
    let order = order_placed();
    let columns = encode(&Record::Order(Box::new(order.clone()))).unwrap().columns;
    let [Columns::Order(columns)] = columns.as_slice() else { panic!("{columns:?}") };
    assert_eq!((columns.total_minor, columns.currency.as_str()), (2_690, "EUR"));
    assert_eq!((columns.state.as_str(), columns.payment_state.as_str()), ("PLACED", "AUTHORISED"));
    assert_eq!((columns.placed_at, columns.cart.clone()), (order.placed_at, order.cart.to_string()));
}
