//! The whole process, wired from the example's settings, on the embedded store.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use cashwrap::config::Settings;
use cashwrap::wiring::database::Database;
use cashwrap::wiring::{Mode, Running, StartError, start};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::Code;
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::client::call;
use crate::support::patience::until;
use crate::support::postgres::{Options, PrivatePostgres};

pub const EXAMPLE: &str = include_str!("../../../examples/cashwrap.toml");

/// The example's settings with a database and ports of their own, and with `more` over them.
pub fn settings(directory: &TempDir, more: &[(&str, &str)]) -> Settings {
    settings_of(EXAMPLE, directory, more)
}

/// The same of other settings than the example's.
pub fn settings_of(text: &str, directory: &TempDir, more: &[(&str, &str)]) -> Settings {
    let url = format!("sqlite:{}", directory.path().join("cashwrap.db").display());
    let own = [
        ("CASHWRAP__STORE__URL", url.as_str()),
        ("CASHWRAP__SERVER__LISTEN", "127.0.0.1:0"),
        ("CASHWRAP__SERVER__ADMIN_LISTEN", "127.0.0.1:0"),
    ];
    let variables: BTreeMap<&str, &str> = own.iter().chain(more).copied().collect();
    let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Settings::parse("example", text, variables).unwrap()
}

async fn running(mode: Mode) -> (TempDir, Running) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let directory = TempDir::new().unwrap();
    let running = start(&settings(&directory, &[]), mode).await.unwrap();
    (directory, running)
}

async fn refused(wrong: &[(&str, &str)], mode: Mode) -> StartError {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let directory = TempDir::new().unwrap();
    start(&settings(&directory, wrong), mode).await.err().unwrap()
}

