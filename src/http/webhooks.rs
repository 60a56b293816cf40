//! The door for webhooks: `POST /webhooks/{account}`.
//!
//! It answers 200 only when what the message leads to is durable, or when it leads to nothing; anything else makes
//! the vendor send it again. Who may not know more learns no more: no answer has a text. A body that is too long is
//! refused by what it says of its length, unread, and one that lies about it is not read further than it may be.
//!
//! No vendor's wire may enter: `ports::webhook` reads, `app::webhooks` decides what an event is worth.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use http_body_util::LengthLimitError;
use tokio::sync::Semaphore;

use crate::app::House;
use crate::domain::ids::AccountId;
use crate::ports::webhook::{RawWebhook, Webhooks};

/// Vendors' events have a few KiB; a batch of them a hundred.
pub const MAX_BODY_BYTES: usize = 256 << 10;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the commit may take. Stripe waits for ten seconds or more; what is late is sent again, and counts once.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(10);

/// Messages under way at once: they read and write the store that placements need.
const MAX_UNDER_WAY: usize = 32;

/// The door. Clones share its bounds.
#[derive(Clone)]
pub struct WebhookDoor {
    house: Arc<House>,
    accounts: Arc<BTreeMap<AccountId, Arc<dyn Webhooks>>>,
    places: Arc<Semaphore>,
}

impl WebhookDoor {
    /// A door for these accounts; no other is known.
    pub fn new(house: Arc<House>, accounts: BTreeMap<AccountId, Arc<dyn Webhooks>>) -> Self {
        Self { house, accounts: Arc::new(accounts), places: Arc::new(Semaphore::new(MAX_UNDER_WAY)) }
    }

    /// The routes: one.
    pub fn router(self) -> Router {
        Router::new().route("/webhooks/{account}", post(receive)).with_state(self)
    }

    async fn take(
        &self,
        account: &AccountId,
        webhooks: &dyn Webhooks,
        headers: &HeaderMap,
        body: Body,
    ) -> (StatusCode, &'static str) {
        let Ok(_place) = self.places.try_acquire() else {
            return (StatusCode::SERVICE_UNAVAILABLE, "shed");
        };
        let body = match read(headers, body).await {
            Ok(body) => body,
            Err(refused) => return refused,
        };
        let headers: Vec<(&str, &str)> =
            headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
        let now = self.house.engine.clock.now();
        let notices = match webhooks.read(RawWebhook { headers: &headers, body: &body }, now) {
            Ok(notices) => notices,
            Err(error) => {
                tracing::warn!(%account, %error, "a webhook was refused");
                return (StatusCode::BAD_REQUEST, error.as_str());
            }
        };
        let mut result = "not_ours";
        for notice in &notices {
            match tokio::time::timeout(COMMIT_TIMEOUT, self.house.hear(account, notice)).await {
                Ok(Ok(heard)) => result = heard.as_str(),
                Ok(Err(error)) => {
                    tracing::debug!(%account, event = %notice.event, %error, "a webhook is to be sent again");
                    return (StatusCode::SERVICE_UNAVAILABLE, "not_stored");
                }
                Err(_) => return (StatusCode::SERVICE_UNAVAILABLE, "not_stored"),
            }
        }
        (StatusCode::OK, result)
    }
}

async fn receive(
    State(door): State<WebhookDoor>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> StatusCode {
    // Only names from the settings become labels: the path is anybody's.
    let known = door.accounts.iter().find(|(known, _)| known.as_str() == account);
    let (status, result, label) = match known {
        Some((known, webhooks)) => {
            let (status, result) = door.take(known, &**webhooks, &headers, body).await;
            (status, result, known.to_string())
        }
        None => (StatusCode::NOT_FOUND, "unknown_account", String::new()),
    };
    metrics::counter!("cashwrap_webhooks_total", "account" => label, "result" => result).increment(1);
    status
}

/// The body, within its bounds of size and time.
async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, (StatusCode, &'static str)> {
    const TOO_LARGE: (StatusCode, &str) = (StatusCode::PAYLOAD_TOO_LARGE, "too_large");
    let told = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if told.is_some_and(|told: u64| told > MAX_BODY_BYTES as u64) {
        return Err(TOO_LARGE);
    }
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY_BYTES)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if is_too_long(&error) => Err(TOO_LARGE),
        Ok(Err(_)) => Err((StatusCode::BAD_REQUEST, "broken")),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "slow")),
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    error.source().is_some_and(<dyn Error>::is::<LengthLimitError>)
}
