//! A gRPC reply becomes a message, or what the lack of one proves: next to nothing.
//!
//! | reply | outcome |
//! |---|---|
//! | OK and a message | the message tells |
//! | UNAUTHENTICATED, PERMISSION_DENIED; HTTP 401, 403 | not sent: credentials, which are checked before anything else |
//! | RESOURCE_EXHAUSTED with a `NotExecuted` in its details | not sent, as it says |
//! | RESOURCE_EXHAUSTED, ABORTED, ALREADY_EXISTS and what refuses a request; HTTP 409, 429 | unknown: not conclusive |
//! | DEADLINE_EXCEEDED; HTTP 408, 504 | unknown: timeout |
//! | CANCELLED, UNAVAILABLE | unknown: reset |
//! | INTERNAL, UNKNOWN, DATA_LOSS, UNIMPLEMENTED; HTTP 5xx | unknown: server error |
//! | anything else | unknown: garbage |
//!
//! A status is made by libraries, proxies and handlers alike, before, while and after a handler has run, so that none of
//! them proves that nothing was executed.

use prost::Message;

use super::answer::not_executed;
use crate::domain::payment::{NotSent, Outcome, UnknownCause};
use crate::partners::gateway::Reply;
use crate::partners::gateway::exchange::{NoReply, UnaryReply};
use crate::proto::partner::v1 as wire;

/// gRPC's codes, as far as they are told apart.
mod codes {
    pub(super) const OK: u16 = 0;
    pub(super) const CANCELLED: u16 = 1;
    pub(super) const UNKNOWN: u16 = 2;
    pub(super) const INVALID_ARGUMENT: u16 = 3;
    pub(super) const DEADLINE_EXCEEDED: u16 = 4;
    pub(super) const NOT_FOUND: u16 = 5;
    pub(super) const ALREADY_EXISTS: u16 = 6;
    pub(super) const PERMISSION_DENIED: u16 = 7;
    pub(super) const RESOURCE_EXHAUSTED: u16 = 8;
    pub(super) const FAILED_PRECONDITION: u16 = 9;
    pub(super) const ABORTED: u16 = 10;
    pub(super) const OUT_OF_RANGE: u16 = 11;
    pub(super) const UNIMPLEMENTED: u16 = 12;
    pub(super) const INTERNAL: u16 = 13;
    pub(super) const UNAVAILABLE: u16 = 14;
    pub(super) const DATA_LOSS: u16 = 15;
    pub(super) const UNAUTHENTICATED: u16 = 16;
}

/// The message of an exchange, or what became of the call without one.
pub(super) fn message(exchange: Result<UnaryReply, NoReply>) -> Result<Vec<u8>, Box<Reply>> {
    let without = |outcome| Box::new(Reply::from(outcome));
    let reply = match exchange {
        Ok(reply) => reply,
        Err(NoReply::NotSent(why)) => return Err(without(Outcome::NotSent(why))),
        Err(NoReply::Unknown(why)) => return Err(without(Outcome::Unknown(why))),
    };
    if let (Some(codes::OK), false) = (reply.status, reply.unsent) {
        return reply.message.map_err(|cause| without(Outcome::Unknown(cause)));
    }
    let unsent = reply.unsent;
    match without_message(&reply) {
        // Whatever the server made of a request that it was not given, it cannot have executed it.
        told if unsent && matches!(told.outcome, Outcome::Unknown(_)) => {
            Err(without(Outcome::NotSent(NotSent::Connect)))
        }
        told => Err(Box::new(told)),
    }
}

fn without_message(reply: &UnaryReply) -> Reply {
    let unknown = |cause| Reply::from(Outcome::Unknown(cause));
    let Some(status) = reply.status else { return of_http(reply).into() };
    match status {
        codes::UNAUTHENTICATED | codes::PERMISSION_DENIED => Outcome::NotSent(NotSent::Credentials).into(),
        codes::RESOURCE_EXHAUSTED => reply
            .details
            .as_deref()
            .and_then(proof)
            .map_or_else(|| unknown(UnknownCause::NotConclusive), |proof| not_executed(&proof)),
        codes::DEADLINE_EXCEEDED => unknown(UnknownCause::Timeout),
        codes::CANCELLED | codes::UNAVAILABLE => unknown(UnknownCause::Reset),
        codes::UNKNOWN | codes::INTERNAL | codes::DATA_LOSS | codes::UNIMPLEMENTED => {
            unknown(UnknownCause::ServerError)
        }
        codes::INVALID_ARGUMENT
        | codes::NOT_FOUND
        | codes::ALREADY_EXISTS
        | codes::FAILED_PRECONDITION
        | codes::ABORTED
        | codes::OUT_OF_RANGE => unknown(UnknownCause::NotConclusive),
        _ => unknown(UnknownCause::Garbage),
    }
}

