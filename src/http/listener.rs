//! Takes the connections of partners, whom everybody can pretend to be: few at once, each for one request and for a
//! short time, whatever the peer does or does not send.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Connections at once. A vendor sends a few at a time, and again what was not taken.
const MAX_CONNECTIONS: usize = 256;

/// A request line and headers of a vendor have about one KiB.
const MAX_HEAD_BYTES: usize = 16 << 10;

/// How long a peer may take until its headers are there; the TLS handshake has as much.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// The life of a connection, which carries one request: longer than its body and its answer may take together.
const CONNECTION_LIFE: Duration = Duration::from_secs(25);

/// After an accept that failed (no file descriptors, most likely) the next is tried after this.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What connections are taken with.
#[derive(Clone)]
pub struct PartnerListener {
    /// The certificate; plain text without.
    pub tls: Option<TlsAcceptor>,
    /// Begins the end: no more connections, and those there end with their request.
    pub drain: CancellationToken,
}

impl PartnerListener {
    /// Serves until drained, and until the requests under way have ended.
    pub async fn serve(self, listener: TcpListener, router: Router) {
        let open = TaskTracker::new();
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let refused = metrics::counter!("cashwrap_connections_refused_total");
        loop {
            let accepted = tokio::select! {
                () = self.drain.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => match Arc::clone(&places).try_acquire_owned() {
                    Ok(place) => {
                        drop(open.spawn(connection(self.tls.clone(), stream, router.clone(), place)));
                    }
                    Err(_) => refused.increment(1),
                },
                Err(error) => {
                    tracing::warn!(%error, "a connection of a partner could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(listener);
        open.close();
        open.wait().await;
    }
}

async fn connection(
    tls: Option<TlsAcceptor>,
    stream: TcpStream,
    router: Router,
    _place: OwnedSemaphorePermit,
) {
    let Some(tls) = tls else { return exchange(stream, router).await };
    match tokio::time::timeout(HEAD_TIMEOUT, tls.accept(stream)).await {
        Ok(Ok(stream)) => exchange(stream, router).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake of a partner failed"),
        Err(_) => tracing::debug!("a TLS handshake of a partner took too long"),
    }
}

async fn exchange(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router) {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .keep_alive(false);
    let served = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    match tokio::time::timeout(CONNECTION_LIFE, served).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection of a partner broke"),
        Err(_) => tracing::debug!("a connection of a partner was cut: it took too long"),
    }
}
