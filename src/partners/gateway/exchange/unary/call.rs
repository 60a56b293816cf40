//! One call. Its message is handed over in the moment in which it can leave, if `send_by` has not passed by then.
//!
//! The head leaves before: a server cannot execute a message that it was not given, and the stream is reset where the
//! message does not follow. Of a message that is longer than the peer's window the first parts go ahead; what lacks its
//! end cannot be read, so that the last part is the one that counts.

use std::future::poll_fn;
use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use h2::client::{ResponseFuture, SendRequest};
use h2::{Reason, SendStream};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, TE, USER_AGENT};
use http::{Method, Request, Version};
use tokio::time::{Instant, timeout, timeout_at};

use super::line::UnaryLine;
use super::reply::{UnaryReply, read};
use crate::domain::payment::{NotSent, UnknownCause};
use crate::partners::gateway::exchange::NoReply;

const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
const TRAILERS: HeaderValue = HeaderValue::from_static("trailers");
const AGENT: HeaderValue = HeaderValue::from_static(concat!("cashwrap/", env!("CARGO_PKG_VERSION")));

/// A server that refuses a call by its head answers at once; one that says nothing more said nothing.
const EARLY_ANSWER: Duration = Duration::from_millis(500);

/// Eight digits are the most that the header can hold.
const MAX_TIMEOUT_MS: u128 = 99_999_999;

/// What is asked. It has no `Debug`: the message may hold a token.
pub(in crate::partners::gateway) struct UnaryCall<'a> {
    /// `/package.Service/Method`.
    pub(in crate::partners::gateway) path: &'static str,
    /// The encoded message.
    pub(in crate::partners::gateway) message: &'a [u8],
    /// `Bearer …`.
    pub(in crate::partners::gateway) credential: &'a HeaderValue,
    /// Nothing leaves later.
    pub(in crate::partners::gateway) send_by: Instant,
    /// How long the server may take, which it is told.
    pub(in crate::partners::gateway) patience: Duration,
}

impl UnaryLine {
    /// Makes a call, once.
    pub(in crate::partners::gateway) async fn call(
        &self,
        call: UnaryCall<'_>,
    ) -> Result<UnaryReply, NoReply> {
        let late = |_| NoReply::NotSent(NotSent::TooLate);
        let connect = NoReply::NotSent(NotSent::Connect);
        let requests = timeout_at(call.send_by, self.requests()).await.map_err(late)?.ok_or(connect)?;
        let Some((head, message)) = self.request(&call) else {
            // A message of more than four gigabytes, or a path that is none.
            return Err(NoReply::NotSent(NotSent::Connect));
        };
        let response = hand_over(requests, head, message, call.send_by).await?;
        match response {
            Handed::Answered(reply) => Ok(reply),
            Handed::Whole(response) => match response.await {
                Ok(response) => Ok(read(response).await),
                Err(error) if refused(&error) => Err(NoReply::NotSent(NotSent::Connect)),
                Err(_) => Err(NoReply::Unknown(UnknownCause::Reset)),
            },
        }
    }

    fn request(&self, call: &UnaryCall<'_>) -> Option<(Request<()>, Bytes)> {
        let mut head = Request::builder()
            .method(Method::POST)
            .version(Version::HTTP_2)
            .uri(format!("{}{}", self.address.origin, call.path))
            .body(())
            .ok()?;
        let patience = call.patience.as_millis().clamp(1, MAX_TIMEOUT_MS);
        let headers = head.headers_mut();
        headers.insert(AUTHORIZATION, call.credential.clone());
        headers.insert(CONTENT_TYPE, GRPC);
        headers.insert(TE, TRAILERS);
        headers.insert(USER_AGENT, AGENT);
        headers.insert(GRPC_TIMEOUT, HeaderValue::from_str(&format!("{patience}m")).ok()?);
        let mut message = BytesMut::with_capacity(call.message.len().saturating_add(5));
        message.put_u8(0);
        message.put_u32(u32::try_from(call.message.len()).ok()?);
        message.put_slice(call.message);
        Some((head, message.freeze()))
    }
}

/// What became of a message that was to be handed over.
enum Handed {
    /// All of it may have left.
    Whole(ResponseFuture),
    /// Its end did not leave, because the server had answered before.
    Answered(UnaryReply),
}

async fn hand_over(
    mut requests: SendRequest<Bytes>,
    head: Request<()>,
    mut message: Bytes,
    send_by: Instant,
) -> Result<Handed, NoReply> {
    if Instant::now() >= send_by {
        return Err(NoReply::NotSent(NotSent::TooLate));
    }
    let failed = |_| NoReply::NotSent(NotSent::Connect);
    let (response, mut stream) = requests.send_request(head, false).map_err(failed)?;
    loop {
        stream.reserve_capacity(message.len());
        let Ok(room) = timeout_at(send_by, room(&mut stream)).await else {
            stream.send_reset(Reason::CANCEL);
            return Err(NoReply::NotSent(NotSent::TooLate));
        };
        let Some(room) = room else { return answered(response).await.map(Handed::Answered) };
        let last = room >= message.len();
        if last && Instant::now() >= send_by {
            stream.send_reset(Reason::CANCEL);
            return Err(NoReply::NotSent(NotSent::TooLate));
        }
        let part = message.split_to(room.min(message.len()));
        if stream.send_data(part, last).is_err() {
            // The stream was over before the end of the message could leave.
            return answered(response).await.map(Handed::Answered);
        }
        if last {
            return Ok(Handed::Whole(response));
        }
    }
}

/// How much may leave now; `None` where the stream is over.
async fn room(stream: &mut SendStream<Bytes>) -> Option<usize> {
    loop {
        let room = stream.capacity();
        if room > 0 {
            return Some(room);
        }
        poll_fn(|context| stream.poll_capacity(context)).await?.ok()?;
    }
}

/// What a server said of a call whose message it did not wait for: a refusal of the credential, for instance.
async fn answered(response: ResponseFuture) -> Result<UnaryReply, NoReply> {
    match timeout(EARLY_ANSWER, response).await {
        Ok(Ok(response)) => Ok(UnaryReply { unsent: true, ..read(response).await }),
        Ok(Err(_)) | Err(_) => Err(NoReply::NotSent(NotSent::Connect)),
    }
}

/// Whether the peer says that it did not and will not look at the stream (RFC 9113, sections 6.8 and 8.7).
fn refused(error: &h2::Error) -> bool {
    let refused_stream = error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM);
    error.is_remote() && (refused_stream || error.is_go_away())
}
