//! The admin listener: `/livez`, `/readyz`, `/metrics`.
//!
//! Alive is a process that answers at all. Ready is one that does not drain and whose store answers: a replica
//! that cannot commit should get no calls. It tells nothing of a store's business.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::ports::Record;
use crate::ports::store::Store;

/// How long the store may take to answer: less than the second that a probe waits by default.
const STORE_PATIENCE: Duration = Duration::from_millis(800);

/// What the listener tells of.
#[derive(Clone)]
pub struct Admin {
    /// Asked for its time, to see whether it is there.
    pub store: Arc<dyn Store<Record>>,
    /// Cancelled once the process drains.
    pub drain: CancellationToken,
    /// What was counted.
    pub metrics: PrometheusHandle,
}

impl Admin {
    /// Serves until `stop` is cancelled, which is after the drain: probes are answered meanwhile.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let served = axum::serve(listener, self.router()).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(error) = served.await {
            tracing::error!(%error, "the admin listener stopped");
        }
    }

    fn router(self) -> Router {
        Router::new()
            .route("/livez", get(|| async { "alive\n" }))
            .route("/readyz", get(ready))
            .route("/metrics", get(metrics))
            .with_state(self)
    }
}

async fn ready(State(admin): State<Admin>) -> (StatusCode, &'static str) {
    if admin.drain.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n");
    }
    match tokio::time::timeout(STORE_PATIENCE, admin.store.now()).await {
        Ok(Ok(_)) => (StatusCode::OK, "ready\n"),
        Ok(Err(_)) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n"),
    }
}

async fn metrics(State(admin): State<Admin>) -> Response {
    // Samples are kept until they are drained into the histograms; rendering does both.
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], admin.metrics.render()).into_response()
}
