//! Adyen's headers around an exchange: the credential and the key.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret as _;
use tokio::time::Instant;

use super::render::Request;
use super::settings::{AdyenError, AdyenSettings};
use crate::domain::payment::NotSent;
use crate::partners::gateway::exchange::{Line, NoReply, Raw};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The line of one account, with its credential.
pub(super) struct Transport {
    line: Line,
    credential: HeaderValue,
}

impl Transport {
    pub(super) fn new(settings: &AdyenSettings) -> Result<Self, AdyenError> {
        let line = Line::new(&settings.base_url, settings.connect_timeout, settings.allow_plain_http)?;
        let key = settings.api_key.expose_secret();
        let mut credential = HeaderValue::from_str(key).map_err(|_| AdyenError::ApiKey)?;
        if key.is_empty() {
            return Err(AdyenError::ApiKey);
        }
        credential.set_sensitive(true);
        Ok(Self { line, credential })
    }

    /// Sends what was rendered, if its first byte can leave before `send_by`.
    pub(super) async fn post(&self, request: Request, send_by: Instant) -> Result<Raw, NoReply> {
        let mut headers = self.headers();
        headers.insert(KEY, value(&request.idempotency_key)?);
        self.line.post(&request.path, headers, request.body, send_by).await
    }

    /// Asks what Adyen answers to by POST and without any effect, so that it has no key.
    pub(super) async fn ask(&self, path: &str, body: String, send_by: Instant) -> Result<Raw, NoReply> {
        self.line.post(path, self.headers(), body, send_by).await
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(API_KEY, self.credential.clone());
        headers.insert(CONTENT_TYPE, JSON);
        headers
    }
}

/// A value that cannot stand in a header never leaves.
fn value(text: &str) -> Result<HeaderValue, NoReply> {
    HeaderValue::from_str(text).map_err(|_| NoReply::NotSent(NotSent::Connect))
}
