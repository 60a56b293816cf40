//! A reply becomes an outcome. Pure, and sure only of what has one meaning.

use super::amounts::{from_wire, money_from_wire};
use super::declines::decline;
use super::wire::{ChargeRef, Intent, Page};
use super::{cards, errors, refunds};
use crate::domain::money::Money;
use crate::domain::payment::outcome::Refusal;
use crate::domain::payment::{OperationKind, Outcome, Status, UnknownCause, View};
use crate::partners::gateway::Reply;
use crate::partners::gateway::exchange::Raw;

/// What was asked, to hold an answer against.
#[derive(Debug, Clone, Copy)]
pub(super) enum Question<'a> {
    /// To change an intent: this one, or one that is created.
    Change { kind: OperationKind, object: Option<&'a str> },
    /// To refund.
    Refund { object: &'a str, amount: Money },
    /// What this intent looks like.
    Object { object: &'a str },
    /// Which intent carries this reference.
    Search { reference: &'a str },
    /// Whether there is a refund under this key.
    Refunds { object: &'a str, key: &'a str, amount: Money },
}

/// What this answer to a call means, where a refund was asked for `amount`. Pure: for whoever holds the adapter
/// against answers of their own.
pub fn meaning(
    kind: OperationKind,
    object: Option<&str>,
    amount: Money,
    status: u16,
    body: Vec<u8>,
) -> Outcome {
    let question = match (kind, object) {
        (OperationKind::Refund, Some(object)) => Question::Refund { object, amount },
        (kind, object) => Question::Change { kind, object },
    };
    parse(question, Raw { status, retry_after: None, body: Ok(body) }).outcome
}

/// What became of the call.
pub(super) fn parse(question: Question<'_>, raw: Raw) -> Reply {
    match (raw.status, &raw.body) {
        (200..=299, Ok(body)) => success(question, body).into(),
        // The vendor executed it, or says so; what it said is lost.
        (200..=299, Err(cause)) => Outcome::Unknown(*cause).into(),
        _ => errors::parse(question, raw),
    }
}

fn success(question: Question<'_>, body: &[u8]) -> Outcome {
    let garbage = Outcome::Unknown(UnknownCause::Garbage);
    match question {
        Question::Change { object, .. } => one(body, object),
        Question::Object { object } => one(body, Some(object)),
        Question::Search { reference } => match serde_json::from_slice(body) {
            Ok(page) => found(&page, reference),
            Err(_) => garbage,
        },
        Question::Refund { object, amount } => match serde_json::from_slice(body) {
            Ok(refund) => refunds::made(&refund, object, amount),
            Err(_) => garbage,
        },
        Question::Refunds { object, key, amount } => match serde_json::from_slice(body) {
            Ok(page) => refunds::listed(&page, object, key, amount),
            Err(_) => garbage,
        },
    }
}

fn one(body: &[u8], asked: Option<&str>) -> Outcome {
    match serde_json::from_slice::<Intent>(body) {
        // An answer about another object is no answer.
        Ok(intent) if asked.is_none_or(|asked| asked == intent.id) => view(&intent),
        Ok(_) | Err(_) => Outcome::Unknown(UnknownCause::Garbage),
    }
}

fn found(page: &Page<Intent>, reference: &str) -> Outcome {
    match page.data.as_slice() {
        [] if !page.has_more => Outcome::Refused(Refusal {
            code: "not_found".to_owned(),
            class: None,
            not_found: true,
            retry_after: None,
        }),
        [intent] if !page.has_more && echo(intent) == Some(reference) => view(intent),
        // A payment may have tried here more than once: which of them was meant cannot be told.
        _ => Outcome::Unknown(UnknownCause::NotConclusive),
    }
}

fn echo(intent: &Intent) -> Option<&str> {
    intent.metadata.as_ref()?.get("reference").map(String::as_str)
}

/// The intent as a view, or that it cannot be understood.
pub(super) fn view(intent: &Intent) -> Outcome {
    match understand(intent) {
        Ok(view) => Outcome::Definite(view),
        Err(cause) => Outcome::Unknown(cause),
    }
}

/// Ids become parts of paths and stand in logs: nothing else than Stripe's own alphabet is taken for one.
pub(super) fn is_id(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn understand(intent: &Intent) -> Result<View, UnknownCause> {
    let garbage = UnknownCause::Garbage;
    if !is_id(&intent.id) || intent.object != "payment_intent" {
        return Err(garbage);
    }
    let amount = money_from_wire(intent.amount, &intent.currency).ok_or(garbage)?;
    let minor = |number: i64| from_wire(number, amount.currency).ok_or(garbage);
    let status = status(intent)?;
    let capturable_minor = match (&status, intent.amount_capturable) {
        (Status::Authorised, None) => amount.minor,
        (Status::Authorised, Some(number)) => minor(number)?,
        _ => 0,
    };
    let captured_minor = match &status {
        Status::Captured => match (intent.amount_received, &intent.latest_charge) {
            (Some(number), _) => minor(number)?,
            (None, Some(ChargeRef::Charge(charge))) => {
                charge.amount_captured.map_or(Ok(amount.minor), minor)?
            }
            (None, None | Some(ChargeRef::Id(_))) => amount.minor,
        },
        _ => 0,
    };
    Ok(View {
        object: Some(intent.id.clone()),
        status,
        amount,
        reference: echo(intent).map(str::to_owned),
        capturable_minor,
        captured_minor,
        refunded_minor: None,
        card: cards::of_intent(intent),
    })
}

fn status(intent: &Intent) -> Result<Status, UnknownCause> {
    Ok(match intent.status.as_str() {
        "requires_payment_method" => match &intent.last_payment_error {
            Some(failure) => Status::Declined(decline(failure)),
            None => Status::Created,
        },
        "requires_confirmation" => Status::Created,
        "requires_action" => {
            // Without an address the customer cannot be sent anywhere, and the ladder ends the intent.
            let redirect_url = redirect(intent).ok_or(UnknownCause::NotConclusive)?;
            Status::ActionNeeded { redirect_url }
        }
        "processing" => Status::Processing,
        "requires_capture" => Status::Authorised,
        "succeeded" => Status::Captured,
        "canceled" => Status::Voided,
        _ => return Err(UnknownCause::Garbage),
    })
}

/// The address of the action: the customer's browser goes there, so it is an address of the web.
fn redirect(intent: &Intent) -> Option<String> {
    const MAX_URL_BYTES: usize = 4_096;
    let url = intent.next_action.as_ref()?.redirect_to_url.as_ref()?.url.as_deref()?;
    let web = reqwest::Url::parse(url).is_ok_and(|parsed| matches!(parsed.scheme(), "https" | "http"));
    (web && url.len() <= MAX_URL_BYTES).then(|| url.to_owned())
}
