//! A panic in a handler is one call's INTERNAL, and nobody else's trouble.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use http::{Request, Response};
use tonic::body::Body;

use super::refusal;
use crate::resilience::{Answering, Around, AroundLayer, answer};

/// Catches panics.
pub type CatchPanicLayer = AroundLayer<Catching>;

impl CatchPanicLayer {
    /// A layer that answers for handlers that panic.
    #[expect(clippy::new_without_default, reason = "every layer is made by its `new`, and by nothing else")]
    pub const fn new() -> Self {
        Self(Catching)
    }
}

/// What [`CatchPanicLayer`] does.
#[derive(Debug, Clone, Copy)]
pub struct Catching;

impl<S> Around<S, Request<Body>> for Catching
where
    S: Answering<Request<Body>, Response = Response<Body>>,
{
    async fn around(self, inner: S, request: Request<Body>) -> Response<Body> {
        // What a handler shares is behind locks that outlive a panic, or was dropped with its future.
        let ended = AssertUnwindSafe(answer(inner, request)).catch_unwind().await;
        // The hook of the process has logged where it was; the payload may hold what must not be told.
        ended.unwrap_or_else(|_| {
            metrics::counter!("cashwrap_panics_total").increment(1);
            refusal::broken().into_http()
        })
    }
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};
    use tower::{Layer as _, ServiceExt as _, service_fn};

    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_as_internal_and_tells_nothing() {
        let inner = service_fn(|_: Request<Body>| async {
            tokio::task::yield_now().await;
            panic!("a secret");
            #[expect(unreachable_code, reason = "gives the block its type")]
            Ok(Response::new(Body::empty()))
        });
        let answer = CatchPanicLayer::new().layer(inner).oneshot(Request::new(Body::empty())).await.unwrap();
        let status = Status::from_header_map(answer.headers()).unwrap();
        assert_eq!(status.code(), Code::Internal);
        assert!(!status.message().contains("secret"), "{}", status.message());
    }
}