fn of_http(reply: &UnaryReply) -> Outcome {
    Outcome::Unknown(match (reply.http, &reply.message) {
        // Something before the partner's server, a mesh for instance, refused the credential.
        (401 | 403, _) => return Outcome::NotSent(NotSent::Credentials),
        // It broke while it was read.
        (200, Err(cause)) => *cause,
        (408 | 504, _) => UnknownCause::Timeout,
        (409 | 429, _) => UnknownCause::NotConclusive,
        (500.., _) => UnknownCause::ServerError,
        _ => UnknownCause::Garbage,
    })
}

/// `google.rpc.Status`, as much of it as is read.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

/// The partner's explicit word, in the details of a status, that nothing was executed.
fn proof(details: &[u8]) -> Option<wire::NotExecuted> {
    let status = RpcStatus::decode(details).ok()?;
    let word = |any: &prost_types::Any| any.type_url.ends_with("/cashwrap.partner.v1.NotExecuted");
    let any = status.details.into_iter().find(word)?;
    wire::NotExecuted::decode(any.value.as_slice()).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn told(status: Option<u16>, http: u16, details: Option<Vec<u8>>) -> Reply {
        let message = Err(UnknownCause::Garbage);
        *super::message(Ok(UnaryReply { http, status, details, message, unsent: false })).unwrap_err()
    }

    #[test]
    fn no_status_but_of_credentials_proves_that_nothing_was_executed() {
        for status in 0..=u16::from(u8::MAX) {
            let outcome = told(Some(status), 200, None).outcome;
            match status {
                7 | 16 => assert_eq!(outcome, Outcome::NotSent(NotSent::Credentials), "{status}"),
                _ => assert!(matches!(outcome, Outcome::Unknown(_)), "{status}: {outcome:?}"),
            }
        }
        for http in 100..=999 {
            let outcome = told(None, http, None).outcome;
            match http {
                401 | 403 => assert_eq!(outcome, Outcome::NotSent(NotSent::Credentials), "{http}"),
                _ => assert!(matches!(outcome, Outcome::Unknown(_)), "{http}: {outcome:?}"),
            }
        }
    }

    #[test]
    fn a_limit_is_before_execution_only_where_the_partner_says_so_in_its_own_message() {
        let word = wire::NotExecuted {
            reason: wire::not_executed::Reason::RateLimited.into(),
            retry_after: Some(prost_types::Duration { seconds: 3, nanos: 0 }),
        };
        let of = |type_url: &str| {
            let any = prost_types::Any { type_url: type_url.to_owned(), value: word.encode_to_vec() };
            Some(RpcStatus { details: vec![any] }.encode_to_vec())
        };
        let proved = told(Some(8), 200, of("type.googleapis.com/cashwrap.partner.v1.NotExecuted"));
        assert_eq!(proved.outcome, Outcome::NotSent(NotSent::RateLimited));
        assert_eq!(proved.retry_after, Some(Duration::from_secs(3)));
        let other = told(Some(8), 200, of("type.googleapis.com/google.rpc.RetryInfo"));
        assert_eq!(other.outcome, Outcome::Unknown(UnknownCause::NotConclusive));
        let elsewhere = told(Some(14), 200, of("type.googleapis.com/cashwrap.partner.v1.NotExecuted"));
        assert_eq!(elsewhere.outcome, Outcome::Unknown(UnknownCause::Reset));
    }

    #[test]
    fn whatever_is_answered_to_a_request_that_never_left_whole_executed_nothing() {
        for status in [Some(0), Some(13), None] {
            let reply = UnaryReply { http: 200, status, details: None, message: Ok(vec![1]), unsent: true };
            let outcome = super::message(Ok(reply)).unwrap_err().outcome;
            assert_eq!(outcome, Outcome::NotSent(NotSent::Connect), "{status:?}");
        }
    }
}
