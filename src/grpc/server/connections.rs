//! Accepts connections and ends them: those that are too many at once, those that are too old after their
//! calls, and all of them when the process drains.

use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::body::Body;
use tower::ServiceExt as _;

use super::limits::{
    AGE_GRACE, AGE_JITTER_PERCENT, CONNECTION_AGE, HANDSHAKE_TIMEOUT, KEEPALIVE_INTERVAL, KEEPALIVE_TIMEOUT,
    MAX_CONNECTIONS, MAX_HEADER_BYTES, MAX_PENDING_RESETS, MAX_STREAMS,
};
use super::stack::Door;
use crate::resilience::Entropy;

/// After an accept that failed (no file descriptors, most likely) the next is tried after this.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What connections are served with.
#[derive(Clone)]
pub struct Connections {
    /// The layers and services.
    pub door: Door,
    /// The certificate; plain text without.
    pub tls: Option<TlsAcceptor>,
    /// Begins the end: no more connections, and those there are asked to leave.
    pub drain: CancellationToken,
    /// How long calls under way may take then.
    pub grace: Duration,
    /// Spreads the ages of connections.
    pub entropy: Entropy,
}

impl Connections {
    /// Serves until drained: then every call under way has ended, or the grace was over.
    pub async fn serve(self, listener: TcpListener) {
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
                    Ok(place) => drop(open.spawn(self.clone().connection(stream, place))),
                    // Closed at once: a peer that waits for an answer would wait for nothing.
                    Err(_) => refused.increment(1),
                },
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        // Closed now: who connects from here on is refused by the system and goes elsewhere.
        drop(listener);
        open.close();
        open.wait().await;
    }

    async fn connection(self, stream: TcpStream, _place: OwnedSemaphorePermit) {
        // Small messages that are answered at once gain nothing from waiting for more.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else {
            // Who connects and says nothing must not hold a place until the connection is old.
            if tokio::time::timeout(HANDSHAKE_TIMEOUT, stream.readable()).await.is_ok() {
                self.exchange(stream).await;
            }
            return;
        };
        match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.exchange(stream).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn exchange(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let service = self.door.map_request(|request: http::Request<_>| request.map(Body::new));
        let builder = builder();
        let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        tokio::pin!(connection);
        let age = self.entropy.around(CONNECTION_AGE, AGE_JITTER_PERCENT);
        let grace = tokio::select! {
            ended = &mut connection => return report(ended),
            () = tokio::time::sleep(age) => AGE_GRACE,
            () = self.drain.cancelled() => self.grace,
        };
        connection.as_mut().graceful_shutdown();
        let last_moment = tokio::time::sleep(grace);
        tokio::pin!(last_moment);
        tokio::select! {
            ended = &mut connection => report(ended),
            () = last_moment => tracing::debug!("a connection was cut: its calls outlived the grace"),
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEADER_BYTES)
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .keep_alive_interval(KEEPALIVE_INTERVAL)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT);
    builder.http1().timer(TokioTimer::new()).max_buf_size(2 * MAX_HEADER_BYTES as usize);
    builder
}

fn report(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(error, "a connection broke");
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body::Frame;
    use http_body_util::StreamBody;
    use hyper_util::rt::TokioIo;
    use tokio::time::Instant;
    use tonic::Status;
    use tonic::transport::{Channel, Endpoint};
    use tower::util::BoxCloneSyncService;
    use tower::{Service as _, service_fn};

    use super::*;

    /// A connection whose answers never end, and the peer at its other side.
    async fn connected(tasks: &TaskTracker) -> (Channel, tokio::task::JoinHandle<Duration>) {
        let endless = || StreamBody::new(futures::stream::pending::<Result<Frame<Bytes>, Status>>());
        let connections = Connections {
            door: BoxCloneSyncService::new(service_fn(move |_| async move {
                Ok(http::Response::new(Body::new(endless())))
            })),
            tls: None,
            drain: CancellationToken::new(),
            grace: Duration::from_secs(15),
            entropy: Entropy::new(|| 0),
        };
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let served = tasks.spawn(async move {
            let began = Instant::now();
            connections.exchange(ours).await;
            began.elapsed()
        });
        let mut theirs = Some(TokioIo::new(theirs));
        let connector = service_fn(move |_| std::future::ready(theirs.take().ok_or(std::fmt::Error)));
        let endpoint = Endpoint::from_static("http://cashwrap");
        (endpoint.connect_with_connector(connector).await.unwrap(), served)
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_connection_without_calls_leaves_and_ages_are_spread() {
        let (_channel, served) = connected(&TaskTracker::new()).await;
        assert_eq!(served.await.unwrap().as_secs(), 270);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_on_an_old_connection_has_a_grace_and_is_then_cut() {
        let (mut channel, served) = connected(&TaskTracker::new()).await;
        std::future::poll_fn(|context| channel.poll_ready(context)).await.unwrap();
        let answer = channel.call(http::Request::new(Body::empty())).await.unwrap();
        assert_eq!(served.await.unwrap().as_secs(), 270 + AGE_GRACE.as_secs());
        drop(answer);
    }
}
