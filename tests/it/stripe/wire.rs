//! Servers that misbehave below HTTP, written by hand byte by byte.

use std::net::Ipv4Addr;
use std::time::Duration;

use cashwrap::domain::payment::{NotSent, OperationKind, Outcome, UnknownCause};
use cashwrap::ports::gateway::{Call, Gateway as _, Guard, Window};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::rig::{Teller, account_at, euros, window};

const LIMIT: Duration = Duration::from_secs(2);

fn teller_at(base_url: &str) -> Teller {
    Teller { account: account_at(base_url, LIMIT, "sk_test_1") }
}

fn confirm() -> Call {
    Call::Confirm { object: Some("pi_1".into()), return_url: None, brought_back: vec![] }
}

/// Answers each connection's first request with these bytes and closes; tells what it was sent.
#[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
async fn server(reply: Vec<u8>) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (seen, requests) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (reply, seen) = (reply.clone(), seen.clone());
            tokio::spawn(async move {
                let (stream, request) = request(stream).await;
                let _ = seen.send(request);
                answer(stream, &reply).await;
            });
        }
    });
    (format!("http://{address}"), requests)
}

async fn request(mut stream: TcpStream) -> (TcpStream, String) {
    let mut read = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let count = stream.read(&mut chunk).await.unwrap_or(0);
        read.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&read);
        // The last parameter of every form and query that reads an intent.
        if count == 0 || text.contains("latest_charge") {
            return (stream, text.into_owned());
        }
    }
}

async fn answer(mut stream: TcpStream, reply: &[u8]) {
    let _ = stream.write_all(reply).await;
    let _ = stream.shutdown().await;
}

fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

async fn outcome_of(reply: Vec<u8>) -> Outcome {
    let (base_url, _requests) = server(reply).await;
    teller_at(&base_url).send("confirm", confirm()).await
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let teller = teller_at(&base_url);
    assert_eq!(teller.send("confirm", confirm()).await, Outcome::NotSent(NotSent::Connect));
    assert_eq!(teller.look("pi_1").await, Outcome::NotSent(NotSent::Connect));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_and_a_failed_handshake_are_not_sent() {
    // A slow resolver must meet the connect timeout, and not the limit of the call.
    let patient = |base_url: &str| Teller { account: account_at(base_url, 10 * LIMIT, "sk_test_1") };
    let teller = patient("http://gateway.invalid");
    assert_eq!(teller.send("confirm", confirm()).await, Outcome::NotSent(NotSent::Connect));
    let (plain, _requests) = server(b"this is no TLS\r\n".to_vec()).await;
    let teller = patient(&plain.replace("http://", "https://"));
    assert_eq!(teller.send("confirm", confirm()).await, Outcome::NotSent(NotSent::Connect));
}

#[tokio::test]
async fn a_connection_that_closes_after_the_request_is_unknown() {
    assert_eq!(outcome_of(Vec::new()).await, Outcome::Unknown(UnknownCause::Reset));
    let half = http("200 OK", "", "{\"id\"")[..40].to_vec();
    assert_eq!(outcome_of(half).await, Outcome::Unknown(UnknownCause::Reset));
}

#[tokio::test]
async fn bytes_that_are_no_http_are_unknown() {
    let told = outcome_of(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec()).await;
    assert!(matches!(told, Outcome::Unknown(_)), "{told:?}");
}

#[tokio::test]
async fn a_body_without_an_end_is_unknown_whatever_it_says_it_is() {
    let mut endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let chunk = format!("{:x}\r\n{}\r\n", 64 * 1024, " ".repeat(64 * 1024));
    for _ in 0..40 {
        endless.extend_from_slice(chunk.as_bytes());
    }
    assert_eq!(outcome_of(endless).await, Outcome::Unknown(UnknownCause::Garbage));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, mut visits) = server(http("200 OK", "", "{}")).await;
    let redirect = http("307 Temporary Redirect", &format!("location: {elsewhere}\r\n"), "");
    let (base_url, _requests) = server(redirect).await;
    let teller = teller_at(&base_url);
    let garbage = Outcome::Unknown(UnknownCause::Garbage);
    assert_eq!(teller.send("confirm", confirm()).await, garbage);
    assert_eq!(teller.look("pi_1").await, garbage);
    assert!(visits.try_recv().is_err(), "nobody came to the other address");
}

#[tokio::test]
async fn a_request_carries_what_was_rendered_and_the_credential_that_was_not() {
    let (base_url, mut requests) = server(http("500 Oops", "", "")).await;
    let teller = teller_at(&base_url);
    let rendered = teller.render("op_7", confirm());
    assert!(!String::from_utf8_lossy(&rendered.0).contains("sk_test_1"));
    let _ = teller.send_rendered(OperationKind::Confirm, &rendered).await;
    let sent = requests.recv().await.unwrap();
    assert!(sent.starts_with("POST /v1/payment_intents/pi_1/confirm HTTP/1.1\r\n"), "{sent}");
    let has = |line: &str| sent.lines().any(|sent| sent.eq_ignore_ascii_case(line));
    for line in [
        "authorization: Bearer sk_test_1",
        "idempotency-key: op_7",
        "stripe-version: 2024-06-20",
        "user-agent: cashwrap/0.1.0",
        "content-type: application/x-www-form-urlencoded",
        "expand%5B%5D=latest_charge",
    ] {
        assert!(has(line), "{line} is missing in {sent}");
    }
}

/// Waits so long for a connection that never comes about, and says what became of the call.
async fn sent_by(teller: &Teller, left: Duration) -> Outcome {
    let now = Instant::now();
    let rendered = teller.render("confirm", confirm());
    let window = Window { send_by: now + left, answer_by: now + Duration::from_secs(20) };
    teller.account.send(OperationKind::Confirm, euros(1_000), &rendered, window, Guard::Heeded).await
}

#[tokio::test]
async fn nothing_leaves_once_send_by_has_passed() {
    let (base_url, mut requests) = server(http("500 Oops", "", "")).await;
    let teller = teller_at(&base_url);
    assert_eq!(sent_by(&teller, Duration::ZERO).await, Outcome::NotSent(NotSent::TooLate));
    assert!(requests.try_recv().is_err());
}

#[tokio::test]
async fn a_handshake_that_outlasts_send_by_is_given_up_and_nothing_left() {
    // It accepts, and never shakes hands.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base_url = format!("https://{}", listener.local_addr().unwrap());
    let began = Instant::now();
    let told = sent_by(&teller_at(&base_url), Duration::from_millis(300)).await;
    assert_eq!(told, Outcome::NotSent(NotSent::TooLate));
    assert!(began.elapsed() < LIMIT, "it did not wait for the connect timeout");
}

#[tokio::test]
async fn a_handshake_that_outlasts_the_connect_timeout_is_a_failed_connect() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base_url = format!("https://{}", listener.local_addr().unwrap());
    let teller = Teller { account: account_at(&base_url, Duration::from_secs(30), "sk_test_1") };
    let rendered = teller.render("confirm", confirm());
    let told =
        teller.account.send(OperationKind::Confirm, euros(1_000), &rendered, window(), Guard::Heeded).await;
    assert_eq!(told, Outcome::NotSent(NotSent::Connect));
}
