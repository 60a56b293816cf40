//! The one shape of a layer: something done around a call.
//!
//! To tower a layer is a `Layer`, a `Service` and the cloning between them. The layers of this house differ in
//! nothing but what they do around a call, so that each says only this, as an [`Around`], and the rest stands
//! here once. A layer keeps no state of its own: what its calls share is a handle, whose clones are the same.

use std::convert::Infallible;
use std::future::Future;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use tower::{Layer, Service};

use super::answering::Answering;

/// What a layer does around a call.
pub trait Around<S, Req>: Clone + Send + 'static
where
    S: Answering<Req>,
{
    /// Answers `request`, or lets `inner` do so by [`answer`](super::answer).
    fn around(self, inner: S, request: Req) -> impl Future<Output = S::Response> + Send;
}

/// The layer that does `A` around each call. Every layer is an alias of it, with a constructor of its own.
#[derive(Debug, Clone, Copy)]
pub struct AroundLayer<A>(pub A);

impl<S, A: Clone> Layer<S> for AroundLayer<A> {
    type Service = AroundService<S, A>;

    fn layer(&self, inner: S) -> Self::Service {
        AroundService { inner, around: self.0.clone() }
    }
}

/// The service of [`AroundLayer`].
#[derive(Debug, Clone)]
pub struct AroundService<S, A> {
    inner: S,
    around: A,
}

impl<S, A, Req> Service<Req> for AroundService<S, A>
where
    S: Answering<Req>,
    A: Around<S, Req>,
    Req: Send + 'static,
{
    type Response = S::Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<S::Response, Infallible>>;

    /// Always: each call waits for a clone of its own, so that one that waits holds up no other.
    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Req) -> Self::Future {
        let (inner, around) = (self.inner.clone(), self.around.clone());
        Box::pin(async move { Ok(around.around(inner, request).await) })
    }
}
