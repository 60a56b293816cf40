//! The integration tests, one binary, so that they link once.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does; clippy.toml excuses only the functions marked #[test]"
)]

#[path = "../support/support.rs"]
#[expect(dead_code, unused_imports, reason = "the other test binary uses the rest")]
mod support;

mod adyen;
mod api_shape;
mod bench;
mod complaints;
mod demo;
mod disconnect;
mod fuzz;
mod gateways;
mod grpc;
mod localstripe_walk;
mod matrix;
mod paypal;
mod placing;
mod postgres_support;
mod purity;
mod readme;
mod remedies;
mod remote;
mod sandbox;
mod sealed;
mod server;
mod store;
mod stripe;
mod two_processes;
mod webhooks;
mod wire;
