//! Where a server is, and how a connection to it begins: TCP, TLS with HTTP/2 agreed on, and one ping.
//!
//! The ping is what tells a server that speaks HTTP/2 from one that only takes connections, and it brings the server's
//! settings along: how many streams it bears, and how much it reads ahead.

use std::sync::Arc;

use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use h2::{Ping, PingPong};
use reqwest::Url;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_util::task::TaskTracker;

use super::reply::MAX_REPLY_BYTES;
use crate::partners::gateway::exchange::LineError;
use crate::partners::gateway::exchange::line::checked;

/// A status, its details and a few lines of a proxy's: what is longer is no head of ours.
const MAX_HEAD_BYTES: u32 = 16 * 1024;

/// Room for the replies of several calls at once: none waits for another to be read.
const CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;

/// Where a server is.
pub(super) struct Address {
    /// Scheme, host and port, as they stand before a path.
    pub(super) origin: String,
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// A connection that has answered once.
pub(super) struct Connection {
    pub(super) requests: SendRequest<Bytes>,
    pub(super) pings: PingPong,
}

impl Address {
    /// Reads an address without a path. Plain HTTP leads to this machine only, unless `plain_allowed`.
    pub(super) fn new(base_url: &str, plain_allowed: bool) -> Result<Self, LineError> {
        let (base_url, url) = checked(base_url, plain_allowed)?;
        let wrong = || LineError::BaseUrl(base_url.clone());
        let host = url.host_str().map(|host| host.trim_matches(['[', ']']).to_owned()).ok_or_else(wrong)?;
        let port = url.port_or_known_default().ok_or_else(wrong)?;
        if url.path() != "/" || !url.username().is_empty() || url.password().is_some() {
            return Err(wrong());
        }
        let tls = if url.scheme() == "https" { Some(tls(&host).ok_or_else(wrong)??) } else { None };
        Ok(Self { origin: origin(&url), host, port, tls })
    }

    /// Connects. What drives the connection is spawned on `tasks`, and ends when nobody holds the connection.
    pub(super) async fn connect(&self, tasks: &TaskTracker) -> Option<Connection> {
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await.ok()?;
        tcp.set_nodelay(true).ok()?;
        let Some((connector, name)) = &self.tls else { return begin(tcp, tasks).await };
        let stream = connector.connect(name.clone(), tcp).await.ok()?;
        let agreed = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        if agreed { begin(stream, tasks).await } else { None }
    }
}

/// The address as it stands before a path, without what a URL may have besides.
fn origin(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(
        || format!("{}://{host}", url.scheme()),
        |port| format!("{}://{host}:{port}", url.scheme()),
    )
}

/// The name that the certificate must be for; `None` where the host can be in no certificate.
fn tls(host: &str) -> Option<Result<(TlsConnector, ServerName<'static>), LineError>> {
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let config = || {
        let mut config = ClientConfig::builder().with_platform_verifier()?.with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok::<_, rustls::Error>(TlsConnector::from(Arc::new(config)))
    };
    // rustls would panic.
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        return Some(Err(LineError::NoTls));
    }
    Some(config().map(|connector| (connector, name)).map_err(LineError::Certificates))
}

async fn begin<T>(io: T, tasks: &TaskTracker) -> Option<Connection>
where
    T: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (requests, mut connection) = Builder::new()
        .enable_push(false)
        .max_header_list_size(MAX_HEAD_BYTES)
        .initial_window_size(u32::try_from(MAX_REPLY_BYTES).unwrap_or(u32::MAX))
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .handshake::<_, Bytes>(io)
        .await
        .ok()?;
    let mut pings = connection.ping_pong()?;
    tasks.spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to a remote gateway has ended");
        }
    });
    pings.ping(Ping::opaque()).await.ok()?;
    Some(Connection { requests, pings })
}
