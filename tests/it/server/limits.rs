//! How much, how long, how large.

use std::time::Duration;

use prost::Message as _;
use tonic::{Code, Request};
use tonic_types::StatusExt as _;

use super::client::{call, call_with, cart_of, told};
use super::fixture::{Fixture, Options, spawn};
use super::web;

const GET_CART: &str = "/cashwrap.v1.CartService/GetCart";
const CREATE_CART: &str = "/cashwrap.v1.CartService/CreateCart";

#[tokio::test]
async fn what_is_over_the_limit_is_shed_on_every_connection_and_told_when_to_come_again() {
    let server = Fixture::start(Options { max_concurrent: 1, free: 0, ..Options::default() }).await;
    let (one, other) = (server.channel().await, server.channel().await);
    let first = spawn(async move { call(&one, GET_CART, Some("shopper"), cart_of("demo")).await });
    server.handlers.one_waits().await;

    let shed = call(&other, GET_CART, Some("shopper"), cart_of("demo")).await.unwrap_err();
    assert_eq!(told(&shed), (Code::ResourceExhausted, "OVERLOADED".to_owned()));
    assert!(shed.get_error_details().retry_info().unwrap().retry_delay.is_some());
    assert_eq!(server.handlers.reached(), 1);
    call(&other, "/grpc.health.v1.Health/Check", None, Vec::new()).await.unwrap();

    server.handlers.gate.add_permits(2);
    first.await.unwrap().unwrap();
    call(&other, GET_CART, Some("shopper"), cart_of("demo")).await.unwrap();
}

#[tokio::test]
async fn a_call_that_runs_out_of_time_is_told_so_and_not_that_it_was_cancelled() {
    let server =
        Fixture::start(Options { request_timeout: Duration::from_millis(20), free: 0, ..Options::default() })
            .await;
    let late = call(&server.channel().await, GET_CART, Some("shopper"), cart_of("demo")).await.unwrap_err();
    assert_eq!(told(&late), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned()));
    assert_eq!(server.handlers.reached(), 1);
}

#[tokio::test]
async fn a_call_that_comes_too_late_is_refused_before_any_work() {
    let server = Fixture::start(Options::default()).await;
    // A client that knows its deadline is over sends nothing, so this one is written by hand.
    let answer = web::call(server.address, GET_CART, &[("grpc-timeout", "0m")], &cart_of("demo")).await;
    assert!(answer.contains("grpc-status: 4\r\n"), "{answer}");
    assert!(answer.contains("grpc-status-details-bin: "), "it carries its reason: {answer}");
    assert_eq!(server.handlers.reached(), 0);
}

#[tokio::test]
async fn a_call_whose_time_runs_out_on_its_way_to_the_handler_gets_no_further() {
    let server = Fixture::start(Options { free: 0, ..Options::default() }).await;
    let answer = web::call(server.address, GET_CART, &[("grpc-timeout", "1u")], &cart_of("demo")).await;
    assert!(answer.contains("grpc-status: 4\r\n"), "{answer}");
    assert_eq!(server.handlers.waiting.available_permits(), 0, "the handler went no further than the caller");
}

#[tokio::test]
async fn a_method_that_is_not_there_says_so_with_a_reason() {
    let server = Fixture::start(Options::default()).await;
    let path = "/cashwrap.v1.CartService/GiveCart";
    let status = call(&server.channel().await, path, Some("shopper"), Vec::new()).await.unwrap_err();
    assert_eq!(told(&status), (Code::Unimplemented, "METHOD_UNKNOWN".to_owned()));
}

#[tokio::test]
async fn a_message_over_one_mebibyte_is_refused_with_a_reason() {
    let server = Fixture::start(Options::default()).await;
    let channel = server.channel().await;
    let request = |bytes: usize| {
        cashwrap::proto::cashwrap::v1::GetCartRequest { name: "x".repeat(bytes) }.encode_to_vec()
    };
    let large = call(&channel, CREATE_CART, Some("shopper"), request(1 << 20)).await.unwrap_err();
    assert_eq!(told(&large), (Code::ResourceExhausted, "LIMIT_EXCEEDED".to_owned()));
    assert_eq!(server.handlers.reached(), 0);
    call(&channel, CREATE_CART, Some("shopper"), request((1 << 20) - 8)).await.unwrap();
}

#[tokio::test]
async fn bytes_that_are_no_message_are_the_callers_mistake() {
    let server = Fixture::start(Options::default()).await;
    let channel = server.channel().await;
    for broken in [vec![0xff; 8], vec![0x0a, 0xff], vec![0x0a, 2, 0xff, 0xff]] {
        let status = call(&channel, GET_CART, Some("shopper"), broken.clone()).await.unwrap_err();
        assert_eq!(told(&status), (Code::InvalidArgument, "INVALID_FIELD".to_owned()), "{broken:?}");
    }
    assert_eq!(server.handlers.reached(), 0);
}

#[tokio::test]
async fn a_panic_in_a_handler_is_one_calls_trouble() {
    let server = Fixture::start(Options::default()).await;
    let channel = server.channel().await;
    let broken =
        call(&channel, "/cashwrap.v1.CartService/UpdateCart", Some("shopper"), Vec::new()).await.unwrap_err();
    assert_eq!(told(&broken), (Code::Internal, "INTERNAL".to_owned()));
    assert!(!broken.message().contains("breaks"), "{}", broken.message());
    call(&channel, GET_CART, Some("shopper"), cart_of("demo")).await.unwrap();
}

#[tokio::test]
async fn headers_over_eight_kibibytes_are_refused_and_the_connection_stays() {
    let server = Fixture::start(Options::default()).await;
    let channel = server.channel().await;
    let mut request = Request::new(cart_of("demo"));
    request.metadata_mut().insert("authorization", format!("Bearer {}", "k".repeat(9_000)).parse().unwrap());
    call_with(&channel, GET_CART, request).await.unwrap_err();
    assert_eq!(server.handlers.reached(), 0);
    call(&channel, GET_CART, Some("shopper"), cart_of("demo")).await.unwrap();
}
