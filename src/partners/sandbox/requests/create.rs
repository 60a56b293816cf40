//! Creating an intent, and confirming it in the same call if asked to.

use super::confirm;
use super::decision::{Context, Decision};
use super::params;
use crate::partners::sandbox::behaviour::Behaviour;
use crate::partners::sandbox::entry::Entry;
use crate::partners::sandbox::intents::Intent;
use crate::partners::sandbox::wire::{ApiError, Form};

pub(super) fn create(form: &Form, context: &Context<'_>) -> Result<Decision, ApiError> {
    let token = form.get("payment_method");
    if let Some(token) = token.filter(|token| Behaviour::of_token(token, context.account).is_none()) {
        return Err(ApiError::no_such_payment_method(token));
    }
    let created = Entry::Created {
        intent: context.fresh.intent.clone(),
        amount: params::amount(form, "amount")?.ok_or_else(|| params::missing("amount"))?,
        currency: params::currency(form)?,
        capture_method: params::capture_method(form)?,
        payment_method: token.map(str::to_owned),
        return_url: form.get("return_url").map(str::to_owned),
        description: form.get("description").map(str::to_owned),
        metadata: params::metadata(form)?,
    };
    if !params::flag(form, "confirm")? {
        return Ok(Decision::shows(&context.fresh.intent, vec![created]));
    }
    let Some(intent) = Intent::created(&created, context.now_ms) else { return Err(ApiError::internal()) };
    if token.is_none() {
        return Err(params::missing("payment_method"));
    }
    let mut decision = confirm::confirm(&intent, form, context)?;
    // A fault before the effect leaves nothing behind, not even the intent.
    if !decision.entries.is_empty() {
        decision.entries.insert(0, created);
    }
    Ok(decision)
}
