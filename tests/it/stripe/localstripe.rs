//! The adapter against localstripe, a Stripe look-alike that others wrote. It has no idempotency and knows no
//! search, so only the way of a payment is checked, and the signature of its webhooks.

use std::time::Duration;

use cashwrap::domain::payment::{DeclineClass, Outcome, Status};
use cashwrap::partners::gateway::stripe::StripeWebhooks;
use cashwrap::ports::gateway::Call;
use cashwrap::ports::webhook::{NotGenuine, RawWebhook, Webhooks as _};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::rig::{REFERENCE, Teller, account_at, euros, view};
use crate::support::localstripe::{KEY, LocalStripe};

fn teller(server: &LocalStripe) -> Teller {
    Teller { account: account_at(&server.base_url, Duration::from_secs(20), KEY) }
}

#[tokio::test]
async fn the_way_of_a_payment_is_the_same_at_a_server_that_others_wrote() {
    let server = LocalStripe::start().await;
    let teller = teller(&server);
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
    let server = LocalStripe::start().await;
    let teller = teller(&server);
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
    let server = LocalStripe::start().await;
    // It names no code, so its 404 proves nothing of the object.
    let told = teller(&server).look("pi_nowhere").await;
    assert!(matches!(&told, Outcome::Refused(refusal) if !refusal.not_found), "{told:?}");
}

/// The bytes of one HTTP request, answered with 200: its head and its body.
async fn receive(listener: &TcpListener) -> (String, Vec<u8>) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = Vec::new();
    loop {
        stream.read_buf(&mut request).await.unwrap();
        let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(request[..end].to_vec()).unwrap().to_lowercase();
        let length = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
        if request.len() >= end + 4 + length.parse::<usize>().unwrap() {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .await
                .unwrap();
            return (head, request[end + 4..].to_vec());
        }
    }
}

#[tokio::test]
async fn a_webhook_that_a_server_of_others_signed_is_genuine_and_a_touched_one_is_not() {
    let server = LocalStripe::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let http = reqwest::Client::new();
    let hook = [("url", url.as_str()), ("secret", "whsec_of_localstripe"), ("events[]", "customer.created")];
    let config = format!("{}/_config/webhooks/ours", server.base_url);
    assert!(http.post(config).bearer_auth(KEY).form(&hook).send().await.unwrap().status().is_success());
    let customers = format!("{}/v1/customers", server.base_url);
    let form = [("description", "Zoë")];
    assert!(http.post(customers).bearer_auth(KEY).form(&form).send().await.unwrap().status().is_success());

    let (head, mut body) = receive(&listener).await;
    let signature = head.lines().find_map(|line| line.strip_prefix("stripe-signature: ")).unwrap();
    let headers = [("stripe-signature", signature)];
    let webhooks = StripeWebhooks::new(&[SecretString::from("whsec_of_localstripe")]);
    let signed_at: i64 = signature.split(['=', ',']).nth(1).unwrap().parse().unwrap();
    let now = jiff::Timestamp::from_second(signed_at).unwrap();
    let [notice] =
        webhooks.read(RawWebhook { headers: &headers, body: &body }, now).unwrap().try_into().unwrap();
    assert!(notice.event.starts_with("evt_") && notice.about.is_none(), "{notice:?}");
    body.push(b' ');
    let touched = webhooks.read(RawWebhook { headers: &headers, body: &body }, now);
    assert_eq!(touched, Err(NotGenuine::Forged));
}
