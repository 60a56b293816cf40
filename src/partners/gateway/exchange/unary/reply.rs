//! What came back, read to its end or to the limit, and taken apart as gRPC frames it.

use h2::RecvStream;
use http::header::{CONTENT_TYPE, HeaderMap};
use http::{Response, StatusCode};

use crate::domain::payment::UnknownCause;

/// An outcome has a few hundred bytes, with an address of an action a few thousand; what is larger is no answer.
pub(super) const MAX_REPLY_BYTES: usize = 64 * 1024;

/// A reply, as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::partners::gateway) struct UnaryReply {
    /// HTTP's status.
    pub(in crate::partners::gateway) http: u16,
    /// gRPC's status; `None` where it was no gRPC server that spoke, or it said none.
    pub(in crate::partners::gateway) status: Option<u16>,
    /// The details of a status, as they were encoded.
    pub(in crate::partners::gateway) details: Option<Vec<u8>>,
    /// The one message, or why there is none.
    pub(in crate::partners::gateway) message: Result<Vec<u8>, UnknownCause>,
    /// It is certain that the server was not given the whole request.
    pub(in crate::partners::gateway) unsent: bool,
}

pub(super) async fn read(response: Response<RecvStream>) -> UnaryReply {
    let (head, mut body) = response.into_parts();
    let spoken =
        head.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
    let told = |headers: &HeaderMap| {
        (spoken && head.status == StatusCode::OK).then(|| (status(headers), details(headers)))
    };
    let reply = |(status, details), message| UnaryReply {
        http: head.status.as_u16(),
        status,
        details,
        message,
        unsent: false,
    };
    let at_once = told(&head.headers).unwrap_or_default();
    if at_once.0.is_some() || !spoken {
        // A status without a message, or nothing that is worth reading.
        return reply(at_once, Err(UnknownCause::Garbage));
    }
    let mut bytes = Vec::new();
    while let Some(part) = body.data().await {
        let Ok(part) = part else { return reply((None, None), Err(UnknownCause::Reset)) };
        if bytes.len().saturating_add(part.len()) > MAX_REPLY_BYTES {
            return reply((None, None), Err(UnknownCause::Garbage));
        }
        bytes.extend_from_slice(&part);
        // A window that cannot be widened belongs to a stream that is over, which the next read tells.
        let _ = body.flow_control().release_capacity(part.len());
    }
    match body.trailers().await {
        Ok(Some(trailers)) => reply(told(&trailers).unwrap_or_default(), message(bytes)),
        Ok(None) => reply((None, None), Err(UnknownCause::Garbage)),
        Err(_) => reply((None, None), Err(UnknownCause::Reset)),
    }
}

fn status(headers: &HeaderMap) -> Option<u16> {
    headers.get("grpc-status")?.to_str().ok()?.parse().ok()
}

/// The encoded `google.rpc.Status`; gRPC leaves the padding of base64 out, and servers do not always.
fn details(headers: &HeaderMap) -> Option<Vec<u8>> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    let text = headers.get("grpc-status-details-bin")?.to_str().ok()?;
    STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// The one message of a reply: uncompressed, as nothing else was asked for.
fn message(mut framed: Vec<u8>) -> Result<Vec<u8>, UnknownCause> {
    let garbage = UnknownCause::Garbage;
    let (head, rest) = framed.split_first_chunk::<5>().ok_or(garbage)?;
    let [compressed, length @ ..] = *head;
    if compressed != 0 || usize::try_from(u32::from_be_bytes(length)) != Ok(rest.len()) {
        return Err(garbage);
    }
    Ok(framed.split_off(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_whole_uncompressed_message_is_taken_and_nothing_else() {
        assert_eq!(message(vec![0, 0, 0, 0, 2, 7, 8]), Ok(vec![7, 8]));
        assert_eq!(message(vec![0, 0, 0, 0, 0]), Ok(vec![]));
        let wrong: [&[u8]; 6] = [
            &[],
            &[0, 0, 0, 0],
            &[1, 0, 0, 0, 1, 7],
            &[0, 0, 0, 0, 2, 7],
            &[0, 0, 0, 0, 1, 7, 8],
            &[0, 255, 255, 255, 255],
        ];
        for framed in wrong {
            assert_eq!(message(framed.to_vec()), Err(UnknownCause::Garbage), "{framed:?}");
        }
    }
}
