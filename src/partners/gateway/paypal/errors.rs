//! PayPal's errors, by status, name and issue, never by message.
//!
//! | status | outcome |
//! |---|---|
//! | 400, 422, other 4xx with an error | a refusal of this call by its issue, or unknown where the issue says that the order stands elsewhere: a look tells where |
//! | 401, 403 | not sent: PayPal checks the bearer and its rights before it reads a request |
//! | 404 | not found, where the order itself was asked for |
//! | 408 | unknown: timeout |
//! | 409 | unknown: a request with this id is still running, or something that proves nothing |
//! | 429 | not sent, for what moves no money; else unknown, since PayPal does not say that its limiter stands before execution |
//! | 3xx, and 4xx without an error | unknown: it was not PayPal that spoke |
//! | 5xx | unknown |

use super::declines::{Meaning, of_issue};
use super::parse::Question;
use super::wire::Failure;
use crate::domain::payment::outcome::Refusal;
use crate::domain::payment::{DeclineClass, NotSent, Outcome, UnknownCause};
use crate::partners::gateway::Reply;
use crate::partners::gateway::exchange::{Raw, printable};

/// What an answer other than 2xx means.
pub(super) fn parse(question: Question<'_>, raw: Raw) -> Reply {
    let retry_after = raw.retry_after;
    match raw.status {
        401 | 403 => Outcome::NotSent(NotSent::Credentials).into(),
        429 if question.moves_money() => Outcome::Unknown(UnknownCause::NotConclusive).into(),
        429 => Reply { retry_after, ..Outcome::NotSent(NotSent::RateLimited).into() },
        408 => Outcome::Unknown(UnknownCause::Timeout).into(),
        500.. => Outcome::Unknown(UnknownCause::ServerError).into(),
        400..=499 => {
            let read = raw
                .body
                .and_then(|body| serde_json::from_slice::<Failure>(&body).map_err(|_| UnknownCause::Garbage));
            match read {
                Ok(failure) => error(question, raw.status, &failure).into(),
                Err(cause) => Outcome::Unknown(cause).into(),
            }
        }
        _ => Outcome::Unknown(UnknownCause::Garbage).into(),
    }
}

fn error(question: Question<'_>, status: u16, failure: &Failure) -> Outcome {
    let issues: Vec<&str> = failure.details.iter().filter_map(|detail| detail.issue.as_deref()).collect();
    let running =
        failure.name == "PREVIOUS_REQUEST_IN_PROGRESS" || issues.contains(&"PREVIOUS_REQUEST_IN_PROGRESS");
    match status {
        409 if running => return Outcome::Unknown(UnknownCause::InProgress),
        409 => return Outcome::Unknown(UnknownCause::NotConclusive),
        404 => return missing(question, failure),
        _ => {}
    }
    let meanings = || issues.iter().copied().filter_map(of_issue);
    if question.moves_money() && meanings().any(|meaning| meaning == Meaning::Look) {
        return Outcome::Unknown(UnknownCause::NotConclusive);
    }
    let classes = meanings().filter_map(|meaning| match meaning {
        Meaning::Refused(class) => Some(class),
        Meaning::Look => None,
    });
    // A 422 that no table knows is a decline without failover; a 400 is a request of ours that was wrong.
    let unmapped = (status == 422).then_some(DeclineClass::Generic);
    refused(failure, &issues, classes.reduce(DeclineClass::most_restrictive).or(unmapped))
}

/// Something that the request names does not exist: the order, or what was taken for a part of it.
fn missing(question: Question<'_>, failure: &Failure) -> Outcome {
    let named = match question {
        Question::Authorize { .. } | Question::Order { .. } | Question::Refunds { .. } => true,
        Question::Create | Question::Capture { .. } | Question::Void { .. } | Question::Refund { .. } => {
            false
        }
    };
    match refused(failure, &[], None) {
        Outcome::Refused(refusal) => {
            Outcome::Refused(Refusal { not_found: named && failure.name == "RESOURCE_NOT_FOUND", ..refusal })
        }
        other => other,
    }
}

fn refused(failure: &Failure, issues: &[&str], class: Option<DeclineClass>) -> Outcome {
    let code = issues.first().copied().unwrap_or(&failure.name);
    Outcome::Refused(Refusal { code: printable(code), class, not_found: false, retry_after: None })
}

impl Question<'_> {
    /// Creating an order and looking move nothing.
    const fn moves_money(self) -> bool {
        match self {
            Self::Authorize { .. } | Self::Capture { .. } | Self::Void { .. } | Self::Refund { .. } => true,
            Self::Create | Self::Order { .. } | Self::Refunds { .. } => false,
        }
    }
}
