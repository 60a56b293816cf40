//! A reply becomes an outcome. Pure, and sure only of what has one meaning.

use super::errors;
use super::order::{self, Fate, Movement, Seen, understand};
use super::wire::{Authorization, Capture, Order, Refund};
use crate::domain::money::Money;
use crate::domain::payment::outcome::Refusal;
use crate::domain::payment::{Decline, OperationKind, Outcome, Status, UnknownCause, View};
use crate::partners::gateway::Reply;
use crate::partners::gateway::exchange::Raw;

/// What was asked, to hold an answer against.
#[derive(Clone, Copy)]
pub(super) enum Question<'a> {
    /// To create an order.
    Create,
    /// To authorise this order.
    Authorize { order: &'a str },
    /// To capture what this order holds.
    Capture { before: &'a Seen },
    /// To void what this order holds.
    Void { before: &'a Seen },
    /// To refund a capture of this order.
    Refund { order: &'a str, asked: Money },
    /// What this order looks like.
    Order { order: &'a str },
    /// Whether this order shows a refund under this key.
    Refunds { order: &'a str, key: &'a str, asked: Money },
}

/// What this answer to a call means, for an order that holds `amount` where the call is about one. Pure: for whoever holds
/// the adapter against answers of their own.
pub fn meaning(kind: OperationKind, order: &str, amount: Money, status: u16, body: Vec<u8>) -> Outcome {
    let before = Seen {
        view: View {
            object: Some(order.to_owned()),
            status: Status::Authorised,
            amount,
            reference: None,
            capturable_minor: amount.minor,
            captured_minor: 0,
            refunded_minor: None,
            card: None,
        },
        authorization: None,
        captures: Vec::new(),
        refunds: Vec::new(),
        processor_is_down: false,
    };
    let question = match kind {
        OperationKind::Create => Question::Create,
        OperationKind::Confirm | OperationKind::Authorise => Question::Authorize { order },
        OperationKind::Capture => Question::Capture { before: &before },
        OperationKind::Void => Question::Void { before: &before },
        OperationKind::Refund => Question::Refund { order, asked: amount },
    };
    parse(question, Raw { status, retry_after: None, body: Ok(body) }).outcome
}

/// What became of the call.
pub(super) fn parse(question: Question<'_>, raw: Raw) -> Reply {
    match (raw.status, &raw.body) {
        (200..=299, Ok(body)) => success(question, raw.status, body),
        // The vendor executed it, or says so; what it said is lost.
        (200..=299, Err(cause)) => Outcome::Unknown(*cause).into(),
        _ => errors::parse(question, raw),
    }
}

/// An order that was read, or what became of the read.
#[expect(clippy::result_large_err, reason = "it is what the call comes to, and is handed on once")]
pub(super) fn read(order: &str, raw: Raw) -> Result<Seen, Reply> {
    match (raw.status, &raw.body) {
        (200..=299, Ok(body)) => one(body, Some(order)).map_err(|cause| Outcome::Unknown(cause).into()),
        _ => Err(parse(Question::Order { order }, raw)),
    }
}

fn success(question: Question<'_>, status: u16, body: &[u8]) -> Reply {
    let shown = |asked| match one(body, asked) {
        Ok(seen) => {
            Reply { processor_unavailable: seen.processor_is_down, ..Outcome::Definite(seen.view).into() }
        }
        Err(cause) => Outcome::Unknown(cause).into(),
    };
    let garbage = || Reply::from(Outcome::Unknown(UnknownCause::Garbage));
    match question {
        Question::Create => shown(None),
        Question::Authorize { order } | Question::Order { order } => shown(Some(order)),
        Question::Capture { before } => match serde_json::from_slice::<Capture>(body).ok() {
            Some(made) => order::capture(&made).map_or_else(garbage, |made| captured(&made, before).into()),
            None => garbage(),
        },
        Question::Void { before } => match serde_json::from_slice::<Authorization>(body) {
            Ok(shown) if shown.status == "VOIDED" => voided(before).into(),
            // It is there and not voided: that this void was executed cannot be said.
            Ok(_) => Outcome::Unknown(UnknownCause::NotConclusive).into(),
            Err(_) if status == 204 && body.is_empty() => voided(before).into(),
            Err(_) => garbage(),
        },
        Question::Refund { order, asked } => match serde_json::from_slice::<Refund>(body).ok() {
            Some(made) => {
                order::refund(&made).map_or_else(garbage, |made| refunded(&made, Some(order), asked).into())
            }
            None => garbage(),
        },
        Question::Refunds { order, key, asked } => match one(body, Some(order)) {
            Ok(seen) => listed(&seen, key, asked).into(),
            Err(cause) => Outcome::Unknown(cause).into(),
        },
    }
}

/// An order; an answer about another than was asked about is no answer.
fn one(body: &[u8], asked: Option<&str>) -> Result<Seen, UnknownCause> {
    match serde_json::from_slice::<Order>(body) {
        Ok(order) if asked.is_none_or(|asked| asked == order.id) => understand(&order),
        Ok(_) | Err(_) => Err(UnknownCause::Garbage),
    }
}

/// What a capture comes to, of the order as it was read before.
pub(super) fn captured(made: &Movement, before: &Seen) -> Outcome {
    match &made.fate {
        Fate::Done => {
            let others = before.captured_but_for(&made.id);
            let Some(sum) = others.and_then(|others| others.checked_add(made.amount.minor)) else {
                return Outcome::Unknown(UnknownCause::Garbage);
            };
            let amount = Money::new(before.view.amount.minor, made.amount.currency);
            let status = Status::Captured;
            Outcome::Definite(View {
                status,
                amount,
                capturable_minor: 0,
                captured_minor: sum,
                ..before.view.clone()
            })
        }
        Fate::Under => Outcome::Unknown(UnknownCause::Processing),
        Fate::Failed(why) => refused(why),
    }
}

/// The order of an authorisation that is voided, or was never made.
pub(super) fn voided(before: &Seen) -> Outcome {
    Outcome::Definite(View { status: Status::Voided, capturable_minor: 0, ..before.view.clone() })
}

/// What a refund comes to. How much was captured is not told here: at least what went back.
pub(super) fn refunded(made: &Movement, order: Option<&str>, asked: Money) -> Outcome {
    match &made.fate {
        Fate::Done => back(order, Money::new(asked.minor, made.amount.currency), made.amount.minor),
        Fate::Under => Outcome::Unknown(UnknownCause::Processing),
        Fate::Failed(why) => refused(why),
    }
}

/// Whether a refund under `key` is among those of the order.
fn listed(seen: &Seen, key: &str, asked: Money) -> Outcome {
    let mut sum = 0_i64;
    for refund in seen.refunds.iter().filter(|refund| refund.key.as_deref() == Some(key)) {
        match &refund.fate {
            Fate::Done => match sum.checked_add(refund.amount.minor) {
                Some(more) => sum = more,
                None => return Outcome::Unknown(UnknownCause::Garbage),
            },
            Fate::Under => return Outcome::Unknown(UnknownCause::Processing),
            Fate::Failed(_) => {}
        }
    }
    back(seen.view.object.as_deref(), Money::new(asked.minor, seen.view.amount.currency), sum)
}

fn back(order: Option<&str>, amount: Money, refunded_minor: i64) -> Outcome {
    Outcome::Definite(View {
        object: order.map(str::to_owned),
        status: Status::Captured,
        amount,
        reference: None,
        capturable_minor: 0,
        captured_minor: refunded_minor,
        refunded_minor: Some(refunded_minor),
        card: None,
    })
}

/// It was tried, and failed for good.
fn refused(why: &Decline) -> Outcome {
    Outcome::Refused(Refusal {
        code: why.code.clone(),
        class: Some(why.class),
        not_found: false,
        retry_after: None,
    })
}
