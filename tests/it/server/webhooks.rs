//! The door for webhooks: what it takes, what it refuses and how, and the way from a gateway's event to an order.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use cashwrap::partners::sandbox::WebhookSettings;
use cashwrap::ports::store::{Kind, Listing};
use cashwrap::proto::cashwrap::v1 as api;
use cashwrap::wiring::{Mode, Running, StartError, start};
use ring::hmac;
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::process::{get, settings};
use super::purchase::{channel, places, sandbox, sandbox_that_tells, shop_with};
use crate::support::patience::until;
use crate::support::postgres::PrivatePostgres;

const SECRETS: &str = "CASHWRAP__PARTNERS__GATEWAYS__PRIMARY__WEBHOOK_SECRETS";
const LISTEN: &str = "CASHWRAP__SERVER__WEBHOOK_LISTEN";
const SECRET: &str = "whsec_sandbox_primary";
const EVENT: &str =
    r#"{"id":"evt_1","object":"event","type":"customer.created","data":{"object":{"id":"cus_1"}}}"#;

/// A process with a door for the account `primary`, and its address.
async fn door() -> (TempDir, Running, SocketAddr) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let directory = TempDir::new().unwrap();
    let over = [(LISTEN, "127.0.0.1:0"), (SECRETS, SECRET)];
    let running = start(&settings(&directory, &over), Mode::Development).await.unwrap();
    let address = running.webhooks().unwrap();
    (directory, running, address)
}

/// The status of the answer to these bytes; the rest of it is kept to show that it tells nothing.
async fn exchange(address: SocketAddr, request: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default();
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    (status, body)
}

fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: shop\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
        .into_bytes()
}

fn signed(secret: &str, body: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "a vendor has a clock of its own")]
    let at = jiff::Timestamp::now().as_second();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    let hex = tag.as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    format!("Stripe-Signature: t={at},v1={hex}\r\n")
}

#[tokio::test]
async fn a_signed_event_is_taken_and_every_other_is_refused_without_a_word() {
    let (_directory, running, address) = door().await;
    let to = "/webhooks/primary";
    let good = signed(SECRET, EVENT);
    let requests = [
        (post(to, &good, EVENT), 200),
        (post(to, &good, &EVENT.replace("cus_1", "cus_2")), 400),
        (post(to, &signed("whsec_of_somebody_else", EVENT), EVENT), 400),
        (post(to, "", EVENT), 400),
        (post(to, &signed(SECRET, "{"), "{"), 400),
        (post("/webhooks/backup", &good, EVENT), 404),
        (post("/webhooks/nobody", &good, EVENT), 404),
        (post("/", &good, EVENT), 404),
        (post("/metrics", &good, EVENT), 404),
        (b"GET /webhooks/primary HTTP/1.1\r\nHost: shop\r\n\r\n".to_vec(), 405),
        (b"nonsense\r\n\r\n".to_vec(), 400),
    ];
    for (request, expected) in requests {
        let (status, body) = exchange(address, &request).await;
        assert_eq!((status, body.as_str()), (expected, ""), "{}", String::from_utf8_lossy(&request));
    }
    let counted = get(running.admin(), "/metrics").await;
    for line in [
        r#"cashwrap_webhooks_total{account="primary",result="not_ours"} "#,
        r#"cashwrap_webhooks_total{account="primary",result="forged"} "#,
        r#"cashwrap_webhooks_total{account="primary",result="unsigned"} "#,
        r#"cashwrap_webhooks_total{account="primary",result="unreadable"} "#,
        r#"cashwrap_webhooks_total{account="",result="unknown_account"} "#,
    ] {
        assert!(counted.contains(line), "{line} in {counted}");
    }
    assert!(running.stop().await);
}

#[tokio::test]
async fn a_body_of_ten_megabytes_is_refused_unread_and_one_that_lies_is_not_read_to_its_end() {
    let (_directory, running, address) = door().await;
    // Only its head is ever sent: an answer that waited for the body would never come.
    let head = b"POST /webhooks/primary HTTP/1.1\r\nHost: shop\r\nContent-Length: 10485760\r\n\r\n";
    assert_eq!(exchange(address, head).await.0, 413);
    let mut endless =
        b"POST /webhooks/primary HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..33 {
        endless.extend(b"2000\r\n");
        endless.extend([b'x'; 0x2000]);
        endless.extend(b"\r\n");
    }
    assert_eq!(exchange(address, &endless).await.0, 413);
    assert!(running.stop().await);
}

