//! From an endpoint and a form to a decision: which entries are written, and how the request is answered.
//!
//! It is pure. A decision is either an error that found nothing to execute, which no idempotency key stores,
//! or a [`Decision`], which was executed and whose answer is stored.

mod confirm;
mod create;
mod decide;
mod decision;
mod later;
mod params;

pub(super) use decide::decide;
pub(super) use decision::{Answer, Context, Decision, Delivery};
