//! The last check before the first byte: nothing leaves after `send_by` (R4), and what did not leave is known.
//!
//! A check before the request is given to an HTTP client is not enough: the client resolves, connects and
//! shakes hands first, and any of that may take seconds. So the check sits in the request's body. Over
//! HTTP/1.1 hyper puts the head into its buffer and then asks the body for its bytes, before it writes
//! anything to the socket; the body opens the gate if `send_by` has not passed, and fails otherwise, and then
//! the connection is closed with nothing written. Were a head to leave without its body all the same, no
//! server could execute it, since its `Content-Length` promises bytes that never come.
//!
//! The gate has one owner of its fate: opened by the body, or shut by the caller who stops waiting. So a
//! request whose gate is shut was certainly not sent, whatever error the client came back with, and one whose
//! gate was opened may have been. What remains is a process that is stopped between the opening and the write
//! to the socket a few instructions later; nothing in user space can close that gap.
//!
//! It rests on three things: HTTP/1.1 alone, a body that is never empty, and no retries inside the client
//! but those of requests whose body was never asked for.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

const WAITING: u8 = 0;
const OPENED: u8 = 1;
const SHUT: u8 = 2;

/// Whether the request may leave.
#[derive(Clone, Default)]
pub(super) struct Gate(Arc<AtomicU8>);

impl Gate {
    /// Shuts the gate if it was not opened; says whether it is shut now, so that nothing left nor will.
    pub(super) fn shut(&self) -> bool {
        let before = self.0.compare_exchange(WAITING, SHUT, Ordering::AcqRel, Ordering::Acquire);
        before.is_ok() || before == Err(SHUT)
    }

    fn open(&self) -> bool {
        self.0.compare_exchange(WAITING, OPENED, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// The gate was shut, or `send_by` has passed.
#[derive(Debug, thiserror::Error)]
#[error("nothing may leave any more")]
pub(super) struct Shut;

/// A form that leaves through its gate or not at all. It has no `Debug`: the form may hold a token.
pub(super) struct GatedBody {
    gate: Gate,
    send_by: Instant,
    bytes: Option<Bytes>,
}

impl GatedBody {
    /// `form` must not be empty: the bytes of an empty body are never asked for.
    pub(super) fn new(gate: Gate, send_by: Instant, form: String) -> Self {
        Self { gate, send_by, bytes: Some(form.into()) }
    }
}

impl Body for GatedBody {
    type Data = Bytes;
    type Error = Shut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Shut>>> {
        let Some(bytes) = self.bytes.take() else { return Poll::Ready(None) };
        if Instant::now() >= self.send_by {
            self.gate.shut();
            return Poll::Ready(Some(Err(Shut)));
        }
        Poll::Ready(Some(if self.gate.open() { Ok(Frame::data(bytes)) } else { Err(Shut) }))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http_body_util::BodyExt as _;
    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn body(gate: &Gate) -> GatedBody {
        GatedBody::new(gate.clone(), Instant::now() + SECOND, "a=1".to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn what_left_in_time_cannot_be_taken_back() {
        let gate = Gate::default();
        let sent = body(&gate).collect().await.unwrap().to_bytes();
        assert_eq!(&sent[..], b"a=1");
        assert!(!gate.shut());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_leaves_after_send_by() {
        let gate = Gate::default();
        let late = body(&gate);
        advance(SECOND).await;
        assert!(late.collect().await.is_err());
        assert!(gate.shut(), "and that is known");
    }

    /// The assumption about hyper that this file rests on, over a real socket.
    #[tokio::test]
    async fn a_request_whose_gate_stays_shut_writes_nothing_to_an_open_connection() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}/v1/payment_intents", listener.local_addr().unwrap());
        let client = reqwest::Client::builder().http1_only().no_proxy().build().unwrap();
        let gate = Gate::default();
        let late = GatedBody::new(gate.clone(), Instant::now(), "a=1".to_owned());
        let sending = client.post(url).body(reqwest::Body::wrap(late)).send();
        let receiving = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut received = Vec::new();
            tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut received).await.map(|_| received)
        };
        let both = async { tokio::join!(sending, receiving) };
        let (sent, received) = tokio::time::timeout(5 * SECOND, both).await.unwrap();
        assert!(sent.is_err());
        assert_eq!(received.unwrap(), b"", "not even the head");
        assert!(gate.shut());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_leaves_once_the_caller_has_shut_the_gate() {
        let gate = Gate::default();
        let abandoned = body(&gate);
        assert!(gate.shut());
        assert!(abandoned.collect().await.is_err());
        assert!(gate.shut());
    }
}
