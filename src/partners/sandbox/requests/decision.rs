//! What a request is decided from, and what is decided.

use crate::partners::sandbox::entry::{Entry, KeyClaim};
use crate::partners::sandbox::intents::{Intent, Refused, Status};
use crate::partners::sandbox::wire::ApiError;
use crate::partners::sandbox::world::Fresh;

/// What a decision may depend on besides the book and the form.
#[derive(Clone, Copy, Debug)]
pub(in crate::partners::sandbox) struct Context<'a> {
    pub(in crate::partners::sandbox) account: &'a str,
    pub(in crate::partners::sandbox) now_ms: i64,
    pub(in crate::partners::sandbox) slow_ms: u64,
    pub(in crate::partners::sandbox) late_ms: u64,
    pub(in crate::partners::sandbox) fresh: &'a Fresh,
    pub(in crate::partners::sandbox) claim: Option<&'a KeyClaim>,
}

impl Context<'_> {
    pub(super) fn after(&self, delay_ms: u64) -> i64 {
        self.now_ms.saturating_add(i64::try_from(delay_ms).unwrap_or(i64::MAX))
    }
}

/// An executed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::partners::sandbox) struct Decision {
    pub(in crate::partners::sandbox) entries: Vec<Entry>,
    pub(in crate::partners::sandbox) answer: Answer,
    pub(in crate::partners::sandbox) delivery: Delivery,
    /// Whether the request reached the gateway's execution: if not, its key stores nothing.
    pub(in crate::partners::sandbox) executed: bool,
}

/// What the gateway has to say, whether or not it says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::partners::sandbox) enum Answer {
    Intent(String),
    Refund(String),
    Error(ApiError),
}

/// How the answer travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::partners::sandbox) enum Delivery {
    Now,
    /// After the slow delay, during which the key is in use.
    Slow,
    /// Never: the request hangs, then its connection is cut.
    Never,
    /// Never, and the effect and the stored answer come later.
    Late,
    /// The connection is reset at once.
    Cut,
    /// HTML comes instead of it.
    Garbage,
}

impl Decision {
    /// Answered at once with the intent.
    pub(super) fn shows(intent: &str, entries: Vec<Entry>) -> Self {
        Self { entries, answer: Answer::Intent(intent.to_owned()), delivery: Delivery::Now, executed: true }
    }

    /// Answered at once with an error.
    pub(super) fn fails(error: ApiError, entries: Vec<Entry>) -> Self {
        Self { entries, answer: Answer::Error(error), delivery: Delivery::Now, executed: true }
    }

    pub(super) fn delivered(self, delivery: Delivery) -> Self {
        Self { delivery, ..self }
    }
}

/// The wire's error for a call that the machine refused.
pub(super) fn refusal(intent: &Intent, verb: &str, param: &'static str, refused: &Refused) -> ApiError {
    match refused {
        Refused::State => {
            let message = format!(
                "This PaymentIntent could not be {verb} because it has a status of {}.",
                status_name(intent.status)
            );
            ApiError::unexpected_state(&intent.id, message)
        }
        Refused::TooMuch { limit } => {
            ApiError::invalid(Some("amount_too_large"), param, format!("The amount may be at most {limit}."))
        }
        Refused::AlreadyRefunded => ApiError::invalid(
            Some("charge_already_refunded"),
            "payment_intent",
            "The charge is refunded already.",
        ),
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::RequiresPaymentMethod => "requires_payment_method",
        Status::RequiresConfirmation => "requires_confirmation",
        Status::RequiresAction => "requires_action",
        Status::Processing => "processing",
        Status::RequiresCapture => "requires_capture",
        Status::Canceled => "canceled",
        Status::Succeeded => "succeeded",
    }
}
