//! A reply becomes an outcome. Pure, and sure only of what has one meaning.
//!
//! | result code | outcome |
//! |---|---|
//! | Authorised | held, as much as the reply says |
//! | PartiallyAuthorised | held, and less than was asked for: the machine gives it back |
//! | Refused, Error | declined, inside a 200; a processor that broke counts against the gateway |
//! | Cancelled | it holds nothing and will not |
//! | RedirectShopper, IdentifyShopper, ChallengeShopper | the customer is sent to the action's address. An action that needs Adyen's component in the page is declined: without it nobody calls `/payments/details`, and before that call a card is not authorised |
//! | Pending, Received, PresentToShopper | still being processed, and never a success |
//! | anything else | unknown |

use super::amounts::money_from_wire;
use super::declines::decline;
use super::errors;
use super::wire::{Action, Payment, Received};
use super::{cards, wire};
use crate::domain::money::Money;
use crate::domain::payment::{Decline, DeclineClass, OperationKind, Outcome, Status, UnknownCause, View};
use crate::partners::gateway::Reply;
use crate::partners::gateway::exchange::Raw;

/// What was asked, to hold an answer against.
#[derive(Debug, Clone, Copy)]
pub(super) enum Question<'a> {
    /// For the money, of this payment where its id is known.
    Payment { object: Option<&'a str>, amount: Money },
    /// To change a payment: this one, or the one that our reference names. A receipt echoes what it was sent with.
    Modification { object: Option<&'a str>, reference: Option<&'a str>, amount: Option<(i64, &'a str)> },
    /// Whether Adyen answers at all.
    Probe,
}

/// What this answer to a call means, where `amount` is the payment's. Pure: for whoever holds the adapter against
/// answers of their own.
pub fn meaning(
    kind: OperationKind,
    object: Option<&str>,
    amount: Money,
    status: u16,
    body: Vec<u8>,
) -> Outcome {
    let question = match kind {
        OperationKind::Create | OperationKind::Confirm | OperationKind::Authorise => {
            Question::Payment { object, amount }
        }
        OperationKind::Capture | OperationKind::Void | OperationKind::Refund => {
            Question::Modification { object, reference: None, amount: None }
        }
    };
    parse(question, Raw { status, retry_after: None, body: Ok(body) }).outcome
}

/// What became of the call.
pub(super) fn parse(question: Question<'_>, raw: Raw) -> Reply {
    match (raw.status, &raw.body) {
        (200..=299, Ok(body)) => success(question, body),
        // The vendor executed it, or says so; what it said is lost.
        (200..=299, Err(cause)) => Outcome::Unknown(*cause).into(),
        _ => errors::parse(question, raw),
    }
}

fn success(question: Question<'_>, body: &[u8]) -> Reply {
    let garbage = || Reply::from(Outcome::Unknown(UnknownCause::Garbage));
    match question {
        Question::Payment { object, amount } => match serde_json::from_slice::<Payment>(body) {
            Ok(payment) => {
                answered(&payment, object, amount).unwrap_or_else(|cause| Outcome::Unknown(cause).into())
            }
            Err(_) => garbage(),
        },
        Question::Modification { object, reference, amount } => {
            match serde_json::from_slice::<Received>(body) {
                Ok(received) if echoes(&received, object, reference, amount) => {
                    Outcome::Unknown(UnknownCause::Processing).into()
                }
                Ok(_) | Err(_) => garbage(),
            }
        }
        // What methods there are is another's question; that there is an answer is all that is asked here.
        Question::Probe => match serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body) {
            Ok(_) => errors::refused("probed", None).into(),
            Err(_) => garbage(),
        },
    }
}

/// Whether a receipt is the one for what was sent.
fn echoes(
    received: &Received,
    object: Option<&str>,
    reference: Option<&str>,
    amount: Option<(i64, &str)>,
) -> bool {
    let same = |told: Option<&str>, sent: Option<&str>| match (told, sent) {
        (Some(told), Some(sent)) => told == sent,
        (None, _) | (_, None) => true,
    };
    let told = received.amount.as_ref().map(|told| (told.value, told.currency.as_str()));
    received.status == "received"
        && is_id(&received.psp_reference)
        && same(received.payment_psp_reference.as_deref(), object)
        && same(received.reference.as_deref(), reference)
        && (told.is_none() || amount.is_none() || told == amount)
}

/// Ids become parts of paths and stand in logs: nothing else than Adyen's own alphabet is taken for one.
pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn answered(payment: &Payment, object: Option<&str>, asked: Money) -> Result<Reply, UnknownCause> {
    let garbage = UnknownCause::Garbage;
    let told = payment.psp_reference.as_deref();
    if told.is_some_and(|told| !is_id(told) || object.is_some_and(|known| known != told)) {
        // An answer about another payment is no answer.
        return Err(garbage);
    }
    let held = Held::of(payment)?;
    let declined = decline(payment);
    let mut processor_unavailable = false;
    let (status, capturable_minor) = match payment.result_code.as_str() {
        // Without an id it could neither be captured nor given back.
        "Authorised" | "PartiallyAuthorised" if told.is_none() => return Err(garbage),
        "Authorised" => (Status::Authorised, held.minor().unwrap_or(asked.minor)),
        "PartiallyAuthorised" => (Status::Authorised, held.part(asked)),
        "Refused" => (Status::Declined(declined), 0),
        "Error" => {
            let unexplained = declined.code == "unknown";
            processor_unavailable = unexplained || declined.class == DeclineClass::SystemMalfunction;
            let code = "result_error".to_owned();
            let broke = Decline::new(DeclineClass::SystemMalfunction, code);
            (Status::Declined(if unexplained { broke } else { declined }), 0)
        }
        "Cancelled" => (Status::Voided, 0),
        "RedirectShopper" | "IdentifyShopper" | "ChallengeShopper" => (action(payment.action.as_ref())?, 0),
        "Pending" | "Received" | "PresentToShopper" => (Status::Processing, 0),
        _ => return Err(garbage),
    };
    let additional = payment.additional_data.as_ref();
    let reference = payment.merchant_reference.as_deref();
    let reference = reference.or_else(|| additional?.text(&["merchantReference"]));
    // The id of a payment that waits for its customer is told once they have acted: it may be another then.
    let waits = matches!(status, Status::ActionNeeded { .. });
    let view = View {
        object: told.filter(|_| !waits).map(str::to_owned),
        status,
        amount: held.amount().unwrap_or(asked),
        reference: reference.map(str::to_owned),
        capturable_minor,
        captured_minor: 0,
        refunded_minor: None,
        card: cards::of_payment(payment),
    };
    Ok(Reply { processor_unavailable, ..Outcome::Definite(view).into() })
}

/// The amounts that a reply tells.
struct Held {
    /// What the payment is for.
    payment: Option<Money>,
    /// What was authorised, where the account is set up to be told.
    authorised: Option<Money>,
}

impl Held {
    fn of(payment: &Payment) -> Result<Self, UnknownCause> {
        let read = |amount: &wire::Amount| {
            money_from_wire(amount.value, &amount.currency).ok_or(UnknownCause::Garbage)
        };
        let additional = payment.additional_data.as_ref();
        let text = |name: &str| additional.and_then(|data| data.text(&[name]));
        let authorised = match (text("authorisedAmountValue"), text("authorisedAmountCurrency")) {
            (Some(value), Some(currency)) => {
                let value = value.parse().map_err(|_| UnknownCause::Garbage)?;
                Some(read(&wire::Amount { value, currency: currency.to_owned() })?)
            }
            (None, _) | (_, None) => None,
        };
        Ok(Self { payment: payment.amount.as_ref().map(read).transpose()?, authorised })
    }

    /// What the view tells. Money held in another currency than the payment's is what counts.
    fn amount(&self) -> Option<Money> {
        match (self.payment, self.authorised) {
            (Some(payment), Some(authorised)) if payment.currency != authorised.currency => Some(authorised),
            (payment, authorised) => payment.or(authorised),
        }
    }

    /// What is held.
    fn minor(&self) -> Option<i64> {
        self.authorised.or(self.payment).map(|amount| amount.minor)
    }

    /// What is held of less than everything; nothing, where the reply does not tell how much.
    fn part(&self, asked: Money) -> i64 {
        self.minor().filter(|held| *held < asked.minor).unwrap_or_default()
    }
}

/// What the customer must do. An action that is told by halves is nobody's.
fn action(action: Option<&Action>) -> Result<Status, UnknownCause> {
    const MAX_URL_BYTES: usize = 4_096;
    let half = UnknownCause::NotConclusive;
    let action = action.ok_or(half)?;
    let kind = action.kind.as_deref().ok_or(half)?;
    let by_link = action.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case("GET"));
    if kind != "redirect" || !by_link {
        let code = "action_needs_adyens_component".to_owned();
        return Ok(Status::Declined(Decline::new(DeclineClass::MethodUnsupported, code)));
    }
    let url = action.url.as_deref().ok_or(half)?;
    let web = reqwest::Url::parse(url).is_ok_and(|parsed| matches!(parsed.scheme(), "https" | "http"));
    if !web || url.len() > MAX_URL_BYTES {
        return Err(half);
    }
    Ok(Status::ActionNeeded { redirect_url: url.to_owned() })
}
