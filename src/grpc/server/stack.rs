//! The layers before the services, outside in.
//!
//! This is the only place that orders them. All of them answer in gRPC, so that no caller meets a bare HTTP
//! error.

use std::convert::Infallible;
use std::time::Duration;

use http::{Request, Response};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::service::Routes;
use tonic_web::GrpcWebLayer;
use tower::ServiceBuilder;
use tower::util::BoxCloneSyncService;

use crate::grpc::auth::{AuthLayer, Keys};
use crate::grpc::limits::deadline::DeadlineLayer;
use crate::grpc::limits::drain::DrainLayer;
use crate::grpc::limits::oversize::OversizeLayer;
use crate::grpc::limits::panic::CatchPanicLayer;
use crate::grpc::limits::shed::ShedLayer;
use crate::grpc::observe::ObserveLayer;

/// The services behind their layers. Clones share every limit.
pub type Door = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// What the layers are made from.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Who may call.
    pub keys: Keys,
    /// How long a call may take.
    pub request_timeout: Duration,
    /// How many calls may be under way.
    pub max_concurrent: u32,
    /// Begins the drain.
    pub drain: CancellationToken,
}

/// The services behind their layers.
pub fn stack(routes: Routes, parts: Parts) -> Door {
    let service = ServiceBuilder::new()
        // Outermost: within, a call of a browser looks like every other one.
        .layer(GrpcWebLayer::new())
        // Before all that may refuse, so that what was refused is counted and traced too.
        .layer(ObserveLayer::new())
        // Before all that may panic.
        .layer(CatchPanicLayer::new())
        // Streams of every service, probes among them, end when the process drains.
        .layer(DrainLayer::new(parts.drain))
        // Before anything is taken: a call that comes too late should cost nobody a place.
        .layer(DeadlineLayer::new(parts.request_timeout))
        // Before shedding: who may not call takes no place from those who may.
        .layer(AuthLayer::new(parts.keys))
        // Before the handlers: what is shed has done nothing durable. One for the process, not for a connection.
        .layer(ShedLayer::new(parts.max_concurrent))
        // Innermost: it reads what tonic says about the size of a message.
        .layer(OversizeLayer)
        .service(routes.prepare());
    BoxCloneSyncService::new(service)
}
