//! The PostgreSQL store under the contract, and what only it promises.

use std::sync::{Arc, LazyLock};

use cashwrap::store::{PostgresSettings, PostgresStore};
use futures::future::BoxFuture;
use tokio_postgres::NoTls;

use super::contract::{Bench, every_law};
use crate::support::postgres::PrivatePostgres;

const TABLES: [&str; 10] = [
    "state",
    "personal",
    "event",
    "attempt",
    "operation",
    "orders",
    "placement",
    "counter",
    "reply",
    "timer",
];

/// A migrated database without connections, which each test takes a copy of.
static TEMPLATE: LazyLock<String> = LazyLock::new(|| {
    let url = PrivatePostgres::shared().fresh_database();
    let migrating = url.clone();
    let migrate = async move {
        let store = PostgresStore::open(&settings(&migrating)).unwrap();
        store.migrate().await.unwrap();
        store.close();
        // A second run finds nothing to do.
        PostgresStore::open(&settings(&migrating)).unwrap().migrate().await.unwrap();
    };
    // A runtime cannot wait within another: this one has a thread of its own.
    let own = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(migrate);
    });
    own.join().unwrap();
    url
});

fn settings(url: &str) -> PostgresSettings {
    PostgresSettings { pool_size: 8, ..PostgresSettings::new(url.to_owned().into()) }
}

fn fresh_url() -> String {
    tokio::task::block_in_place(|| PrivatePostgres::shared().fresh_database_like(&TEMPLATE))
}

async fn query(url: &str, statement: &str) -> Vec<tokio_postgres::Row> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let (rows, ended) = futures::join!(
        async move {
            let rows = client.query(statement, &[]).await.unwrap();
            drop(client);
            rows
        },
        connection
    );
    ended.unwrap();
    rows
}

fn dump(url: String) -> BoxFuture<'static, String> {
    Box::pin(async move {
        let mut dump = String::new();
        for table in TABLES {
            let rows = query(&url, &format!("SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1")).await;
            let rows: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
            dump.push_str(&format!("{table}\n{}\n", rows.join("\n")));
        }
        dump
    })
}

async fn fresh() -> Bench {
    let url = fresh_url();
    let store = Arc::new(PostgresStore::open(&settings(&url)).unwrap());
    Bench { store, dump: Box::new(move || dump(url.clone())), _keep: Box::new(()) }
}

every_law!(fresh);
