//! One endpoint, one decision.

use super::decision::{Context, Decision};
use super::{confirm, create, later};
use crate::partners::sandbox::book::Book;
use crate::partners::sandbox::intents::Intent;
use crate::partners::sandbox::wire::{ApiError, Endpoint, Form};

/// Decides a request that may write; an error means that nothing was executed and nothing is stored.
pub(in crate::partners::sandbox) fn decide(
    book: &Book,
    endpoint: &Endpoint,
    form: &Form,
    context: &Context<'_>,
) -> Result<Decision, ApiError> {
    match endpoint {
        Endpoint::Create => create::create(form, context),
        Endpoint::Confirm(id) => confirm::confirm(known(book, id)?, form, context),
        Endpoint::Capture(id) => later::capture(known(book, id)?, form, context),
        Endpoint::Cancel(id) => later::cancel(known(book, id)?, form, context),
        Endpoint::Refund => later::refund(book, form, context),
        Endpoint::Read(_) | Endpoint::Search | Endpoint::ReadRefund(_) | Endpoint::ListRefunds => {
            Err(ApiError::malformed("this endpoint only reads"))
        }
    }
}

fn known<'a>(book: &'a Book, id: &str) -> Result<&'a Intent, ApiError> {
    book.intent(id).ok_or_else(|| ApiError::missing("payment_intent", "intent", id))
}