pub async fn get(admin: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(admin).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_example_serves_tells_that_it_is_ready_counts_its_calls_and_drains() {
    let (_directory, running) = running(Mode::Production).await;
    assert!(get(running.admin(), "/livez").await.starts_with("HTTP/1.1 200 "));
    assert!(get(running.admin(), "/readyz").await.contains("ready"));

    let channel = Endpoint::new(format!("http://{}", running.grpc())).unwrap().connect().await.unwrap();
    let path = "/cashwrap.v1.OrderService/ListOrders";
    let status = call(&channel, path, Some("hello"), Vec::new()).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);

    let metrics = get(running.admin(), "/metrics").await;
    let counted = r#"cashwrap_rpcs_total{method="OrderService/ListOrders",code="PERMISSION_DENIED"} "#;
    assert!(metrics.contains(counted), "{metrics}");
    assert!(metrics.contains("# HELP cashwrap_rpc_seconds "), "{metrics}");
    assert!(
        metrics.contains(r#"cashwrap_breaker_state{account="primary",class="authorise"} 0"#),
        "{metrics}"
    );
    assert!(metrics.contains(r#"cashwrap_store_calls_total{call="now",result="ok"}"#), "{metrics}");
    assert!(running.stop().await);
}

#[tokio::test]
async fn development_mode_needs_no_key_and_listens_on_this_machine_only() {
    let (_directory, running) = running(Mode::Development).await;
    let channel = Endpoint::new(format!("http://{}", running.grpc())).unwrap().connect().await.unwrap();
    let answer = call(&channel, "/cashwrap.v1.OperationsService/ListPartners", None, Vec::new()).await;
    assert!(answer.is_err_and(|status| status.code() != Code::Unauthenticated));
    assert!(running.stop().await);
    for listener in ["CASHWRAP__SERVER__LISTEN", "CASHWRAP__SERVER__ADMIN_LISTEN"] {
        let error = refused(&[(listener, "0.0.0.0:0")], Mode::Development).await;
        assert!(matches!(error, StartError::DevReachable(_)) && error.is_refusal(), "{error}");
    }
}

#[tokio::test]
async fn what_is_unfit_for_production_is_refused_without_development_mode() {
    let wrong = [("CASHWRAP__SERVER__LISTEN", "0.0.0.0:0"), ("CASHWRAP__PARTNERS__TAX__BUILTIN__RATE", "19")];
    let error = refused(&wrong, Mode::Production).await;
    assert!(error.is_refusal());
    let told = error.to_string();
    assert!(told.contains("server.tls: 0.0.0.0:0 can be reached"), "{told}");
    assert!(told.contains("partners.tax.builtin.rate: unknown key"), "every mistake at once: {told}");
}

#[tokio::test]
async fn unknown_keys_of_partners_are_told_all_at_once_before_anything_is_served() {
    let wrong = [
        ("CASHWRAP__PARTNERS__GATEWAYS__PRIMARY__BASE_URI", "http://x"),
        ("CASHWRAP__PARTNERS__CARRIERS__PARCEL__COLOUR", "blue"),
        ("CASHWRAP__PARTNERS__TAX__BUILTIN__RATE", "19"),
    ];
    let error = refused(&wrong, Mode::Production).await.to_string();
    for key in [
        "partners.gateways.primary.base_uri: unknown key",
        "partners.carriers.parcel.colour: unknown key",
        "partners.tax.builtin.rate: unknown key",
    ] {
        assert!(error.contains(key), "{error}");
    }
}

#[tokio::test]
async fn plain_http_to_a_gateway_on_another_machine_is_refused_unless_it_is_allowed() {
    let away = ("CASHWRAP__PARTNERS__GATEWAYS__PRIMARY__BASE_URL", "http://192.0.2.1:12111");
    for mode in [Mode::Production, Mode::Development] {
        let error = refused(&[away], mode).await;
        let told = error.to_string();
        assert!(error.is_refusal(), "{told}");
        assert!(
            told.contains("partners.gateways.primary.base_url: sends keys and tokens in plain text"),
            "{told}"
        );
        assert!(told.contains("allow_plain_http = true"), "{told}");
    }
    let directory = TempDir::new().unwrap();
    let allowed = ("CASHWRAP__PARTNERS__GATEWAYS__PRIMARY__ALLOW_PLAIN_HTTP", "true");
    let running = start(&settings(&directory, &[away, allowed]), Mode::Production).await.unwrap();
    assert!(running.stop().await);
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_told_with_its_key_and_what_to_do() {
    let directory = TempDir::new().unwrap();
    let key = directory.path().join("tls.key");
    std::fs::write(&key, "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n").unwrap();
    let key = key.to_str().unwrap();
    let swapped = [("CASHWRAP__SERVER__TLS__CERT_FILE", key), ("CASHWRAP__SERVER__TLS__KEY_FILE", key)];
    let told = refused(&swapped, Mode::Production).await.to_string();
    assert!(told.starts_with("server.tls.cert_file: no certificate can be read from "), "{told}");
    assert!(told.ends_with("see that cert_file and key_file are not swapped"), "{told}");
    let told =
        refused(&[("CASHWRAP__STORE__URL", "sqlite:/nope/dir/x.db")], Mode::Production).await.to_string();
    assert!(told.starts_with("store.url: the lock file /nope/dir/x.db.lock cannot be used: "), "{told}");
    assert!(told.ends_with("make its directory, or let this user write there"), "{told}");
}

#[tokio::test]
async fn two_processes_cannot_have_one_embedded_store() {
    let (directory, running) = running(Mode::Production).await;
    let error = start(&settings(&directory, &[]), Mode::Production).await.err().unwrap();
    assert!(error.to_string().contains("in use by another process") && !error.is_refusal(), "{error}");
    assert!(running.stop().await);
}

/// What gRPC health says of the server as a whole and of a service.
async fn health(running: &Running) -> [ServingStatus; 2] {
    let channel = Endpoint::new(format!("http://{}", running.grpc())).unwrap().connect().await.unwrap();
    let mut client = HealthClient::new(channel);
    let mut told = Vec::new();
    for service in ["", "cashwrap.v1.CheckoutService"] {
        let request = HealthCheckRequest { service: service.to_owned() };
        told.push(client.check(request).await.unwrap().into_inner().status());
    }
    told.try_into().unwrap()
}

/// Waits until every probe says the same: ready, or not for `reason`.
async fn until_told(running: &Running, reason: Option<&str>) {
    let (status, words) = reason.map_or(("200", "ready"), |reason| ("503", reason));
    let serving = if reason.is_none() { ServingStatus::Serving } else { ServingStatus::NotServing };
    until(words, Duration::from_secs(15), async || {
        let answer = get(running.admin(), "/readyz").await;
        answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(words)
    })
    .await;
    // Health is told before the listener is.
    assert_eq!(health(running).await, [serving; 2]);
    assert!(get(running.admin(), "/livez").await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_runs_on_postgresql_over_tls_and_is_ready_only_while_a_migrated_database_answers() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let directory = TempDir::new().unwrap();
    let cluster =
        tokio::task::block_in_place(|| PrivatePostgres::start(&Options { ssl: true, ..Options::default() }));
    let url = tokio::task::block_in_place(|| cluster.fresh_database());
    let authority = cluster.certificate();
    let over = [
        ("CASHWRAP__STORE__URL", format!("{url}?sslmode=require")),
        ("CASHWRAP__STORE__CA_FILE", authority.display().to_string()),
    ];
    let settings = settings(&directory, &over.each_ref().map(|(name, value)| (*name, value.as_str())));
    let running = start(&settings, Mode::Production).await.unwrap();
    until_told(&running, Some("run `cashwrap migrate`")).await;
    Database::open(&settings.store).unwrap().migrate().await.unwrap();
    until_told(&running, None).await;
    tokio::task::block_in_place(|| cluster.stop_immediately());
    until_told(&running, Some("the store does not answer")).await;
    assert!(tokio::task::block_in_place(|| cluster.start_again()));
    until_told(&running, None).await;
    assert!(running.stop().await);
}