#[tokio::test]
async fn a_peer_that_says_nothing_or_stops_in_its_body_is_let_go() {
    let (_directory, running, address) = door().await;
    let silent = exchange(address, b"POST /webhooks/primary HTTP/1.1\r\nHost: sh");
    let stops =
        exchange(address, b"POST /webhooks/primary HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\n{");
    let both = futures::future::join(silent, stops);
    let ((silent, _), (stops, _)) = tokio::time::timeout(Duration::from_secs(20), both).await.unwrap();
    assert!([0, 408].contains(&silent), "{silent}");
    assert_eq!(stops, 408);
    assert!(running.stop().await);
}

#[tokio::test]
async fn during_a_rotation_both_secrets_open_and_none_prints() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("secrets");
    std::fs::write(&file, "whsec_the_new_secret\nwhsec_the_old_secret\n").unwrap();
    let by_file = format!("{SECRETS}_FILE");
    let given = settings(&directory, &[(LISTEN, "127.0.0.1:0"), (&by_file, file.to_str().unwrap())]);
    assert!(!format!("{given:?}").contains("whsec_"));
    let running = start(&given, Mode::Production).await.unwrap();
    for secret in ["whsec_the_new_secret", "whsec_the_old_secret"] {
        let request = post("/webhooks/primary", &signed(secret, EVENT), EVENT);
        assert_eq!(exchange(running.webhooks().unwrap(), &request).await.0, 200);
    }
    assert!(running.stop().await);
    for (secrets, told) in [
        (r#"["whsec_1_of_too_many", "whsec_2_of_too_many", "whsec_3_of_too_many"]"#, "holds 3 secrets"),
        ("[]", "holds 0 secrets"),
        ("short", "is too short"),
    ] {
        let wrong =
            start(&settings(&directory, &[(SECRETS, secrets)]), Mode::Production).await.err().unwrap();
        assert!(matches!(wrong, StartError::Settings(_)), "{wrong}");
        let shown = wrong.to_string();
        assert!(shown.contains(told) && !shown.contains("too_many"), "{shown}");
    }
}

/// Buys with a customer who must act, acts, and never comes back to the shop.
async fn buys_and_never_returns(url: Option<&str>) {
    let (directory, ledger) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    // The gateway and the shop each must know where the other is before it starts.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (listen, to) = (format!("127.0.0.1:{port}"), format!("http://127.0.0.1:{port}/webhooks/primary"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let webhook =
        WebhookSettings { spread_ms: 200, copies: 2, ..WebhookSettings::new(to, SecretString::from(SECRET)) };
    let primary = sandbox_that_tells("primary", &ledger, Some(webhook)).await;
    let backup = sandbox("backup", &ledger).await;
    let mut more = vec![(LISTEN, listen.as_str()), (SECRETS, SECRET)];
    more.extend(url.map(|url| ("CASHWRAP__STORE__URL", url)));
    let shop = shop_with(&directory, &primary.base_url(), &backup.base_url(), &more).await;
    let placed = places(&channel(&shop).await, ["tok_primary_action", "tok_backup_approve"]).await;
    let Some(api::place_order_response::Result::Action(action)) = placed.result else {
        panic!("no action: {placed:?}")
    };
    let Some(api::payment_action::Kind::Redirect(redirect)) = action.kind else { panic!("no redirect") };
    let bank = reqwest::get(format!("{}?result=success", redirect.uri)).await.unwrap();
    assert!(bank.status().is_success());
    let listing =
        Listing { store: "demo".parse().unwrap(), kind: Kind::Order, label: None, before: None, limit: 10 };
    until("the event leads to the order", Duration::from_secs(30), async || {
        shop.house().engine.store.list(&listing).await.unwrap().len() == 1
    })
    .await;
    assert_eq!(shop.house().engine.alarms.count(), 0);
    assert!(shop.stop().await);
    primary.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_who_pays_at_the_bank_and_never_returns_has_an_order_on_sqlite() {
    buys_and_never_returns(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_who_pays_at_the_bank_and_never_returns_has_an_order_on_postgresql() {
    let url = tokio::task::block_in_place(|| PrivatePostgres::shared().fresh_database());
    buys_and_never_returns(Some(&url)).await;
}
