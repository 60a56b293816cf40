//! The end of a process: calls under way are answered, streams are told, and nobody new comes in.

use tokio::net::TcpStream;
use tokio_stream::StreamExt as _;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::client::{call, cart_of};
use super::fixture::{Fixture, Options, spawn};

#[tokio::test]
async fn a_call_under_way_is_answered_while_the_process_drains_and_nobody_new_comes_in() {
    let server = Fixture::start(Options { free: 0, ..Options::default() }).await;
    let channel = server.channel().await;
    let under_way = spawn(async move {
        call(&channel, "/cashwrap.v1.CartService/GetCart", Some("shopper"), cart_of("demo")).await
    });
    server.handlers.one_waits().await;

    server.drain.cancel();
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!under_way.is_finished() && !server.serving.is_finished());

    server.handlers.gate.add_permits(1);
    under_way.await.unwrap().unwrap();
    server.serving.await.unwrap();
}

#[tokio::test]
async fn who_watches_is_told_to_watch_elsewhere_and_holds_up_nobody() {
    let server = Fixture::start(Options::default()).await;
    let mut client = HealthClient::new(server.channel().await);
    let service = "cashwrap.v1.CheckoutService".to_owned();
    let mut watch = client.watch(HealthCheckRequest { service }).await.unwrap().into_inner();
    assert_eq!(watch.next().await.unwrap().unwrap().status(), ServingStatus::Serving);

    server.health.set_serving(false).await;
    assert_eq!(watch.next().await.unwrap().unwrap().status(), ServingStatus::NotServing);

    server.drain.cancel();
    assert_eq!(watch.next().await.unwrap().unwrap_err().code(), Code::Unavailable);
    server.serving.await.unwrap();
}
