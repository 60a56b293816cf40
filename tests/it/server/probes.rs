//! Health of each service, and reflection, for whoever asks.

use tokio_stream::StreamExt as _;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::fixture::{Fixture, Options};
use crate::support::grpcurl::{self, Grpcurl};

const SERVICES: [&str; 5] = ["Cart", "Checkout", "Operations", "Order", "Payment"];

#[tokio::test]
async fn every_service_says_whether_it_serves_and_an_unknown_one_is_not_found() {
    let server = Fixture::start(Options::default()).await;
    let mut client = HealthClient::new(server.channel().await);
    for serving in [true, false] {
        server.health.set_serving(serving).await;
        let expected = if serving { ServingStatus::Serving } else { ServingStatus::NotServing };
        let named = SERVICES.map(|name| format!("cashwrap.v1.{name}Service"));
        for service in named.into_iter().chain([String::new()]) {
            let answer = client.check(HealthCheckRequest { service }).await.unwrap().into_inner();
            assert_eq!(answer.status(), expected);
        }
    }
    let unknown = HealthCheckRequest { service: "cashwrap.v1.NoService".to_owned() };
    assert_eq!(client.check(unknown).await.unwrap_err().code(), Code::NotFound);
}

macro_rules! listed_by {
    ($test:ident, $version:ident) => {
        #[tokio::test]
        async fn $test() {
            use tonic_reflection::pb::$version::ServerReflectionRequest;
            use tonic_reflection::pb::$version::server_reflection_client::ServerReflectionClient;
            use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
            use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;

            let server = Fixture::start(Options::default()).await;
            let mut client = ServerReflectionClient::new(server.channel().await);
            let request = ServerReflectionRequest {
                message_request: Some(MessageRequest::ListServices(String::new())),
                ..ServerReflectionRequest::default()
            };
            let answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap();
            let answer = answers.into_inner().next().await.unwrap().unwrap();
            let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
                panic!("no list of services");
            };
            let names: Vec<&str> = list.service.iter().map(|service| service.name.as_str()).collect();
            for service in SERVICES {
                assert!(names.contains(&format!("cashwrap.v1.{service}Service").as_str()), "{names:?}");
            }
            assert!(names.contains(&"grpc.health.v1.Health"), "{names:?}");
        }
    };
}

/// The types that travel inside the details of a status.
const DETAILS: [&str; 6] =
    ["ErrorInfo", "BadRequest", "PreconditionFailure", "RetryInfo", "Help", "QuotaFailure"];

macro_rules! details_described_by {
    ($test:ident, $version:ident) => {
        #[tokio::test]
        async fn $test() {
            use tonic_reflection::pb::$version::ServerReflectionRequest;
            use tonic_reflection::pb::$version::server_reflection_client::ServerReflectionClient;
            use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
            use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;

            let server = Fixture::start(Options::default()).await;
            let mut client = ServerReflectionClient::new(server.channel().await);
            let symbols = DETAILS.map(|name| format!("google.rpc.{name}"));
            for symbol in symbols.into_iter().chain(["google.rpc.Status".to_owned()]) {
                let request = ServerReflectionRequest {
                    message_request: Some(MessageRequest::FileContainingSymbol(symbol.clone())),
                    ..ServerReflectionRequest::default()
                };
                let answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap();
                let answer = answers.into_inner().next().await.unwrap().unwrap().message_response;
                let described = matches!(answer, Some(MessageResponse::FileDescriptorResponse(_)));
                assert!(described, "{symbol}: {answer:?}");
            }
        }
    };
}

details_described_by!(reflection_v1_describes_the_details_of_errors, v1);
details_described_by!(reflection_v1alpha_describes_the_details_of_errors, v1alpha);

#[tokio::test]
async fn grpcurl_prints_the_details_of_an_error_in_words() {
    let program = grpcurl::program();
    let server = Fixture::start(Options { dev: true, ..Options::default() }).await;
    let grpcurl = Grpcurl::of(&program, &server.address.to_string());
    let told = grpcurl.refused("CartService/GetCart", &serde_json::json!({"name": "carts/1"})).await;
    for words in [
        "type.googleapis.com/google.rpc.ErrorInfo",
        "\"reason\":\"INVALID_FIELD\"",
        "type.googleapis.com/google.rpc.BadRequest",
        "\"field\":\"name\"",
    ] {
        let packed: String = told.split_whitespace().collect();
        assert!(packed.contains(words), "{words}: {told}");
    }
}

listed_by!(reflection_v1_lists_every_service, v1);
listed_by!(reflection_v1alpha_lists_every_service, v1alpha);
