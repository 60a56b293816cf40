//! The admin listener: `/livez`, `/readyz`, `/metrics`.
//!
//! Alive is a process that answers at all. Ready is one that does not drain and whose store answers in the shape that
//! is needed: a replica that cannot commit should get no calls. Whoever watches the store says so; nothing is asked of it
//! here. It tells nothing of a store's business.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What the listener tells of.
#[derive(Clone)]
pub struct Admin {
    /// Why no calls should come, in a line; `None` while they should.
    pub unready: watch::Receiver<Option<String>>,
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

async fn ready(State(admin): State<Admin>) -> (StatusCode, String) {
    if admin.drain.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n".to_owned());
    }
    match &*admin.unready.borrow() {
        None => (StatusCode::OK, "ready\n".to_owned()),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
    }
}

async fn metrics(State(admin): State<Admin>) -> Response {
    // Samples are kept until they are drained into the histograms; rendering does both.
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], admin.metrics.render()).into_response()
}
