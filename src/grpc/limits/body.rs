//! A response body that keeps something until it ends: a permit, or what is measured.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;

/// What is kept beside a body. Dropping it says that the call is over, however it ended.
pub trait Keep: Send + Unpin + 'static {
    /// Sees the trailers, when there are some.
    fn trailers(&mut self, _trailers: &HeaderMap) {}
}

/// A body with what is kept beside it.
#[derive(Debug)]
pub struct Kept<K> {
    inner: Body,
    keep: Option<K>,
}

impl<K: Keep> Kept<K> {
    /// Keeps `keep` until `inner` has ended.
    pub fn wrap(inner: Body, keep: K) -> Body {
        Body::new(Self { inner, keep: Some(keep) })
    }
}

impl<K: Keep> HttpBody for Kept<K> {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some((trailers, keep)) = frame.trailers_ref().zip(self.keep.as_mut()) {
                    keep.trailers(trailers);
                }
                if self.inner.is_end_stream() {
                    self.keep = None;
                }
            }
            Poll::Ready(Some(Err(_)) | None) => self.keep = None,
            Poll::Pending => {}
        }
        polled
    }

    /// Hyper does not poll a body that says so, and then what is kept goes with it.
    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
