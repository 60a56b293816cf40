//! A message becomes an outcome. Pure, and sure only of what has one meaning.

use std::time::Duration;

use prost::Message as _;

use super::declines::class;
use super::text::code;
use super::view::{Understood, understand};
use crate::domain::money::Money;
use crate::domain::payment::outcome::Refusal;
use crate::domain::payment::{NotSent, OperationKind, Outcome, Status, UnknownCause, View};
use crate::partners::gateway::Reply;
use crate::proto::partner::v1 as wire;
use crate::proto::partner::v1::outcome::Outcome as Told;

/// What was asked, to hold an answer against.
#[derive(Debug, Clone, Copy)]
pub(super) enum Question<'a> {
    /// To do something to this object, or to one that is made.
    Execute { kind: OperationKind, object: Option<&'a str> },
    /// What this object looks like.
    Object { object: &'a str },
    /// Which object is this payment's.
    Payment { payment: &'a str },
    /// Whether there is a refund under a key, of this object whose payment is of this amount.
    Refund { object: &'a str, amount: Money },
}

/// Nobody makes a caller wait for longer with good intent.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);

/// What this answer to an Execute means, as the encoded `ExecuteResponse`. Pure: for whoever holds the adapter against
/// answers of their own.
pub fn meaning(kind: OperationKind, object: Option<&str>, message: &[u8]) -> Outcome {
    read(Question::Execute { kind, object }, message).outcome
}

/// What became of the call.
pub(super) fn read(question: Question<'_>, message: &[u8]) -> Reply {
    // FindResponse has the same shape, field by field.
    let told = wire::ExecuteResponse::decode(message).ok().and_then(|response| response.outcome?.outcome);
    match told {
        Some(Told::View(view)) => seen(question, &view),
        Some(Told::Refusal(refusal)) => Outcome::Refused(refused(&refusal)).into(),
        Some(Told::NotFound(_)) => not_found(question).into(),
        Some(Told::NotExecuted(why)) => not_executed(&why),
        Some(Told::Unknown(unknown)) => Outcome::Unknown(cause(unknown)).into(),
        None => Outcome::Unknown(UnknownCause::Garbage).into(),
    }
}

fn seen(question: Question<'_>, view: &wire::View) -> Reply {
    let garbage = || Outcome::Unknown(UnknownCause::Garbage).into();
    let Some(Understood { view, gateway_is_down }) = understand(view) else { return garbage() };
    let asked = match question {
        Question::Execute { object, .. } => object,
        Question::Object { object } | Question::Refund { object, .. } => Some(object),
        Question::Payment { .. } => None,
    };
    let refunds =
        matches!(question, Question::Refund { .. } | Question::Execute { kind: OperationKind::Refund, .. });
    let another_payment = matches!(
        question,
        Question::Payment { payment } if view.reference.as_deref() != Some(payment)
    );
    // An answer about another object is no answer, nor is one about a refund that says nothing of it.
    if asked.is_some_and(|asked| view.object.as_deref() != Some(asked))
        || another_payment
        || (refunds && view.refunded_minor.is_none())
    {
        return garbage();
    }
    let refunded_minor = view.refunded_minor.filter(|_| refunds);
    let outcome = Outcome::Definite(View { refunded_minor, ..view });
    Reply { processor_unavailable: gateway_is_down, ..outcome.into() }
}

/// What a refusal means.
pub(super) fn refused(refusal: &wire::Refusal) -> Refusal {
    Refusal {
        code: code(&refusal.code, "refused"),
        class: class(refusal.class),
        not_found: false,
        retry_after: refusal.retry_after.as_ref().and_then(bounded),
    }
}

fn not_found(question: Question<'_>) -> Outcome {
    let nowhere = |not_found| {
        let code = "not_found".to_owned();
        Outcome::Refused(Refusal { code, class: None, not_found, retry_after: None })
    };
    match question {
        Question::Execute { object: Some(_), .. } | Question::Object { .. } | Question::Payment { .. } => {
            nowhere(true)
        }
        // What is to be made cannot be missing.
        Question::Execute { object: None, .. } => Outcome::Unknown(UnknownCause::Garbage),
        // The refund is missing, and nothing was given back by it; how much was captured is not told here.
        Question::Refund { object, amount } => Outcome::Definite(View {
            object: Some(object.to_owned()),
            status: Status::Captured,
            amount,
            reference: None,
            capturable_minor: 0,
            captured_minor: 0,
            refunded_minor: Some(0),
            card: None,
        }),
    }
}

/// What the proof that nothing was executed is worth: nothing, without a reason that we know.
pub(super) fn not_executed(why: &wire::NotExecuted) -> Reply {
    use wire::not_executed::Reason;
    let proved = match Reason::try_from(why.reason) {
        Ok(Reason::RateLimited) => NotSent::RateLimited,
        Ok(Reason::Busy) => NotSent::Saturated,
        Ok(Reason::Unreachable) => NotSent::Connect,
        Ok(Reason::Credentials) => NotSent::Credentials,
        Ok(Reason::TooLate) => NotSent::TooLate,
        Ok(Reason::AmountNotTaken) => NotSent::AmountNotTaken,
        Ok(Reason::Unspecified) | Err(_) => return Outcome::Unknown(UnknownCause::Garbage).into(),
    };
    let retry_after = why.retry_after.as_ref().and_then(bounded);
    Reply { retry_after, ..Outcome::NotSent(proved).into() }
}

fn cause(unknown: wire::Unknown) -> UnknownCause {
    use wire::unknown::Cause;
    match Cause::try_from(unknown.cause) {
        Ok(Cause::Processing) => UnknownCause::Processing,
        Ok(Cause::InProgress) => UnknownCause::InProgress,
        Ok(Cause::Timeout) => UnknownCause::Timeout,
        Ok(Cause::Failure) => UnknownCause::ServerError,
        Ok(Cause::Unspecified) | Err(_) => UnknownCause::NotConclusive,
    }
}

fn bounded(duration: &prost_types::Duration) -> Option<Duration> {
    Duration::try_from(*duration).ok().map(|wait| wait.min(MAX_RETRY_AFTER))
}
