//! Counts, times and traces each RPC, whatever layer answered it.
//!
//! The span continues the caller's trace. It holds the method, the caller's key id and the code; no field of a
//! request, no token and no key gets here.

use http::{HeaderMap, Request, Response};
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code, Status};
use tracing::{Instrument as _, Span};

use super::auth::table::label;
use super::limits::body::{Keep, Kept};
use crate::resilience::{Answering, Around, AroundLayer, answer};
use crate::telemetry::propagation;

/// Observes every RPC.
pub type ObserveLayer = AroundLayer<Observing>;

impl ObserveLayer {
    /// A layer that observes each call.
    #[expect(clippy::new_without_default, reason = "every layer is made by its `new`, and by nothing else")]
    pub const fn new() -> Self {
        Self(Observing)
    }
}

/// What [`ObserveLayer`] does.
#[derive(Debug, Clone, Copy)]
pub struct Observing;

/// One RPC under way. It is told when it is dropped: with the code that the trailers had, or as cancelled where
/// the caller went away before.
struct Rpc {
    method: &'static str,
    began: Instant,
    code: Option<Code>,
    span: Span,
}

impl Rpc {
    fn learn(&mut self, headers: &HeaderMap) {
        self.code = Status::from_header_map(headers).map(|status| status.code()).or(self.code);
    }
}

impl Keep for Rpc {
    fn trailers(&mut self, trailers: &HeaderMap) {
        self.learn(trailers);
    }
}

impl Drop for Rpc {
    fn drop(&mut self) {
        let code = code_name(self.code.unwrap_or(Code::Cancelled));
        self.span.record("code", code);
        metrics::counter!("cashwrap_rpcs_total", "method" => self.method, "code" => code).increment(1);
        metrics::histogram!("cashwrap_rpc_seconds", "method" => self.method)
            .record(self.began.elapsed().as_secs_f64());
    }
}

impl<S> Around<S, Request<Body>> for Observing
where
    S: Answering<Request<Body>, Response = Response<Body>>,
{
    async fn around(self, inner: S, request: Request<Body>) -> Response<Body> {
        let method = label(request.uri().path());
        let span = tracing::info_span!("rpc", method, code = tracing::field::Empty, otel.kind = "server");
        propagation::continue_trace(&span, request.headers());
        let mut rpc = Rpc { method, began: Instant::now(), code: None, span: span.clone() };
        let answer = answer(inner, request).instrument(span).await;
        rpc.learn(answer.headers());
        answer.map(|body| Kept::wrap(body, rpc))
    }
}

/// The code as gRPC writes it.
pub const fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
