//! The memory store under the contract, and its faults.

use std::sync::Arc;

use cashwrap::ports::store::{Kind, Store, Verdict};
use cashwrap::store::{Fault, MemoryStore};

use super::contract::{Bench, Filled, every_law, key, text, ticking, unit};

fn bench() -> (Bench, Arc<MemoryStore>) {
    let store = Arc::new(MemoryStore::new(ticking()));
    let dumped = store.clone();
    let dump = move || -> futures::future::BoxFuture<'static, String> {
        let dump = format!("{:#?}", dumped.dump());
        Box::pin(async { dump })
    };
    (Bench { store: store.clone(), doors: Vec::new(), dump: Box::new(dump), _keep: Box::new(()) }, store)
}

fn fresh() -> Bench {
    bench().0
}

every_law!(fresh);

#[tokio::test]
async fn an_unknown_commit_is_lost_or_durable_as_asked_and_the_same_unit_again_tells() {
    let (_, store) = bench();
    let row = key(Kind::Cart, "a");
    let first = unit().writes(&row, 0, text(1));
    store.faults().at(1, Fault::UnknownAndLost);
    store.faults().at(2, Fault::UnknownButDurable);
    assert_eq!(store.commit(&first).await, Verdict::Unknown);
    assert!(store.dump().rows.is_empty());
    assert_eq!(store.commit(&first).await, Verdict::Unknown);
    assert_eq!(store.dump().rows.len(), 1);
    assert_eq!(store.commit(&first).await, Verdict::Committed);
    assert_eq!(store.dump().rows[&row].head.version, 1);
    store.faults().next(Fault::Busy);
    let before = store.dump();
    assert_eq!(store.commit(&unit().writes(&row, 1, text(2))).await, Verdict::Busy);
    assert_eq!(store.dump(), before);
    assert_eq!(store.faults().commits(), 4);
}
