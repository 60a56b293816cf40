//! The ground that the PostgreSQL tests stand on: it must be private, and gone when they are.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpStream,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use tokio_postgres::{Client, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::support::postgres::{Options, PrivatePostgres};

/// Asks a child process of this binary to hold a cluster, in [`holds_a_cluster_until_it_is_killed`].
const HOLDER: &str = "CASHWRAP_TEST_HOLDS_A_CLUSTER";

#[expect(clippy::disallowed_methods, reason = "a test has no engine whose tasks it could join")]
async fn connect(url: &str) -> (Client, tokio::task::JoinHandle<Result<(), tokio_postgres::Error>>) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    (client, tokio::spawn(connection))
}

async fn text(client: &Client, query: &str) -> String {
    client.query_one(query, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_database_answers_and_is_durable_by_default() {
    let (client, _connection) = connect(&PrivatePostgres::shared().fresh_database()).await;
    let row = client.query_one("select 1", &[]).await.unwrap();
    assert_eq!(row.get::<_, i32>(0), 1);
    assert_eq!(text(&client, "show fsync").await, "on");
    assert_eq!(text(&client, "show listen_addresses").await, "127.0.0.1");
}

#[tokio::test]
async fn two_databases_are_separate() {
    let postgres = PrivatePostgres::shared();
    let (first, _connection) = connect(&postgres.fresh_database()).await;
    let (second, _connection) = connect(&postgres.fresh_database()).await;
    first.batch_execute("create table carts ()").await.unwrap();
    assert!(first.query("select from carts", &[]).await.is_ok());
    assert!(second.query("select from carts", &[]).await.is_err());
}

#[tokio::test]
async fn a_copy_starts_with_what_its_model_held() {
    let postgres = PrivatePostgres::shared();
    let model = postgres.fresh_database();
    let (client, connection) = connect(&model).await;
    client.batch_execute("create table carts (id int); insert into carts values (7)").await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
    let (copy, _connection) = connect(&postgres.fresh_database_like(&model)).await;
    assert_eq!(copy.query_one("select id from carts", &[]).await.unwrap().get::<_, i32>(0), 7);
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test has no engine whose tasks it could join")]
async fn tls_is_spoken_where_it_is_asked_for() {
    let postgres = PrivatePostgres::start(&Options { fsync: false, ssl: true, ..Options::default() });
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(postgres.certificate()).unwrap()).unwrap();
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let url = postgres.fresh_database() + "?sslmode=require";
    let (client, connection) = tokio_postgres::connect(&url, MakeRustlsConnect::new(tls)).await.unwrap();
    tokio::spawn(connection);
    let version = text(&client, "select version from pg_stat_ssl where pid = pg_backend_pid()").await;
    assert_eq!(version, "TLSv1.3");
    assert_eq!(text(&client, "show fsync").await, "off");
}

#[test]
fn a_dropped_cluster_leaves_nothing_behind() {
    let postgres = PrivatePostgres::start(&Options::default());
    let directory = postgres.directory().to_owned();
    let address = postgres.fresh_database().split(['@', '/']).nth(3).unwrap().to_owned();
    assert!(directory.exists());
    TcpStream::connect(&address).unwrap();
    drop(postgres);
    assert!(!directory.exists());
    TcpStream::connect(&address).unwrap_err();
}

#[test]
#[ignore = "a_killed_test_process_takes_its_cluster_along runs it as a child"]
fn holds_a_cluster_until_it_is_killed() {
    if std::env::var_os(HOLDER).is_none() {
        return;
    }
    let postgres = PrivatePostgres::start(&Options::default());
    println!("{HOLDER} {}", postgres.fresh_database());
    std::thread::park();
}

#[tokio::test]
async fn a_killed_test_process_takes_its_cluster_along() {
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "postgres_support::holds_a_cluster_until_it_is_killed"])
        .env(HOLDER, "yes")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let url = BufReader::new(holder.stdout.take().unwrap())
        .lines()
        .find_map(|line| Some(line.unwrap().split_once(HOLDER)?.1.trim().to_owned()))
        .unwrap();
    let (client, connection) = connect(&url).await;
    // SIGKILL: the process itself cannot clean up.
    holder.kill().unwrap();
    holder.wait().unwrap();
    // An immediate stop breaks the connection.
    let end = tokio::time::timeout(Duration::from_secs(30), connection).await.expect("the server lives on");
    assert!(end.unwrap().is_err());
    assert!(client.is_closed());
    assert!(tokio_postgres::connect(&url, NoTls).await.is_err());
}
