//! What comes after an authorisation: capture, cancel, refund.

use super::decision::{Answer, Context, Decision, Delivery, refusal};
use super::params;
use crate::partners::sandbox::behaviour::{Behaviour, Later};
use crate::partners::sandbox::book::Book;
use crate::partners::sandbox::entry::Entry;
use crate::partners::sandbox::intents::{self, Intent};
use crate::partners::sandbox::wire::{ApiError, Form};

pub(super) fn capture(intent: &Intent, form: &Form, context: &Context<'_>) -> Result<Decision, ApiError> {
    let amount = params::amount(form, "amount_to_capture")?;
    let behaviour = charged_behaviour(intent, context);
    Ok(match intents::capture(intent, amount) {
        Err(refused) => {
            Decision::fails(refusal(intent, "captured", "amount_to_capture", &refused), Vec::new())
        }
        Ok(_) if behaviour == Some(Behaviour::CaptureFails) => {
            let message = "The charge has expired and can no longer be captured.";
            let mut error = ApiError::invalid(Some("charge_expired_for_capture"), "intent", message);
            error.intent = Some(intent.id.clone());
            Decision::fails(error, vec![Entry::CaptureRefused { intent: intent.id.clone() }])
        }
        Ok(entries) => {
            Decision::shows(&intent.id, entries).delivered(delivery(behaviour.as_ref(), Later::Capture))
        }
    })
}

pub(super) fn cancel(intent: &Intent, form: &Form, context: &Context<'_>) -> Result<Decision, ApiError> {
    let reason = form.get("cancellation_reason");
    let known =
        matches!(reason, None | Some("duplicate" | "fraudulent" | "requested_by_customer" | "abandoned"));
    if !known {
        return Err(ApiError::invalid(None, "cancellation_reason", "Invalid cancellation_reason"));
    }
    let behaviour = charged_behaviour(intent, context);
    Ok(match intents::cancel(intent, reason) {
        Err(refused) => Decision::fails(refusal(intent, "canceled", "intent", &refused), Vec::new()),
        Ok(entries) => {
            Decision::shows(&intent.id, entries).delivered(delivery(behaviour.as_ref(), Later::Cancel))
        }
    })
}

pub(super) fn refund(book: &Book, form: &Form, context: &Context<'_>) -> Result<Decision, ApiError> {
    let id = form.get("payment_intent").ok_or_else(|| params::missing("payment_intent"))?;
    let intent = book.intent(id).ok_or_else(|| ApiError::missing("payment_intent", "payment_intent", id))?;
    let amount = params::amount(form, "amount")?;
    let metadata = params::metadata(form)?;
    let behaviour = charged_behaviour(intent, context);
    let failure = (behaviour == Some(Behaviour::RefundFails)).then_some("expired_or_canceled_card");
    let refund = &context.fresh.refund;
    Ok(match intents::refund(intent, refund, amount, metadata, failure) {
        Err(refused) => Decision::fails(refusal(intent, "refunded", "amount", &refused), Vec::new()),
        Ok(entries) => Decision {
            entries,
            answer: Answer::Refund(refund.clone()),
            delivery: delivery(behaviour.as_ref(), Later::Refund),
            executed: true,
        },
    })
}

/// The behaviour of the token that was charged: a card that fails at capture was authorised with that token.
fn charged_behaviour(intent: &Intent, context: &Context<'_>) -> Option<Behaviour> {
    Behaviour::of_token(intent.charged_method.as_deref()?, context.account)
}

fn delivery(behaviour: Option<&Behaviour>, call: Later) -> Delivery {
    match behaviour {
        Some(Behaviour::LaterTimeout(silent)) if *silent == call => Delivery::Never,
        _ => Delivery::Now,
    }
}
