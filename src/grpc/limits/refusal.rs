//! What the layers before the handlers answer when they do not let a call through. None of it has changed
//! anything; a handler's own refusals come from the one table of errors.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::app::Error;
use crate::config::Scope;
use crate::grpc::auth::Unauthenticated;
use crate::proto::cashwrap::v1::ErrorReason;

/// What `ErrorInfo` carries as its domain.
const DOMAIN: &str = "cashwrap";

/// When a call that was shed may come again: long enough for what runs now to end.
const SHED_PAUSE: Duration = Duration::from_millis(500);

fn details(reason: ErrorReason) -> ErrorDetails {
    const NO_METADATA: [(String, String); 0] = [];
    let name = reason.as_str_name().trim_start_matches("ERROR_REASON_");
    ErrorDetails::with_error_info(name, DOMAIN, NO_METADATA)
}

fn refused(code: Code, reason: ErrorReason, message: impl Into<String>) -> Status {
    Status::with_error_details(code, message, details(reason))
}

/// The caller is not known.
pub fn unauthenticated(why: &Unauthenticated) -> Status {
    refused(Code::Unauthenticated, ErrorReason::Unauthenticated, why.to_string())
}

/// The caller has none of these scopes.
pub fn not_allowed(scopes: &[Scope]) -> Status {
    let names: Vec<&str> = scopes.iter().map(|scope| scope_name(*scope)).collect();
    let message = format!("this method needs a key with one of these scopes: {}", names.join(", "));
    refused(Code::PermissionDenied, ErrorReason::PermissionDenied, message)
}

/// There is no such method.
pub fn no_such_method() -> Status {
    let message = "there is no such method: reflection lists those there are";
    refused(Code::Unimplemented, ErrorReason::MethodUnknown, message)
}

/// There is no room now.
pub fn overloaded() -> Status {
    let mut details = details(ErrorReason::Overloaded);
    details.set_retry_info(Some(SHED_PAUSE));
    let message = "too many calls are under way: repeat this one after a pause; nothing was done";
    Status::with_error_details(Code::ResourceExhausted, message, details)
}

/// The process drains; another one takes the call.
pub fn draining() -> Status {
    let message = "this server is shutting down: call again, and another one answers";
    refused(Code::Unavailable, ErrorReason::Draining, message)
}

/// The time that the caller or the server allows is over.
pub fn too_late() -> Status {
    Error::too_late().into()
}

/// The deadline cannot be read.
pub fn bad_timeout() -> Status {
    let message = "grpc-timeout: give at most eight digits and one of H, M, S, m, u, n";
    refused(Code::InvalidArgument, ErrorReason::InvalidField, message)
}

/// The message is longer than is read.
pub fn too_large() -> Status {
    let message = "the request is larger than 1 MiB: split it";
    refused(Code::ResourceExhausted, ErrorReason::LimitExceeded, message)
}

/// The bytes are no message of this type. What is wrong is not repeated: it may hold a secret.
pub fn malformed() -> Status {
    let message = "the request is not a message of this type: check the client's protos";
    refused(Code::InvalidArgument, ErrorReason::InvalidField, message)
}

/// A bug of ours.
pub fn broken() -> Status {
    refused(Code::Internal, ErrorReason::Internal, "this call met a bug: operators find it in the log")
}

const fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Shopper => "shopper",
        Scope::Service => "service",
        Scope::Backoffice => "backoffice",
        Scope::Operator => "operator",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_carries_its_stable_reason_and_what_to_do() {
        let status = not_allowed(&[Scope::Operator]);
        assert_eq!(status.code(), Code::PermissionDenied);
        assert_eq!(status.message(), "this method needs a key with one of these scopes: operator");
        let info = status.get_error_details().error_info().cloned().unwrap();
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("PERMISSION_DENIED", "cashwrap"));
    }

    #[test]
    fn every_refusal_carries_a_reason() {
        for (status, reason) in [
            (too_late(), "DEADLINE_EXCEEDED"),
            (draining(), "DRAINING"),
            (no_such_method(), "METHOD_UNKNOWN"),
            (bad_timeout(), "INVALID_FIELD"),
            (too_large(), "LIMIT_EXCEEDED"),
            (malformed(), "INVALID_FIELD"),
            (broken(), "INTERNAL"),
        ] {
            let details = status.get_error_details();
            assert_eq!(details.error_info().map(|info| info.reason.as_str()), Some(reason));
            assert!(status.message().contains(": "), "{status}: it says what to do");
        }
    }

    #[test]
    fn a_shed_call_is_told_when_to_come_again() {
        let pause = overloaded().get_error_details().retry_info().unwrap().retry_delay;
        assert_eq!(pause, Some(SHED_PAUSE));
    }
}
