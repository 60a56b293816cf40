//! The client of one account: lets nothing leave late, and reads a bounded reply.
//!
//! It follows no redirect, takes no proxy from the environment, and repeats nothing: a request goes to the
//! address of the configuration, once, or is known not to have gone.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Body, Client, Response, Url, redirect};
use tokio::time::{Instant, sleep_until};

use super::gate::{Gate, GatedBody};
use crate::domain::payment::{NotSent, UnknownCause};

/// A payment is a few kilobytes and a page of a hundred refunds below two hundred; what is larger is no
/// answer.
const MAX_REPLY_BYTES: usize = 1024 * 1024;

/// Below what servers commonly keep an idle connection open, so that few requests meet a closing one.
const IDLE: Duration = Duration::from_secs(20);

/// A reply, as far as it was read.
pub(in crate::partners::gateway) struct Raw {
    pub(in crate::partners::gateway) status: u16,
    pub(in crate::partners::gateway) retry_after: Option<Duration>,
    /// The body, or why it could not be read to its end.
    pub(in crate::partners::gateway) body: Result<Vec<u8>, UnknownCause>,
}

/// No reply came.
pub(in crate::partners::gateway) enum NoReply {
    /// And nothing had left.
    NotSent(NotSent),
    /// And the request may have arrived.
    Unknown(UnknownCause),
}

/// Why there is no line to a vendor.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The address cannot be used.
    #[error("{0:?} is no address of a gateway: give scheme and host, such as https://api.stripe.com")]
    BaseUrl(String),
    /// No cryptography was installed for TLS.
    #[error("no TLS provider is installed: install rustls's default provider when the process starts")]
    NoTls,
    /// The HTTP client could not be made.
    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
}

/// Where a vendor is reached.
pub(in crate::partners::gateway) struct Line {
    client: Client,
    base_url: String,
}

impl Line {
    /// The line to an address, given without a query. TLS needs rustls's default provider to be installed.
    pub(in crate::partners::gateway) fn new(
        base_url: &str,
        connect_timeout: Duration,
    ) -> Result<Self, LineError> {
        let base_url = base_url.trim_end_matches('/').to_owned();
        let wrong = || LineError::BaseUrl(base_url.clone());
        let url = Url::parse(&base_url).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.host_str().is_none() {
            return Err(wrong());
        }
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // The client would panic.
            return Err(LineError::NoTls);
        }
        let client = Client::builder()
            .user_agent(concat!("cashwrap/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(connect_timeout)
            .pool_idle_timeout(IDLE)
            // The gate's proof is for HTTP/1.1.
            .http1_only()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .build()
            .map_err(LineError::Client)?;
        Ok(Self { client, base_url })
    }

    /// Whether everything leaves in plain text.
    pub(in crate::partners::gateway) fn is_plain(&self) -> bool {
        self.base_url.starts_with("http:")
    }

    /// The address, as errors name it.
    pub(in crate::partners::gateway) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Posts a body, which is not empty, if its first byte can leave before `send_by`.
    pub(in crate::partners::gateway) async fn post(
        &self,
        path: &str,
        headers: HeaderMap,
        body: String,
        send_by: Instant,
    ) -> Result<Raw, NoReply> {
        let gate = Gate::default();
        let body = GatedBody::new(gate.clone(), send_by, body);
        let call = self.client.post(format!("{}{path}", self.base_url)).headers(headers);
        let sending = call.body(Body::wrap(body)).send();
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
    pub(in crate::partners::gateway) async fn get(
        &self,
        path: &str,
        headers: HeaderMap,
        send_by: Instant,
    ) -> Result<Raw, NoReply> {
        if Instant::now() >= send_by {
            return Err(NoReply::NotSent(NotSent::TooLate));
        }
        match self.client.get(format!("{}{path}", self.base_url)).headers(headers).send().await {
            Ok(response) => Ok(read(response).await),
            Err(error) if error.is_connect() => Err(NoReply::NotSent(NotSent::Connect)),
            Err(error) => Err(NoReply::Unknown(lost(&error))),
        }
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

/// Vendors state seconds; a date is not taken for one.
fn seconds(value: &HeaderValue) -> Option<Duration> {
    value.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
