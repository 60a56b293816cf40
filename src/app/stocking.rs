//! Loading a catalogue into the store: products, coupons, and how many there are of each.
//!
//! A load may be repeated: what is there already, unchanged, is not written again, and a counter's limit is set
//! while what is held and used of it stays. Units are small, so that a large catalogue holds up no shopper.

use std::collections::BTreeSet;

use super::error::Error;
use crate::domain::coupon::Coupon;
use crate::domain::ids::{Sku, StoreId, UnitId};
use crate::domain::product::{Product, stock_counter};
use crate::engine::events;
use crate::ports::store::{CounterChange, CounterMove, Key, Query, Store, UnitOfWork, Verdict, Write};
use crate::ports::{Ids, Record};

/// Rows and counters of one unit, at most.
const UNIT_SIZE: usize = 50;

/// How often a unit is tried again: others write the same rows, or the store is busy for a moment.
const TRIES: usize = 5;

/// What to load.
#[derive(Debug, Clone, Copy)]
pub struct Load<'a> {
    /// The store that sells.
    pub store: &'a StoreId,
    /// Its products.
    pub products: &'a [Product],
    /// Its coupons.
    pub coupons: &'a [Coupon],
    /// How many there are of the products that are tracked.
    pub stock: &'a [(Sku, u32)],
}

/// How far a load is, and in the end what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Rows that were looked at.
    pub done: usize,
    /// Rows in all.
    pub of: usize,
    /// Rows that were written, because they were new or changed.
    pub written: usize,
    /// Counters whose limit was set.
    pub counters: usize,
}

/// Loads, and tells after each unit how far it is.
pub async fn stock(
    store: &dyn Store<Record>,
    ids: &dyn Ids,
    load: Load<'_>,
    mut tell: impl FnMut(Progress),
) -> Result<Progress, Error> {
    let products = load.products.iter().map(|product| Record::Product(Box::new(product.clone())));
    let coupons = load.coupons.iter().map(|coupon| Record::Coupon(Box::new(coupon.clone())));
    let records: Vec<Record> = products.chain(coupons).collect();
    let limits = limits(&load);
    let mut progress = Progress { of: records.len(), ..Progress::default() };
    for part in records.chunks(UNIT_SIZE) {
        progress.written += write(store, ids, load.store, part).await?;
        progress.done += part.len();
        tell(progress);
    }
    for part in limits.chunks(UNIT_SIZE) {
        let mut unit = UnitOfWork::new(UnitId(ids.fresh()), load.store.clone());
        unit.counters = part.to_vec();
        commit(store, &unit).await?;
        progress.counters += part.len();
        tell(progress);
    }
    Ok(progress)
}

fn limits(load: &Load<'_>) -> Vec<CounterMove> {
    let stock = load.stock.iter().map(|(sku, count)| (stock_counter(sku), *count));
    let uses = load.coupons.iter().filter_map(|coupon| Some((coupon.counter()?, coupon.limit?)));
    stock.chain(uses).map(|(name, count)| CounterMove { name, change: CounterChange::Limit(count) }).collect()
}

/// Writes what is new or changed of `records`; answers how many.
async fn write(
    store: &dyn Store<Record>,
    ids: &dyn Ids,
    of: &StoreId,
    records: &[Record],
) -> Result<usize, Error> {
    let keys: Vec<Key> = records.iter().map(|record| record.key(of)).collect();
    debug_assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "a row is loaded twice");
    for _ in 0..TRIES {
        let found = store.read(&Query { keys: keys.clone(), ..Query::default() }).await?;
        let mut unit = UnitOfWork::new(UnitId(ids.fresh()), of.clone());
        for (key, record) in keys.iter().zip(records) {
            let held = found.rows.get(key);
            if held.is_some_and(|held| held.row == *record) {
                continue;
            }
            unit.writes.push(Write {
                key: key.clone(),
                expected: held.map_or(0, |held| held.version),
                events: events::of(held.map(|held| &held.row), record),
                row: record.clone(),
            });
        }
        if unit.writes.is_empty() || commit(store, &unit).await? {
            return Ok(unit.writes.len());
        }
    }
    Err(Error::store_unavailable())
}

