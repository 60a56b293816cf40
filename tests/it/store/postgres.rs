//! The PostgreSQL store under the contract, and what only it promises.

mod cutting;
mod process;
mod proxy;

use std::fmt::Write as _;
use std::net::TcpListener;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use cashwrap::ports::document::Document;
use cashwrap::ports::store::CounterChange::{Hold, Limit};
use cashwrap::ports::store::{Kind, Query, Store, StoreError, TimerChange, UnitOfWork, Verdict};
use cashwrap::store::{PostgresError, PostgresSettings, PostgresStore};
use futures::future::BoxFuture;
use tokio::runtime::Handle;
use tokio_postgres::NoTls;

use self::cutting::Cutting;
use self::proxy::Proxy;
use super::contract::{
    Bench, Filled, LONG, attempt, claim_reply, event, every_law, key, open_reply, reply_key, shop, text,
    unit, with, worker,
};
use crate::support::dice::Dice;
use crate::support::patience::until;
use crate::support::postgres::{Options, PrivatePostgres};
use crate::support::witness::TABLES;

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
            writeln!(dump, "{table}\n{}", rows.join("\n")).unwrap();
        }
        dump
    })
}

fn fresh() -> Bench {
    let url = fresh_url();
    let open = || Arc::new(PostgresStore::open(&settings(&url)).unwrap());
    let (store, beside) = (open(), open());
    Bench { store, doors: vec![beside], dump: Box::new(move || dump(url.clone())), _keep: Box::new(()) }
}

every_law!(fresh);

/// The laws over generated operations again, on a database whose connections are cut on COMMIT.
mod cut_on_commit {
    use super::super::contract::every_law;

    every_law! { super::cut;
        any_sequence_has_the_verdicts_of_the_memory_store,
        a_crowd_leaves_what_its_winners_alone_would_leave,
    }
}

/// Several doors, since a cut strikes whoever asks next.
fn cut() -> Bench {
    let url = fresh_url();
    let door = |seed| -> Arc<dyn Store<Document>> {
        let proxy = tokio::task::block_in_place(|| Handle::current().block_on(Proxy::before(&url)));
        let settings = PostgresSettings { pool_size: 1, ..settings(proxy.url()) };
        let store = PostgresStore::open(&settings).unwrap();
        Arc::new(Cutting { store, proxy, dice: Mutex::new(Dice::of(seed)) })
    };
    let doors = (1..8).map(door).collect();
    Bench { store: door(0), doors, dump: Box::new(move || dump(url.clone())), _keep: Box::new(()) }
}

