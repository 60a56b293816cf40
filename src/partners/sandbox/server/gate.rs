//! What every request passes: the routes, and the tasks that outlive a caller who hangs up.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::routing::{any, get};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{control, wire_calls};
use crate::partners::sandbox::account::Account;
use crate::partners::sandbox::book::Pending;
use crate::partners::sandbox::wire::{ApiError, Reply};
use crate::partners::sandbox::world;

/// No call of the wire comes near it.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The account with what a server needs around it.
#[derive(Clone, Debug)]
pub(in crate::partners::sandbox) struct Gate {
    pub(in crate::partners::sandbox) account: Arc<Account>,
    pub(in crate::partners::sandbox) tasks: TaskTracker,
    pub(in crate::partners::sandbox) shutdown: CancellationToken,
}

pub(in crate::partners::sandbox) fn router(gate: Gate) -> Router {
    Router::new()
        .route("/v1/{*rest}", any(wire_calls::call))
        .route("/sandbox/ledger", get(control::ledger))
        .route("/sandbox/faults", get(control::faults).post(control::set_faults))
        .route("/sandbox/actions/{intent}", get(control::action))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(gate)
}

impl Gate {
    /// Runs work that touches the disk to its end, even if the caller hangs up.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Account) -> T + Send + 'static,
    ) -> Option<T> {
        let account = Arc::clone(&self.account);
        self.tasks.spawn_blocking(move || work(&account)).await.ok()
    }

    /// Lets an authorisation land when it is due.
    pub(in crate::partners::sandbox) fn schedule(&self, pending: Pending) {
        let gate = self.clone();
        let wait_ms = u64::try_from(pending.due_ms.saturating_sub(world::now_ms())).unwrap_or(0);
        self.tasks.spawn(async move {
            if gate.pause(Duration::from_millis(wait_ms)).await {
                gate.run(move |account| account.land(&pending.charge)).await;
            }
        });
    }

    /// Waits; says whether the time went by before a shutdown.
    pub(super) async fn pause(&self, duration: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(duration) => true,
            () = self.shutdown.cancelled() => false,
        }
    }
}

/// The reply as HTTP.
pub(super) fn respond(reply: Reply) -> Response<Body> {
    let mut response = content(reply.status, "application/json", reply.body);
    if let Some(seconds) = reply.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if reply.replayed {
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}

pub(super) fn html(status: u16, page: &'static str) -> Response<Body> {
    content(status, "text/html", page.to_owned())
}

pub(super) fn failed() -> Response<Body> {
    respond(ApiError::internal().reply(None))
}

fn content(status: u16, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
