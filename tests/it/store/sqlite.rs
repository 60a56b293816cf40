//! The SQLite store under the contract, and what only it promises.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use cashwrap::ports::store::{Kind, Verdict};
use cashwrap::store::{SqliteError, SqliteStore};
use futures::future::{BoxFuture, join_all};
use rusqlite::Connection;
use rusqlite::types::Value;

use super::contract::{Bench, Filled, every_law, key, text, ticking, unit};
use crate::support::witness::TABLES;

fn dump(path: &Path) -> String {
    let connection = Connection::open(path).unwrap();
    let mut dump = String::new();
    for table in TABLES {
        let mut all = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3, 4")).unwrap();
        let columns = all.column_count();
        let rows = all.query_map([], |row| {
            (0..columns).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<Value>>>()
        });
        let rows: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
        writeln!(dump, "{table}\n{rows:#?}").unwrap();
    }
    dump
}

fn fresh() -> Bench {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cashwrap.db");
    let store = Arc::new(SqliteStore::open(&path, ticking()).unwrap());
    let dump = move || -> BoxFuture<'static, String> {
        let dump = dump(&path);
        Box::pin(async { dump })
    };
    Bench { store, doors: Vec::new(), dump: Box::new(dump), _keep: Box::new(directory) }
}

every_law!(fresh);

#[tokio::test]
async fn a_second_store_on_one_file_is_told_that_it_is_in_use_and_a_later_one_finds_what_was_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cashwrap.db");
    let row = key(Kind::Cart, "a");
    let store = SqliteStore::open(&path, ticking()).unwrap();
    let first = unit().writes(&row, 0, text(1));
    assert_eq!(cashwrap::ports::store::Store::commit(&store, &first).await, Verdict::Committed);
    let second = SqliteStore::open(&path, ticking());
    assert!(matches!(second, Err(SqliteError::InUse { .. })), "{second:?}");
    drop(store);
    let reopened = SqliteStore::open(&path, ticking()).unwrap();
    let again = unit().writes(&row, 0, text(2));
    let verdict = cashwrap::ports::store::Store::commit(&reopened, &again).await;
    assert_eq!(verdict, Verdict::Stale { key: row });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn units_that_share_a_transaction_have_each_their_own_verdict() {
    let bench = fresh();
    let row = |n: u64| key(Kind::Cart, &format!("{}", n / 2));
    // More than one transaction gathers; every second unit is stale by the one before it.
    let units: Vec<_> = (0..200).map(|n| unit().writes(&row(n), 0, text(n))).collect();
    let verdicts = join_all(units.iter().map(|unit| bench.commit(unit))).await;
    for (n, pair) in (0..).zip(verdicts.chunks(2)) {
        let stale = Verdict::Stale { key: row(2 * n) };
        assert_eq!(pair, [Verdict::Committed, stale]);
    }
}
