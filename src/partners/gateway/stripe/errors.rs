//! Stripe's errors, by status and code, never by message.
//!
//! | status | outcome |
//! |---|---|
//! | 400, 402, other 4xx with an error | a definite refusal of this call, or the state that the error shows |
//! | 401, 403 | not sent: credentials. On a replay this proves nothing of the first try; the caller knows |
//! | 404 | not found, where the error says that this very object is missing |
//! | 408 | unknown: timeout |
//! | 409 | unknown: the key is in use, or something that proves nothing |
//! | 429 | not sent: Stripe's limiter stands before execution |
//! | 3xx, and 4xx without an error | unknown: it was not Stripe that spoke |
//! | 5xx | unknown |

use super::cards;
use super::declines::decline;
use super::parse::{Question, view};
use super::wire::{ErrorBody, Failure, Intent};
use crate::domain::payment::outcome::Refusal;
use crate::domain::payment::{DeclineClass, NotSent, OperationKind, Outcome, Status, UnknownCause, View};
use crate::partners::gateway::Reply;
use crate::partners::gateway::exchange::{Raw, printable};

/// What an answer other than 2xx means.
pub(super) fn parse(question: Question<'_>, raw: Raw) -> Reply {
    let retry_after = raw.retry_after;
    match raw.status {
        401 | 403 => Outcome::NotSent(NotSent::Credentials).into(),
        429 => Reply { retry_after, ..Outcome::NotSent(NotSent::RateLimited).into() },
        408 => Outcome::Unknown(UnknownCause::Timeout).into(),
        500.. => Outcome::Unknown(UnknownCause::ServerError).into(),
        400..=499 => {
            let read = raw.body.and_then(|body| {
                serde_json::from_slice::<ErrorBody>(&body).map_err(|_| UnknownCause::Garbage)
            });
            match read {
                Ok(body) => error(question, raw.status, &body.error),
                Err(cause) => Outcome::Unknown(cause).into(),
            }
        }
        _ => Outcome::Unknown(UnknownCause::Garbage).into(),
    }
}

fn error(question: Question<'_>, status: u16, failure: &Failure) -> Reply {
    let code = failure.code.as_deref();
    let outcome = match (status, code) {
        (409, Some("idempotency_key_in_use")) => Outcome::Unknown(UnknownCause::InProgress),
        // Whatever else conflicts proves nothing of this key.
        (409, _) => Outcome::Unknown(UnknownCause::NotConclusive),
        // The key was spent on other bytes: what those did is not known.
        _ if failure.kind.as_deref() == Some("idempotency_error") => {
            Outcome::Unknown(UnknownCause::NotConclusive)
        }
        (402, _) => declined(question, failure),
        (_, Some("payment_intent_unexpected_state")) => shown(question, failure),
        (_, Some("resource_missing")) => missing(question, failure),
        _ => refused(failure, refusal_class(failure)),
    };
    let processor_unavailable = [code, failure.decline_code.as_deref()].contains(&Some("processing_error"));
    Reply { processor_unavailable, ..outcome.into() }
}

/// A decline: of the intent where it was to be authorised, of the call otherwise.
fn declined(question: Question<'_>, failure: &Failure) -> Outcome {
    let decline = decline(failure);
    let refusal = || refused(failure, Some(decline.class));
    let Question::Change { kind, .. } = question else { return refusal() };
    if !kind.authorises() {
        return refusal();
    }
    match named(question, failure) {
        Some(view) => match view.status {
            // What the error says is fresher than the intent's last error.
            Status::Created | Status::Declined(_) => {
                let card = cards::of_failure(failure).or(view.card);
                Outcome::Definite(View { status: Status::Declined(decline), card, ..view })
            }
            Status::ActionNeeded { .. }
            | Status::Approved
            | Status::Processing
            | Status::Authorised
            | Status::Captured
            | Status::Voided => Outcome::Definite(view),
        },
        None => refusal(),
    }
}

/// A call that the intent's state does not allow: where the error shows that state, and it ends what was
/// asked, the state is the answer. A confirm of what is authorised already must not read as a decline.
fn shown(question: Question<'_>, failure: &Failure) -> Outcome {
    let refusal = || refused(failure, None);
    let Question::Change { kind, .. } = question else { return refusal() };
    let Some(view) = named(question, failure) else { return refusal() };
    let ends = match kind {
        OperationKind::Create | OperationKind::Confirm | OperationKind::Authorise => {
            view.status != Status::Created
        }
        OperationKind::Capture | OperationKind::Void => {
            matches!(view.status, Status::Captured | Status::Voided)
        }
        OperationKind::Refund => false,
    };
    if ends { Outcome::Definite(view) } else { refusal() }
}

/// The intent that the error shows, if it is the one that was asked about.
fn named(question: Question<'_>, failure: &Failure) -> Option<View> {
    let Question::Change { object, .. } = question else { return None };
    let intent: Intent = serde_json::from_value(failure.payment_intent.clone()?).ok()?;
    match view(&intent) {
        Outcome::Definite(view) if object.is_none_or(|asked| view.object.as_deref() == Some(asked)) => {
            Some(view)
        }
        Outcome::Definite(_) | Outcome::NotSent(_) | Outcome::Refused(_) | Outcome::Unknown(_) => None,
    }
}

/// Something that the request names does not exist: the token, or the intent.
fn missing(question: Question<'_>, failure: &Failure) -> Outcome {
    let object = match failure.param.as_deref() {
        Some("payment_method" | "source" | "customer") => {
            return refused(failure, Some(DeclineClass::TokenInvalid));
        }
        Some("intent" | "payment_intent" | "id") | None => true,
        Some(_) => false,
    };
    let asked = match question {
        Question::Change { object, .. } => object.is_some(),
        Question::Refund { .. } | Question::Object { .. } | Question::Refunds { .. } => true,
        // A search that fails has not looked.
        Question::Search { .. } => false,
    };
    match refused(failure, None) {
        Outcome::Refused(refusal) => Outcome::Refused(Refusal { not_found: object && asked, ..refusal }),
        other => other,
    }
}

/// What a malformed request means for the customer, where its code is about the card.
fn refusal_class(failure: &Failure) -> Option<DeclineClass> {
    let about_card = failure.kind.as_deref() == Some("card_error") || failure.decline_code.is_some();
    about_card.then(|| decline(failure).class)
}

fn refused(failure: &Failure, class: Option<DeclineClass>) -> Outcome {
    let code = failure.decline_code.as_deref().or(failure.code.as_deref()).or(failure.kind.as_deref());
    Outcome::Refused(Refusal {
        code: printable(code.unwrap_or("invalid_request")),
        class,
        not_found: false,
        retry_after: None,
    })
}
