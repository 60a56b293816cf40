//! No key and no token is in any line that is logged, whatever the level (I24).
//!
//! The lines are those of the whole test binary: a subscriber for one test alone would race with the other
//! tests, which decide at the same moment whether anybody listens.

use tonic::Request;
use tracing_subscriber::fmt::format::FmtSpan;

use super::client::{call_with, cart_of};
use super::fixture::{Fixture, Options, QUIET_KEY};
use crate::support::lines::Lines;

#[tokio::test]
async fn a_key_and_a_capability_are_in_no_line_and_no_span() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(lines.clone())
        .with_env_filter("cashwrap::grpc=trace")
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let server = Fixture::start(Options::default()).await;
    let channel = server.channel().await;
    for key in [QUIET_KEY, "not-a-key-of-ours"] {
        let mut request = Request::new(cart_of("demo"));
        request.metadata_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
        request.metadata_mut().insert("cashwrap-capability", "cap_of_a_guest".parse().unwrap());
        let _ = call_with(&channel, "/cashwrap.v1.CartService/GetCart", request).await;
    }
    let text = lines.text();
    assert!(text.contains(r#"method="CartService/GetCart""#) && text.contains("UNAUTHENTICATED"), "{text}");
    for secret in [QUIET_KEY, "not-a-key-of-ours", "cap_of_a_guest", "Bearer"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
