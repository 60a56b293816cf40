//! When the process drains, streams end and say so; calls go on to their end.
//!
//! A watcher would hold its connection until the grace is over. Told UNAVAILABLE it watches elsewhere at once.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::Status;
use tonic::body::Body;

use super::refusal;
use crate::resilience::{Answering, Around, AroundLayer, answer};

/// Ends the streams of a process that drains.
pub type DrainLayer = AroundLayer<Draining>;

impl DrainLayer {
    /// Ends streams once `drain` is cancelled.
    pub const fn new(drain: CancellationToken) -> Self {
        Self(Draining(drain))
    }
}

/// What [`DrainLayer`] does.
#[derive(Debug, Clone)]
pub struct Draining(CancellationToken);

impl<S> Around<S, Request<Body>> for Draining
where
    S: Answering<Request<Body>, Response = Response<Body>>,
{
    async fn around(self, inner: S, request: Request<Body>) -> Response<Body> {
        answer(inner, request).await.map(|body| Body::new(Endable::new(body, self.0)))
    }
}

struct Endable {
    inner: Body,
    drained: Pin<Box<WaitForCancellationFutureOwned>>,
    ended: bool,
}

impl fmt::Debug for Endable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Endable").field("ended", &self.ended).finish_non_exhaustive()
    }
}

impl Endable {
    fn new(inner: Body, drain: CancellationToken) -> Self {
        Self { inner, drained: Box::pin(drain.cancelled_owned()), ended: false }
    }
}

impl HttpBody for Endable {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        // What is ready goes out first: the answer of a call is always ready at once.
        if let ready @ Poll::Ready(_) = Pin::new(&mut self.inner).poll_frame(context) {
            return ready;
        }
        if self.drained.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.ended = true;
        let mut trailers = HeaderMap::new();
        Poll::Ready(Some(refusal::draining().add_header(&mut trailers).map(|()| Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt as _, StreamBody};
    use tonic::Code;

    use super::*;

    /// Never ends by itself.
    fn endless() -> Body {
        Body::new(StreamBody::new(futures::stream::pending::<Result<Frame<Bytes>, Status>>()))
    }

    #[tokio::test]
    async fn a_stream_ends_as_unavailable_when_the_process_drains() {
        let drain = CancellationToken::new();
        let mut body = Endable::new(endless(), drain.clone());
        assert!(futures::poll!(body.frame()).is_pending());
        drain.cancel();
        let trailers = body.frame().await.unwrap().unwrap().into_trailers().unwrap();
        assert_eq!(Status::from_header_map(&trailers).unwrap().code(), Code::Unavailable);
        assert!(body.frame().await.is_none());
    }

    #[tokio::test]
    async fn what_is_ready_goes_out_though_the_process_drains() {
        let drain = CancellationToken::new();
        drain.cancel();
        let ready = Body::new(http_body_util::Full::new(Bytes::from_static(b"reply")));
        let body = Endable::new(ready, drain).collect().await.unwrap();
        assert_eq!(body.to_bytes(), "reply");
    }
}
