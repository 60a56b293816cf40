//! Adyen's errors, by status and code, never by message.
//!
//! | status | outcome |
//! |---|---|
//! | 400, 422, other 4xx with an error | a definite refusal of this call |
//! | … with code 704 | unknown: the first request under this key is still running |
//! | 401, 403 | not sent: credentials, or another company's merchant account. On a replay this proves nothing of the first try; the caller knows |
//! | 408 | unknown: timeout |
//! | 409 | unknown: it proves nothing |
//! | 429 | unknown: Adyen documents no limit that stands before execution |
//! | 3xx, and 4xx without an error of the same status | unknown: it was not Adyen that spoke |
//! | 5xx | unknown |

use super::parse::Question;
use super::wire::Failure;
use crate::domain::payment::outcome::Refusal;
use crate::domain::payment::{DeclineClass, NotSent, Outcome, UnknownCause};
use crate::partners::gateway::Reply;
use crate::partners::gateway::exchange::{Raw, printable};

/// "request already processed or in progress".
const IN_PROGRESS: &str = "704";

/// "Original pspReference required for this operation": there is no such payment.
const NO_SUCH_PAYMENT: &str = "167";

/// What an answer other than 2xx means.
pub(super) fn parse(question: Question<'_>, raw: Raw) -> Reply {
    let retry_after = raw.retry_after;
    match raw.status {
        401 | 403 => Outcome::NotSent(NotSent::Credentials).into(),
        429 => Reply { retry_after, ..Outcome::Unknown(UnknownCause::NotConclusive).into() },
        408 => Outcome::Unknown(UnknownCause::Timeout).into(),
        500.. => Outcome::Unknown(UnknownCause::ServerError).into(),
        400..=499 => {
            let read = raw
                .body
                .and_then(|body| serde_json::from_slice::<Failure>(&body).map_err(|_| UnknownCause::Garbage));
            let outcome = match read {
                Ok(failure) => error(question, raw.status, &failure),
                Err(cause) => Outcome::Unknown(cause),
            };
            outcome.into()
        }
        _ => Outcome::Unknown(UnknownCause::Garbage).into(),
    }
}

fn error(question: Question<'_>, status: u16, failure: &Failure) -> Outcome {
    let Some(code) = failure.error_code.as_deref().filter(|_| failure.status == Some(i64::from(status)))
    else {
        return Outcome::Unknown(UnknownCause::Garbage);
    };
    match (status, code) {
        (_, IN_PROGRESS) => Outcome::Unknown(UnknownCause::InProgress),
        (409, _) => Outcome::Unknown(UnknownCause::NotConclusive),
        _ => match question {
            Question::Payment { .. } => refused(code, class(code)),
            Question::Modification { object, .. } => {
                missing(refused(code, None), object.is_some() && code == NO_SUCH_PAYMENT)
            }
            Question::Probe => refused(code, None),
        },
    }
}

fn missing(outcome: Outcome, not_found: bool) -> Outcome {
    match outcome {
        Outcome::Refused(refusal) => Outcome::Refused(Refusal { not_found, ..refusal }),
        other => other,
    }
}

/// A refusal of this call.
pub(super) fn refused(code: &str, class: Option<DeclineClass>) -> Outcome {
    Outcome::Refused(Refusal { code: printable(code), class, not_found: false, retry_after: None })
}

/// What a code means for the customer, where it is about the card; anything else is a request that Adyen calls
/// malformed. Source: Adyen's page "Error codes and messages".
fn class(code: &str) -> Option<DeclineClass> {
    Some(match code {
        // An invalid number, a code of the wrong length, and dates that have passed or that no calendar has.
        "101" => DeclineClass::AccountInvalid,
        "103" => DeclineClass::CvvPinAvs,
        "129" | "140" => DeclineClass::CardExpired,
        "138" => DeclineClass::MethodUnsupported,
        // Encrypted too long ago, by another key, or not at all; a stored method that is not there.
        "172" | "173" | "174" | "175" | "800" | "802" | "803" => DeclineClass::TokenInvalid,
        _ => return None,
    })
}
