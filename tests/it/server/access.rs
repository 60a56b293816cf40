//! Who may call what, where.

use cashwrap::grpc::auth::Scope;
use cashwrap::grpc::auth::table::{Rule, rule};
use cashwrap::proto::DESCRIPTORS;
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::{Code, Request};

use super::client::{call, call_with, cart_of, told};
use super::fixture::{Fixture, Options};

const GET_CART: &str = "/cashwrap.v1.CartService/GetCart";

fn paths() -> Vec<String> {
    let set = FileDescriptorSet::decode(DESCRIPTORS).unwrap();
    let services =
        set.file.iter().filter(|file| file.package() == "cashwrap.v1").flat_map(|file| &file.service);
    services
        .flat_map(|service| service.method.iter().map(move |method| (service, method)))
        .map(|(service, method)| format!("/cashwrap.v1.{}/{}", service.name(), method.name()))
        .collect()
}

#[tokio::test]
async fn every_rpc_lets_in_the_scopes_of_its_row_and_no_other() {
    let server = Fixture::start(Options::default()).await;
    let channel = server.channel().await;
    for path in paths() {
        let Rule::OneOf(scopes) = rule(&path) else { panic!("{path} has no row") };
        for (key, scope) in [
            ("shopper", Scope::Shopper),
            ("service", Scope::Service),
            ("backoffice", Scope::Backoffice),
            ("operator", Scope::Operator),
        ] {
            let answer = call(&channel, &path, Some(key), Vec::new()).await;
            let denied = (Code::PermissionDenied, "PERMISSION_DENIED".to_owned());
            let was_denied = answer.err().is_some_and(|status| told(&status) == denied);
            assert_eq!(was_denied, !scopes.contains(&scope), "{path} with {key}");
        }
        for key in [None, Some("guess")] {
            let status = call(&channel, &path, key, Vec::new()).await.unwrap_err();
            assert_eq!(told(&status), (Code::Unauthenticated, "UNAUTHENTICATED".to_owned()), "{path}");
        }
    }
}

#[tokio::test]
async fn a_call_without_a_key_is_told_how_to_bring_one_and_reaches_no_handler() {
    let server = Fixture::start(Options::default()).await;
    let status = call(&server.channel().await, GET_CART, None, cart_of("demo")).await.unwrap_err();
    assert!(status.message().contains("authorization: Bearer KEY"), "{}", status.message());
    assert_eq!(status.metadata().get("www-authenticate").unwrap(), "Bearer");
    assert_eq!(server.handlers.reached(), 0);
}

#[tokio::test]
async fn a_handler_knows_its_caller_and_another_store_looks_like_none() {
    let server = Fixture::start(Options::default()).await;
    let channel = server.channel().await;
    let answer = call(&channel, GET_CART, Some("backoffice"), cart_of("demo")).await.unwrap();
    let answer = cashwrap::proto::cashwrap::v1::GetCartResponse::decode(answer.as_slice()).unwrap();
    assert_eq!(answer.cart.unwrap().etag, "the backoffice");
    let other = call(&channel, GET_CART, Some("backoffice"), cart_of("other")).await.unwrap_err();
    assert_eq!(other.code(), Code::NotFound);
}

#[tokio::test]
async fn a_method_that_does_not_exist_is_told_to_callers_only() {
    let server = Fixture::start(Options::default()).await;
    let channel = server.channel().await;
    let path = "/cashwrap.v1.CartService/BurnCart";
    let status = call(&channel, path, Some("operator"), Vec::new()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    let status = call(&channel, path, None, Vec::new()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn development_mode_lets_in_who_has_no_credentials() {
    let server = Fixture::start(Options { dev: true, ..Options::default() }).await;
    let channel = server.channel().await;
    call(&channel, GET_CART, None, cart_of("any")).await.unwrap();
    let mut basic = Request::new(cart_of("any"));
    basic.metadata_mut().insert("authorization", "Basic aGVsbG8=".parse().unwrap());
    let status = call_with(&channel, GET_CART, basic).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
}
