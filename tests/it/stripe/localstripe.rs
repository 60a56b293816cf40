//! The adapter against localstripe, a Stripe look-alike that others wrote: it is run, and nothing of it is
//! taken. It has no idempotency and knows no search, so only the way of a payment is checked.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use cashwrap::domain::payment::{DeclineClass, Outcome, Status};
use cashwrap::ports::gateway::Call;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::rig::{REFERENCE, Teller, account_at, euros, view};

const KEY: &str = "sk_test_localstripe";

/// A server on a port of its own; dropping it kills it.
struct LocalStripe {
    base_url: String,
    _child: Child,
    _directory: TempDir,
}

impl LocalStripe {
    /// Starts it, if the machine has it. Under CI it must be there.
    async fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("CASHWRAP_LOCALSTRIPE").map(PathBuf::from) else {
            assert!(
                std::env::var_os("CI").is_none(),
                "CASHWRAP_LOCALSTRIPE is not set: scripts/test installs localstripe and names it"
            );
            println!("NOT RUN: CASHWRAP_LOCALSTRIPE names no localstripe; scripts/test installs it");
            return None;
        };
        let directory = tempfile::tempdir().unwrap();
        // It cannot be given a socket, so the port is free only very likely: another one is tried then.
        for _ in 0..5 {
            let port = free_port();
            let mut child = Command::new(&program)
                .args(["--from-scratch", "--port", &port.to_string()])
                .current_dir(directory.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .kill_on_drop(true)
                .spawn()
                .unwrap();
            if ready(&mut child, port).await {
                let base_url = format!("http://127.0.0.1:{port}");
                return Some(Self { base_url, _child: child, _directory: directory });
            }
        }
        panic!("{} does not start", program.display());
    }

    fn teller(&self) -> Teller {
        Teller { account: account_at(&self.base_url, Duration::from_secs(20), KEY) }
    }

    /// A payment method for a test card, as a storefront would make it.
    async fn payment_method(&self, number: &str) -> String {
        let form = [
            ("type", "card"),
            ("card[number]", number),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2040"),
            ("card[cvc]", "123"),
        ];
        let url = format!("{}/v1/payment_methods", self.base_url);
        let request = reqwest::Client::new().post(url).bearer_auth(KEY).form(&form);
        let made: Value = request.send().await.unwrap().json().await.unwrap();
        made["id"].as_str().unwrap().to_owned()
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Waits until the server takes connections, or has ended.
async fn ready(child: &mut Child, port: u16) -> bool {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    let looking = async {
        loop {
            looks.tick().await;
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
                return true;
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), looking).await.unwrap_or(false)
}

#[tokio::test]
async fn the_way_of_a_payment_is_the_same_at_a_server_that_others_wrote() {
    let Some(server) = LocalStripe::start().await else { return };
    let teller = server.teller();
    let token = server.payment_method("4242424242424242").await;

    let object = teller.create(&token).await;
    let created = view(teller.look(&object).await);
    assert_eq!((created.status, created.amount), (Status::Created, euros(1_000)));
    let held = view(teller.confirm(&object).await);
    assert_eq!((&held.status, held.capturable_minor), (&Status::Authorised, 1_000));
    assert_eq!(held.reference.as_deref(), Some(REFERENCE));
    let captured = view(teller.capture(&object, 1_000).await);
    assert_eq!((captured.status, captured.captured_minor), (Status::Captured, 1_000));
    assert_eq!(view(teller.look(&object).await).captured_minor, 1_000);

    assert_eq!(view(teller.refund("r1", &object, 300).await).refunded_minor, Some(300));
    assert_eq!(view(teller.look_refund(&object, "r1").await).refunded_minor, Some(300));
    assert_eq!(view(teller.look_refund(&object, "r2").await).refunded_minor, Some(0));

    let held = teller.create(&token).await;
    view(teller.confirm(&held).await);
    assert_eq!(view(teller.void(&held).await).status, Status::Voided);
    assert_eq!(view(teller.look(&held).await).status, Status::Voided);

    let call = Call::Authorise { token, return_url: None };
    assert_eq!(view(teller.send("authorise", call).await).status, Status::Authorised);
}

#[tokio::test]
async fn a_card_that_is_declined_there_is_declined_here() {
    let Some(server) = LocalStripe::start().await else { return };
    let teller = server.teller();
    let token = server.payment_method("4000000000000341").await;
    let object = teller.create(&token).await;
    // Its error does not show the intent, so the decline is told as a refusal, and a look shows it.
    let Outcome::Refused(refusal) = teller.confirm(&object).await else { panic!("not refused") };
    assert_eq!(refusal.class, Some(DeclineClass::Generic));
    assert_eq!(refusal.code, "card_declined");
    let Status::Declined(decline) = view(teller.look(&object).await).status else { panic!("not declined") };
    assert_eq!(decline.code, "card_declined");
}

#[tokio::test]
async fn what_it_does_not_know_is_not_taken_for_absent() {
    let Some(server) = LocalStripe::start().await else { return };
    // It names no code, so its 404 proves nothing of the object.
    let told = server.teller().look("pi_nowhere").await;
    assert!(matches!(&told, Outcome::Refused(refusal) if !refusal.not_found), "{told:?}");
}
