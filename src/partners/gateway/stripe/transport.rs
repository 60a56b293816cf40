//! One exchange over HTTP: adds the credential, lets nothing leave late, and reads a bounded reply.
//!
//! It follows no redirect, takes no proxy from the environment, and repeats nothing: a request goes to the
//! address of the configuration, once, or is known not to have gone.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Body, Client, RequestBuilder, Response, Url, redirect};
use secrecy::ExposeSecret as _;
use tokio::time::{Instant, sleep_until};

use super::gate::{Gate, GatedBody};
use super::render::Request;
use super::settings::{StripeError, StripeSettings};
use crate::domain::payment::{NotSent, UnknownCause};

/// An intent is a few kilobytes and a page of a hundred refunds below two hundred; what is larger is no
/// answer.
const MAX_REPLY_BYTES: usize = 1024 * 1024;

/// Below what servers commonly keep an idle connection open, so that few requests meet a closing one.
const IDLE: Duration = Duration::from_secs(20);

/// A reply, as far as it was read.
pub(super) struct Raw {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    /// The body, or why it could not be read to its end.
    pub(super) body: Result<Vec<u8>, UnknownCause>,
}

/// No reply came.
pub(super) enum NoReply {
    /// And nothing had left.
    NotSent(NotSent),
    /// And the request may have arrived.
    Unknown(UnknownCause),
}

/// The client of one account.
pub(super) struct Transport {
    client: Client,
    base_url: String,
    credential: HeaderValue,
}

impl Transport {
    pub(super) fn new(settings: &StripeSettings) -> Result<Self, StripeError> {
        let base_url = settings.base_url.trim_end_matches('/').to_owned();
        let wrong = || StripeError::BaseUrl(base_url.clone());
        let url = Url::parse(&base_url).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.host_str().is_none() {
            return Err(wrong());
        }
        let key = settings.secret_key.expose_secret();
        if url.scheme() == "http" && key.contains("_live_") {
            return Err(StripeError::PlainText(base_url));
        }
        let mut credential =
            HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| StripeError::SecretKey)?;
        credential.set_sensitive(true);
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // The client would panic.
            return Err(StripeError::NoTls);
        }
        let client = Client::builder()
            .user_agent(concat!("cashwrap/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(IDLE)
            // The gate's proof is for HTTP/1.1.
            .http1_only()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .build()
            .map_err(StripeError::Client)?;
        Ok(Self { client, base_url, credential })
    }

    /// Sends what was rendered, if its first byte can leave before `send_by`.
    pub(super) async fn post(&self, request: Request, send_by: Instant) -> Result<Raw, NoReply> {
        let gate = Gate::default();
        let body = GatedBody::new(gate.clone(), send_by, request.form);
        let call = self
            .client
            .post(format!("{}{}", self.base_url, request.path))
            .header("Stripe-Version", request.version)
            .header("Idempotency-Key", request.idempotency_key)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::wrap(body));
        let sending = self.send(call);
        tokio::pin!(sending);
        let sent = tokio::select! {
            // The deadline first: polling the request could send it.
            biased;
            () = sleep_until(send_by) => {
                if gate.shut() {
                    return Err(NoReply::NotSent(NotSent::TooLate));
                }
                sending.await
            }
            sent = &mut sending => sent,
        };
        match sent {
            Ok(response) => Ok(read(response).await),
            Err(_) if gate.shut() => Err(NoReply::NotSent(if Instant::now() >= send_by {
                NotSent::TooLate
            } else {
                NotSent::Connect
            })),
            Err(error) => Err(NoReply::Unknown(lost(&error))),
        }
    }

    /// Reads a path with an encoded query. It has no effect, so it may leave whenever there is time.
    pub(super) async fn get(&self, path: &str, version: &str, send_by: Instant) -> Result<Raw, NoReply> {
        if Instant::now() >= send_by {
            return Err(NoReply::NotSent(NotSent::TooLate));
        }
        let call = self.client.get(format!("{}{path}", self.base_url)).header("Stripe-Version", version);
        match self.send(call).await {
            Ok(response) => Ok(read(response).await),
            Err(error) if error.is_connect() => Err(NoReply::NotSent(NotSent::Connect)),
            Err(error) => Err(NoReply::Unknown(lost(&error))),
        }
    }

    async fn send(&self, call: RequestBuilder) -> Result<Response, reqwest::Error> {
        call.header(AUTHORIZATION, self.credential.clone()).send().await
    }
}

fn lost(error: &reqwest::Error) -> UnknownCause {
    if error.is_timeout() { UnknownCause::Timeout } else { UnknownCause::Reset }
}

/// Reads a reply to its end or to the limit, counting while it comes: a length that is stated may lie.
async fn read(mut response: Response) -> Raw {
    let status = response.status().as_u16();
    let retry_after = response.headers().get(RETRY_AFTER).and_then(seconds);
    let mut body = Vec::new();
    let body = loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len().saturating_add(chunk.len()) > MAX_REPLY_BYTES => {
                break Err(UnknownCause::Garbage);
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break Ok(body),
            Err(error) => break Err(lost(&error)),
        }
    };
    Raw { status, retry_after, body }
}

/// Stripe states seconds; a date is not taken for one.
fn seconds(value: &HeaderValue) -> Option<Duration> {
    value.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
