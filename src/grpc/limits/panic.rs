//! A panic in a handler is one call's INTERNAL, and nobody else's trouble.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::task::{Context, Poll};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Request, Response};
use tonic::body::Body;
use tower::{Layer, Service};

use super::refusal;

/// Catches panics.
#[derive(Debug, Clone, Copy)]
pub struct CatchPanicLayer;

impl<S> Layer<S> for CatchPanicLayer {
    type Service = CatchPanic<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CatchPanic { inner }
    }
}

/// The service of [`CatchPanicLayer`].
#[derive(Debug, Clone)]
pub struct CatchPanic<S> {
    inner: S,
}

impl<S> Service<Request<Body>> for CatchPanic<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let inner = &mut self.inner;
        // What a handler shares is behind locks that outlive a panic, or was dropped with its future.
        let begun = std::panic::catch_unwind(AssertUnwindSafe(|| inner.call(request)));
        Box::pin(async move {
            let ended = match begun {
                Ok(call) => AssertUnwindSafe(call).catch_unwind().await,
                Err(panic) => Err(panic),
            };
            // The hook of the process has logged where it was; the payload may hold what must not be told.
            ended.unwrap_or_else(|_| {
                metrics::counter!("cashwrap_panics_total").increment(1);
                Ok(refusal::broken().into_http())
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};
    use tower::{ServiceExt as _, service_fn};

    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_as_internal_and_tells_nothing() {
        let inner = service_fn(|_: Request<Body>| async {
            tokio::task::yield_now().await;
            panic!("a secret");
            #[expect(unreachable_code, reason = "gives the block its type")]
            Ok(Response::new(Body::empty()))
        });
        let answer = CatchPanicLayer.layer(inner).oneshot(Request::new(Body::empty())).await.unwrap();
        let status = Status::from_header_map(answer.headers()).unwrap();
        assert_eq!(status.code(), Code::Internal);
        assert!(!status.message().contains("secret"), "{}", status.message());
    }
}
