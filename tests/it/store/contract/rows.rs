//! Rows: what is written is read, under its version, along its links, in its listing.

use std::time::Duration;

use cashwrap::ports::document::Document;
use cashwrap::ports::store::{Key, Kind, Listing, Query, ReplyKey, ReplyWrite, TimerChange, Verdict};
use jiff::Timestamp;

use super::bench::*;

pub(crate) async fn a_row_is_created_read_and_updated(bench: &Bench) {
    let cart = key(Kind::Cart, "a");
    assert!(bench.row(&cart).await.is_none());
    bench.committed(unit().writes(&cart, 0, text(1))).await;
    let first = bench.row(&cart).await.unwrap();
    assert_eq!((first.version, first.sequence, value_of(&first)), (1, 0, 1.into()));
    bench.committed(unit().writes(&cart, 1, text(2))).await;
    let second = bench.row(&cart).await.unwrap();
    assert_eq!((second.version, value_of(&second)), (2, 2.into()));
}

pub(crate) async fn personal_data_goes_with_its_row_and_leaves_it(bench: &Bench) {
    let cart = key(Kind::Cart, "a");
    let named = Document { personal: Some(r#"{"name":"Zoë"}"#.to_owned()), ..text(1) };
    bench.committed(unit().writes(&cart, 0, named)).await;
    let personal = bench.row(&cart).await.unwrap().row.personal.unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&personal).unwrap(),
        serde_json::json!({"name": "Zoë"})
    );
    bench.committed(unit().writes(&cart, 1, text(2))).await;
    assert_eq!(bench.row(&cart).await.unwrap().row.personal, None);
}

pub(crate) async fn a_read_takes_along_what_its_rows_link_to_one_step(bench: &Bench) {
    let (checkout, cart, product) = (key(Kind::Checkout, "c"), key(Kind::Cart, "a"), key(Kind::Product, "p"));
    let to = |kind: Kind, id: &str| vec![(kind, id.to_owned())];
    let missing = (Kind::Payment, "none".to_owned());
    let mut links = to(Kind::Cart, "a");
    links.push(missing);
    let unit = unit()
        .writes(&checkout, 0, Document { links: links.clone(), label: Some("l".to_owned()), ..text(1) })
        .writes(&cart, 0, Document { links: to(Kind::Product, "p"), ..text(2) })
        .writes(&product, 0, text(3));
    bench.committed(unit).await;
    let snapshot = bench.snapshot(Query { keys: vec![checkout.clone()], ..Query::default() }).await;
    let found: Vec<&Key> = snapshot.rows.keys().collect();
    assert_eq!(found, [&cart, &checkout]);
    assert_eq!(snapshot.rows[&checkout].row.links, links);
    assert_eq!(snapshot.rows[&checkout].row.label.as_deref(), Some("l"));
    let both = bench.snapshot(Query { keys: vec![checkout.clone(), cart.clone()], ..Query::default() }).await;
    assert_eq!(both.rows.keys().collect::<Vec<_>>(), [&cart, &checkout, &product]);
}