/// False when somebody else wrote in between.
async fn commit(store: &dyn Store<Record>, unit: &UnitOfWork<Record>) -> Result<bool, Error> {
    for _ in 0..TRIES {
        match store.commit(unit).await {
            Verdict::Committed => return Ok(true),
            Verdict::Stale { .. } => return Ok(false),
            // The same unit again: it finds its own id where it was committed.
            Verdict::Unknown | Verdict::Busy => {}
            Verdict::Short { .. } | Verdict::ReplyTaken(_) | Verdict::Fenced => break,
        }
    }
    Err(Error::store_unavailable())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use uuid::Uuid;

    use super::*;
    use crate::partners::catalogue::load::{Loaded, load};
    use crate::ports::store::{Kind, Listing};
    use crate::store::MemoryStore;
    use crate::store::document::Records;
    use crate::telemetry::store::Observed;

    #[derive(Default)]
    struct Counting(AtomicU64);

    impl Ids for Counting {
        fn fresh(&self) -> Uuid {
            Uuid::from_u128(self.0.fetch_add(1, Ordering::Relaxed).into())
        }
    }

    type Rows = Observed<Records<MemoryStore>>;

    fn rows() -> Rows {
        let now = Arc::new(|| jiff::Timestamp::UNIX_EPOCH);
        Observed::new(Arc::new(Records::new(Arc::new(MemoryStore::new(now)))))
    }

    /// A catalogue of so many products, at this price, of which there are three each.
    fn catalogue(count: usize, price: u32) -> Loaded {
        let product = |place| {
            format!(
                r#"{{"sku": "S{place}", "title": "T", "price": {{"currencyCode": "EUR", "units": {price}}}, "stock": 3}}"#
            )
        };
        let products: Vec<String> = (0..count).map(product).collect();
        let coupon = r#"{"code": "ONCE", "percent": "10", "limit": 1}"#;
        load(&format!(r#"{{"products": [{}], "coupons": [{coupon}]}}"#, products.join(","))).unwrap()
    }

    async fn loaded(rows: &Rows, ids: &Counting, catalogue: &Loaded) -> Progress {
        let store = "demo".parse().unwrap();
        let Loaded { products, coupons, stock: counts } = catalogue;
        let load = Load { store: &store, products, coupons, stock: counts };
        stock(rows, ids, load, |_| ()).await.unwrap()
    }

    #[tokio::test]
    async fn a_catalogue_is_loaded_in_small_units_and_again_changes_nothing() {
        let (rows, ids) = (rows(), Counting::default());
        let first = loaded(&rows, &ids, &catalogue(120, 8)).await;
        assert_eq!(first, Progress { done: 121, of: 121, written: 121, counters: 121 });
        assert_eq!((rows.counts().reads(), rows.counts().commits()), (3, 6));
        let again = loaded(&rows, &ids, &catalogue(120, 8)).await;
        assert_eq!((again.done, again.written, again.counters), (121, 0, 121));
        let dearer = loaded(&rows, &ids, &catalogue(120, 9)).await;
        assert_eq!(dearer.written, 120);
        let store = "demo".parse().unwrap();
        let listing = Listing { store, kind: Kind::Product, label: None, before: None, limit: 200 };
        let found = rows.list(&listing).await.unwrap();
        assert!(found.len() == 120 && found.iter().all(|(_, row)| row.version == 2));
    }

    #[tokio::test]
    async fn a_limit_that_is_set_again_keeps_what_is_held() {
        let (rows, ids) = (rows(), Counting::default());
        loaded(&rows, &ids, &catalogue(1, 8)).await;
        let store: StoreId = "demo".parse().unwrap();
        let mut unit = UnitOfWork::new(UnitId(ids.fresh()), store.clone());
        unit.counters = vec![CounterMove { name: "stock/S0".to_owned(), change: CounterChange::Hold(2) }];
        assert_eq!(rows.commit(&unit).await, Verdict::Committed);
        loaded(&rows, &ids, &catalogue(1, 8)).await;
        let query = Query { counters: vec![(store, "stock/S0".to_owned())], ..Query::default() };
        assert_eq!(rows.read(&query).await.unwrap().left.values().copied().collect::<Vec<_>>(), [1]);
    }
}