/// A store with one connection through a proxy, its statements prepared.
async fn proxied() -> (PostgresStore, Proxy) {
    let proxy = Proxy::before(&fresh_url()).await;
    let settings = PostgresSettings { pool_size: 1, ..settings(proxy.url()) };
    let store = PostgresStore::open(&settings).unwrap();
    let ready = unit().writes(&key(Kind::Cart, "ready"), 0, text(1)).moves("stock", Limit(9));
    assert_eq!(store.commit(&ready).await, Verdict::Committed);
    store.read(&Query::default()).await.unwrap();
    store.claim_due(worker(1), LONG, 1).await.unwrap();
    (store, proxy)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_a_read_and_a_claim_are_one_round_trip_each() {
    let (store, proxy) = proxied().await;
    let (cart, order) = (key(Kind::Cart, "ready"), key(Kind::Order, "o"));
    let before = proxy.round_trips();
    let unit = unit()
        .emits(&cart, 1, text(2), vec![event(1)])
        .emits(&order, 0, text(1), vec![event(1)])
        .moves("stock", Hold(1))
        .replies(claim_reply(1, open_reply(1), LONG));
    assert_eq!(store.commit(&unit).await, Verdict::Committed);
    assert_eq!(proxy.round_trips() - before, 1);
    let query = Query {
        keys: vec![cart, order],
        reply: Some(reply_key(1)),
        counters: vec![(shop(), "stock".to_owned())],
    };
    let snapshot = store.read(&query).await.unwrap();
    assert_eq!((snapshot.rows.len(), snapshot.reply, snapshot.left["stock"]), (2, Some(open_reply(1)), 8));
    assert_eq!(proxy.round_trips() - before, 2);
    store.claim_due(worker(1), LONG, 1).await.unwrap();
    assert_eq!(proxy.round_trips() - before, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_on_a_lost_connection_is_unknown_and_the_same_unit_again_tells() {
    let (store, proxy) = proxied().await;
    let cart = key(Kind::Cart, "ready");
    for (version, lose) in
        [(1, Proxy::lose_next_question as fn(&Proxy)), (2, Proxy::lose_next_answer as fn(&Proxy))]
    {
        let unit = unit().writes(&cart, version, text(version)).moves("stock", Hold(1));
        lose(&proxy);
        assert_eq!(store.commit(&unit).await, Verdict::Unknown);
        assert_eq!(store.commit(&unit).await, Verdict::Committed);
        let query = Query {
            keys: vec![cart.clone()],
            counters: vec![(shop(), "stock".to_owned())],
            ..Query::default()
        };
        let snapshot = store.read(&query).await.unwrap();
        assert_eq!(snapshot.rows[&cart].version, version + 1);
        assert_eq!(snapshot.left["stock"], 9 - i64::try_from(version).unwrap());
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_busy_for_writes_and_unavailable_for_reads() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let store = PostgresStore::open(&settings(&format!("postgres://u@127.0.0.1:{port}/none"))).unwrap();
    assert_eq!(store.commit(&unit()).await, Verdict::Busy);
    assert!(matches!(store.read(&Query::default()).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_stays_locked_is_busy_and_nothing_is_written() {
    let url = fresh_url();
    let store =
        PostgresStore::open(&PostgresSettings { lock_timeout: Duration::from_millis(5), ..settings(&url) });
    let (store, row) = (store.unwrap(), key(Kind::Cart, "a"));
    assert_eq!(store.commit(&unit().writes(&row, 0, text(1))).await, Verdict::Committed);
    let (mut client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move { connection.await.unwrap() });
    let holding = client.transaction().await.unwrap();
    holding.execute("SELECT FROM state FOR UPDATE", &[]).await.unwrap();
    let before = dump(url.clone()).await;
    let late = unit().writes(&key(Kind::Cart, "b"), 0, text(1)).writes(&row, 1, text(2));
    assert_eq!(store.commit(&late).await, Verdict::Busy);
    assert_eq!(dump(url.clone()).await, before);
    holding.rollback().await.unwrap();
    assert_eq!(store.commit(&late).await, Verdict::Committed);
}

/// Lets `late` weigh its rows and timers and wait for a counter, commits `early` meanwhile, and tells what
/// became of `late`.
async fn overtaken(late: UnitOfWork<Document>, early: UnitOfWork<Document>) -> Verdict {
    let url = fresh_url();
    let patient = PostgresSettings { lock_timeout: Duration::from_secs(2), ..settings(&url) };
    let store = PostgresStore::open(&patient).unwrap();
    assert_eq!(store.commit(&unit().moves("stock", Limit(9))).await, Verdict::Committed);
    let (mut client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move { connection.await.unwrap() });
    let holding = client.transaction().await.unwrap();
    holding.execute("SELECT FROM counter FOR UPDATE", &[]).await.unwrap();
    let late = late.moves("stock", Hold(1));
    let overtake = async {
        let waiting =
            "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%commit_v1%'";
        while query(&url, waiting).await.is_empty() {}
        assert_eq!(store.commit(&early).await, Verdict::Committed);
        holding.rollback().await.unwrap();
    };
    futures::join!(store.commit(&late), overtake).0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_into_being_while_a_unit_waited_is_seen() {
    let (one, two) = (key(Kind::Payment, "1"), key(Kind::Payment, "2"));
    let lease = |n: u128| TimerChange::Lease { worker: worker(n), lease: LONG };
    let verdict = overtaken(unit().times(&one, lease(1)), unit().times(&one, lease(2))).await;
    assert_eq!(verdict, Verdict::Fenced);
    let verdict = overtaken(unit().writes(&one, 0, text(1)), unit().writes(&one, 0, text(2))).await;
    assert_eq!(verdict, Verdict::Stale { key: one.clone() });
    let live = |id: &str| with(vec![attempt(id, "t", true)]);
    let verdict = overtaken(unit().writes(&one, 0, live("a")), unit().writes(&two, 0, live("b"))).await;
    assert_eq!(verdict, Verdict::Stale { key: one });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_no_writes_is_busy_and_is_not_connected_to_when_the_url_asks_for_writes() {
    let url = fresh_url();
    let database = url.rsplit('/').next().unwrap();
    query(&url, &format!("ALTER DATABASE {database} SET default_transaction_read_only = on")).await;
    let late = unit().writes(&key(Kind::Cart, "a"), 0, text(1));
    let any = PostgresStore::open(&settings(&url)).unwrap();
    assert_eq!(any.commit(&late).await, Verdict::Busy);
    any.read(&Query::default()).await.unwrap();
    let primary = settings(&format!("{url}?target_session_attrs=read-write"));
    let primary = PostgresStore::open(&primary).unwrap();
    assert_eq!(primary.commit(&late).await, Verdict::Busy);
    assert!(matches!(primary.read(&Query::default()).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_connections_and_says_nothing_keeps_nobody_from_the_one_that_took_over() {
    let url = fresh_url();
    let frozen = TcpListener::bind("127.0.0.1:0").unwrap();
    let both = url.replacen('@', &format!("@{},", frozen.local_addr().unwrap()), 1);
    let hasty = PostgresSettings { connect_timeout: Duration::from_millis(300), ..settings(&both) };
    let store = PostgresStore::open(&hasty).unwrap();
    assert_eq!(store.commit(&unit().writes(&key(Kind::Cart, "a"), 0, text(1))).await, Verdict::Committed);
    // The one that answered is asked first from now on: nobody waits for the frozen one again.
    let sessions =
        "FROM pg_stat_activity WHERE application_name = 'cashwrap' AND datname = current_database()";
    query(&url, &format!("SELECT pg_terminate_backend(pid) {sessions}")).await;
    let begun = tokio::time::Instant::now();
    until("the lost connection is replaced", Duration::from_secs(5), async || store.now().await.is_ok())
        .await;
    assert!(begun.elapsed() < Duration::from_millis(250), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_without_this_versions_shape_names_the_way_to_it_and_one_of_a_later_shape_is_fit() {
    let url = tokio::task::block_in_place(|| PrivatePostgres::shared().fresh_database());
    let store = PostgresStore::open(&settings(&url)).unwrap();
    let empty = store.check().await.unwrap_err();
    assert!(matches!(empty, PostgresError::Empty { .. }), "{empty}");
    assert!(empty.to_string().contains("cashwrap migrate"), "{empty}");
    store.migrate().await.unwrap();
    store.check().await.unwrap();
    query(&url, "INSERT INTO refinery_schema_history (version) VALUES (99)").await;
    store.check().await.unwrap();
    query(&url, "DELETE FROM refinery_schema_history WHERE version > 1").await;
    let older = store.check().await.unwrap_err();
    assert!(matches!(older, PostgresError::Older { found: 1, needed, .. } if needed > 1), "{older}");
    assert!(older.to_string().contains("cashwrap migrate"), "{older}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_without_the_privileges_is_told_which_they_are() {
    let url = tokio::task::block_in_place(|| PrivatePostgres::shared().fresh_database());
    let (_, database) = url.rsplit_once('/').unwrap();
    query(&url, "CREATE ROLE newcomer LOGIN").await;
    query(&url, &format!("GRANT ALL ON DATABASE {database} TO newcomer")).await;
    let newcomer = PostgresStore::open(&settings(&url.replace("postgres@", "newcomer@"))).unwrap();
    let told = newcomer.migrate().await.unwrap_err().to_string();
    assert!(told.contains("permission denied for schema public"), "{told}");
    assert!(told.contains("grant create, usage on schema public"), "{told}");
    PostgresStore::open(&settings(&url)).unwrap().migrate().await.unwrap();
    let told = newcomer.check().await.unwrap_err().to_string();
    assert!(told.contains("give its user usage on the schema, select, insert"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_migrate_at_once_migrate_once() {
    let url = tokio::task::block_in_place(|| PrivatePostgres::shared().fresh_database());
    let stores: Vec<_> = (0..3).map(|_| PostgresStore::open(&settings(&url)).unwrap()).collect();
    for migrated in futures::future::join_all(stores.iter().map(PostgresStore::migrate)).await {
        migrated.unwrap();
    }
    let applied = query(&url, "SELECT count(*) FROM refinery_schema_history").await;
    assert_eq!(applied[0].get::<_, i64>(0), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_trusts_the_named_certificates_alone() {
    let cluster =
        tokio::task::block_in_place(|| PrivatePostgres::start(&Options { ssl: true, ..Options::default() }));
    let url = tokio::task::block_in_place(|| cluster.fresh_database());
    let required = settings(&format!("{url}?sslmode=require"));
    assert!(matches!(PostgresStore::open(&required), Err(PostgresError::NoCertificates)));
    let trusted = PostgresSettings { ca_file: Some(cluster.certificate()), ..required.clone() };
    let trusted = PostgresStore::open(&trusted).unwrap();
    trusted.migrate().await.unwrap();
    assert_eq!(trusted.commit(&unit().writes(&key(Kind::Cart, "a"), 0, text(1))).await, Verdict::Committed);
    let others = tokio::task::block_in_place(|| {
        PrivatePostgres::start(&Options { ssl: true, fsync: false, ..Options::default() })
    });
    let stranger = PostgresSettings { ca_file: Some(others.certificate()), ..required };
    let stranger = PostgresStore::open(&stranger).unwrap();
    assert!(matches!(stranger.now().await, Err(StoreError::Unavailable(_))));
    // A server that declines TLS gets no plain text from who names certificates.
    let plain = PostgresSettings { ca_file: Some(cluster.certificate()), ..settings(&fresh_url()) };
    assert!(matches!(PostgresStore::open(&plain).unwrap().now().await, Err(StoreError::Unavailable(_))));
}
