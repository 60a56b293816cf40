//! The client of one account: lets nothing leave late, and reads a bounded reply.
//!
//! It follows no redirect, takes no proxy from the environment, and repeats nothing: a request goes to the
//! address of the configuration, once, or is known not to have gone.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Body, Client, RequestBuilder, Response, Url, redirect};
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
    /// Keys and tokens would leave this machine in plain text.
    #[error(
        "{0:?} sends keys and tokens in plain text to another machine: begin it with https://, or allow plain HTTP \
         where nobody else can read the network"
    )]
    PlainHttp(String),
    /// No cryptography was installed for TLS.
    #[error("no TLS provider is installed: install rustls's default provider when the process starts")]
    NoTls,
    /// This machine's certificates cannot be used.
    #[error("the certificates that this machine trusts cannot be read")]
    Certificates(#[source] rustls::Error),
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
    /// The line to an address, given without a query. Plain HTTP leads to this machine only, unless `plain_allowed`.
    /// TLS needs rustls's default provider to be installed.
    pub(in crate::partners::gateway) fn new(
        base_url: &str,
        connect_timeout: Duration,
        plain_allowed: bool,
    ) -> Result<Self, LineError> {
        let (base_url, _) = checked(base_url, plain_allowed)?;
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

    /// Posts nothing but its address, where the vendor takes no body. No gate can stand in a body that is not there: it
    /// leaves within the time that connecting takes after `send_by` was looked at. That is for calls alone which may be
    /// late, such as a void: it gives back what is to be given back whenever it comes.
    pub(in crate::partners::gateway) async fn post_nothing(
        &self,
        path: &str,
        headers: HeaderMap,
        send_by: Instant,
    ) -> Result<Raw, NoReply> {
        self.ask(self.client.post(format!("{}{path}", self.base_url)).headers(headers), send_by).await
    }

    /// Reads a path with an encoded query. It has no effect, so it may leave whenever there is time.
    pub(in crate::partners::gateway) async fn get(
        &self,
        path: &str,
        headers: HeaderMap,
        send_by: Instant,
    ) -> Result<Raw, NoReply> {
        self.ask(self.client.get(format!("{}{path}", self.base_url)).headers(headers), send_by).await
    }

    /// Sends a request without a body.
    async fn ask(&self, request: RequestBuilder, send_by: Instant) -> Result<Raw, NoReply> {
        if Instant::now() >= send_by {
            return Err(NoReply::NotSent(NotSent::TooLate));
        }
        match request.send().await {
            Ok(response) => Ok(read(response).await),
            Err(error) if error.is_connect() => Err(NoReply::NotSent(NotSent::Connect)),
            Err(error) => Err(NoReply::Unknown(lost(&error))),
        }
    }
}

/// An address that may be used, without a slash at its end.
pub(super) fn checked(base_url: &str, plain_allowed: bool) -> Result<(String, Url), LineError> {
    let base_url = base_url.trim_end_matches('/').to_owned();
    let wrong = || LineError::BaseUrl(base_url.clone());
    let url = Url::parse(&base_url).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.host_str().is_none() {
        return Err(wrong());
    }
    if url.scheme() == "http" && !plain_allowed && !url.host_str().is_some_and(is_this_machine) {
        return Err(LineError::PlainHttp(base_url));
    }
    Ok((base_url, url))
}

/// Whether what is sent to `host` stays on this machine.
fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(base_url: &str, plain_allowed: bool) -> bool {
        let _ = rustls::crypto::ring::default_provider().install_default();
        match Line::new(base_url, Duration::from_secs(1), plain_allowed) {
            Ok(_) => false,
            Err(LineError::PlainHttp(_)) => true,
            Err(other) => panic!("{base_url}: {other}"),
        }
    }

    #[test]
    fn plain_http_leads_to_this_machine_only_unless_it_is_allowed() {
        for here in
            ["http://127.0.0.1:12111", "http://127.9.9.9", "http://localhost:1/wire", "http://[::1]:9"]
        {
            assert!(!refused(here, false), "{here}");
        }
        for away in [
            "http://gateway.example",
            "http://10.0.0.1:12111",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://localhost@gateway.example",
            "http://[2001:db8::1]",
            "http://0.0.0.0:1",
        ] {
            assert!(refused(away, false), "{away}");
            assert!(!refused(away, true), "{away}");
        }
        assert!(!refused("https://gateway.example", false));
    }
}