pub(crate) async fn a_listing_is_by_label_newest_first_and_in_pages(bench: &Bench) {
    let labelled = |label: &str| Document { label: Some(label.to_owned()), ..text(1) };
    for (id, label) in [("ord_1", "ann"), ("ord_B", "bob"), ("ord_a", "ann"), ("ord_z", "ann")] {
        bench.committed(unit().writes(&key(Kind::Order, id), 0, labelled(label))).await;
    }
    bench.committed(unit().writes(&key(Kind::Cart, "ord_c"), 0, labelled("ann"))).await;
    let listed = async |label: Option<&str>, before: Option<&str>, limit: u32| {
        let listing = Listing {
            store: shop(),
            kind: Kind::Order,
            label: label.map(str::to_owned),
            before: before.map(str::to_owned),
            limit,
        };
        let found = bench.store.list(&listing).await.unwrap();
        found.into_iter().map(|(key, _)| key.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(Some("ann"), None, 2).await, ["ord_z", "ord_a"]);
    assert_eq!(listed(Some("ann"), Some("ord_a"), 2).await, ["ord_1"]);
    assert_eq!(listed(None, None, 9).await, ["ord_z", "ord_a", "ord_B", "ord_1"]);
    assert_eq!(listed(Some("eve"), None, 9).await, [""; 0]);
}

pub(crate) async fn a_row_of_another_store_is_not_found(bench: &Bench) {
    bench.committed(unit().writes(&key(Kind::Cart, "a"), 0, text(1))).await;
    let other = Key::new(&"other".parse().unwrap(), Kind::Cart, "a");
    assert!(bench.row(&other).await.is_none());
}

pub(crate) async fn a_unit_that_crosses_stores_writes_nothing(bench: &Bench) {
    let other = Key::new(&"other".parse().unwrap(), Kind::Cart, "a");
    let foreign_reply = ReplyKey { store: other.store.clone(), ..reply_key(1) };
    let before = (bench.dump)().await;
    for crossing in [
        unit().writes(&key(Kind::Cart, "a"), 0, text(1)).writes(&other, 0, text(1)),
        unit().writes(&key(Kind::Cart, "a"), 0, text(1)).times(&other, TimerChange::Due(LONG)),
        unit().replies(ReplyWrite::Claim { key: foreign_reply, reply: open_reply(1), keep: LONG }),
    ] {
        assert_eq!(bench.commit(&crossing).await, Verdict::Busy);
    }
    assert_eq!((bench.dump)().await, before);
}

pub(crate) async fn a_stale_version_names_the_first_stale_row(bench: &Bench) {
    let (one, two, three) = (key(Kind::Cart, "c"), key(Kind::Cart, "b"), key(Kind::Cart, "a"));
    bench.committed(unit().writes(&one, 0, text(1)).writes(&two, 0, text(1))).await;
    let late = unit().writes(&one, 1, text(2)).writes(&two, 2, text(2)).writes(&three, 7, text(2));
    assert_eq!(bench.commit(&late).await, Verdict::Stale { key: two.clone() });
    assert_eq!(bench.row(&one).await.unwrap().version, 1);
    let missing = unit().writes(&three, 1, text(2));
    assert_eq!(bench.commit(&missing).await, Verdict::Stale { key: three });
}

pub(crate) async fn a_new_row_that_exists_is_stale(bench: &Bench) {
    let cart = key(Kind::Cart, "a");
    bench.committed(unit().writes(&cart, 0, text(1))).await;
    let again = unit().writes(&cart, 0, text(2));
    assert_eq!(bench.commit(&again).await, Verdict::Stale { key: cart.clone() });
    assert_eq!(value_of(&bench.row(&cart).await.unwrap()), 1);
}

/// A row that says from when on it is void goes then, in batches; one that was written again meanwhile stays.
pub(crate) async fn void_rows_are_swept_by_who_claims_as_if_they_had_never_been(bench: &Bench) {
    let (past, far) = ("2020-01-01T00:00:00Z".parse().unwrap(), "2200-01-01T00:00:00Z".parse().unwrap());
    let dies = |void_at: Timestamp| Document { void_at: Some(void_at), ..text(1) };
    let book = |name: &str| key(Kind::CardBook, name);
    for number in 1..=150 {
        bench.committed(unit().writes(&book(&format!("void-{number}")), 0, dies(past))).await;
    }
    for (name, document) in [("far", dies(far)), ("for-ever", text(1)), ("revived", dies(past))] {
        bench.committed(unit().writes(&book(name), 0, document)).await;
    }
    bench.committed(unit().writes(&book("revived"), 1, text(1))).await;
    let standing = async || {
        let mut standing = Vec::new();
        for name in (1..=150).map(|number| format!("void-{number}")) {
            standing.extend(bench.row(&book(&name)).await);
        }
        standing
    };
    let before = standing().await;
    assert_eq!(before.len(), 150);
    assert!(before.iter().all(|row| row.row.void_at.is_none()), "a life is not read back");
    for _ in 0..2 {
        assert_eq!(bench.store.claim_due(worker(1), Duration::from_secs(1), 9).await.unwrap(), []);
    }
    assert_eq!(standing().await.len(), 0);
    for name in ["far", "for-ever", "revived"] {
        assert!(bench.row(&book(name)).await.is_some(), "{name} is gone");
    }
    let stale = bench.commit(&unit().writes(&book("void-1"), 1, text(2))).await;
    assert_eq!(stale, Verdict::Stale { key: book("void-1") });
    bench.committed(unit().writes(&book("void-1"), 0, text(2))).await;
    assert_eq!(bench.row(&book("void-1")).await.map(|row| row.version), Some(1));
}
