//! Stripe's headers around an exchange: the credential, the version, and the key.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret as _;
use tokio::time::Instant;

use super::render::Request;
use super::settings::{StripeError, StripeSettings};
use crate::domain::payment::NotSent;
use crate::partners::gateway::exchange::{Line, NoReply, Raw};

const VERSION: HeaderName = HeaderName::from_static("stripe-version");
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// The line of one account, with its credential.
pub(super) struct Transport {
    line: Line,
    credential: HeaderValue,
}

impl Transport {
    pub(super) fn new(settings: &StripeSettings) -> Result<Self, StripeError> {
        let line = Line::new(&settings.base_url, settings.connect_timeout, settings.allow_plain_http)?;
        let key = settings.secret_key.expose_secret();
        if line.is_plain() && key.contains("_live_") {
            return Err(StripeError::PlainText(line.base_url().to_owned()));
        }
        let mut credential =
            HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| StripeError::SecretKey)?;
        credential.set_sensitive(true);
        Ok(Self { line, credential })
    }

    /// Sends what was rendered, if its first byte can leave before `send_by`.
    pub(super) async fn post(&self, request: Request, send_by: Instant) -> Result<Raw, NoReply> {
        let mut headers = self.headers(&request.version)?;
        headers.insert(KEY, value(&request.idempotency_key)?);
        headers.insert(CONTENT_TYPE, FORM);
        self.line.post(&request.path, headers, request.form, send_by).await
    }

    /// Reads a path with an encoded query.
    pub(super) async fn get(&self, path: &str, version: &str, send_by: Instant) -> Result<Raw, NoReply> {
        self.line.get(path, self.headers(version)?, send_by).await
    }

    fn headers(&self, version: &str) -> Result<HeaderMap, NoReply> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, self.credential.clone());
        headers.insert(VERSION, value(version)?);
        Ok(headers)
    }
}

/// A value that cannot stand in a header never leaves.
fn value(text: &str) -> Result<HeaderValue, NoReply> {
    HeaderValue::from_str(text).map_err(|_| NoReply::NotSent(NotSent::Connect))
}
