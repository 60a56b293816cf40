//! A message over the limit is RESOURCE_EXHAUSTED with a reason of ours.
//!
//! tonic refuses it before decoding, as it should, but as OUT_OF_RANGE without a reason. No handler of ours
//! ever answers OUT_OF_RANGE, so that here it has only this one meaning.

use std::convert::Infallible;

use http::Response;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::ServiceExt as _;
use tower::util::MapResponse;
use tower::{Layer, Service};

use super::refusal;

/// Gives the refusal of an oversized message its own code and reason.
#[derive(Debug, Clone, Copy)]
pub struct OversizeLayer;

type Rewrite = fn(Response<Body>) -> Response<Body>;

impl<S> Layer<S> for OversizeLayer
where
    S: Service<http::Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    type Service = MapResponse<S, Rewrite>;

    fn layer(&self, inner: S) -> Self::Service {
        inner.map_response(rewrite as Rewrite)
    }
}

fn rewrite(answer: Response<Body>) -> Response<Body> {
    match Status::from_header_map(answer.headers()).map(|status| status.code()) {
        Some(Code::OutOfRange) => refusal::too_large().into_http(),
        _ => answer,
    }
}
