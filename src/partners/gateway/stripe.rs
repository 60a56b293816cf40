//! Stripe's PaymentIntents, in two steps and with manual capture: create (no money moves), confirm, capture.
//!
//! - `settings`: the account and where it is reached. `adapter`: the parts put together.
//! - `amounts`, `render`: a request becomes bytes, without a credential.
//! - `transport`: Stripe's headers around the exchange, the credential among them.
//! - `wire`, `parse`, `refunds`, `errors`, `declines`, `cards`: a reply becomes an outcome. They are pure, trust nothing, and
//!   say that nobody knows whenever a reply has no one meaning.
//! - `webhook`: what Stripe tells without being asked: proved to be Stripe's, then read.
//!
//! Every request about an intent asks for `expand[]=latest_charge`: the charge tells what was captured, and a
//! form is then never empty, on which the gate of `exchange` relies.

mod adapter;
mod amounts;
mod cards;
mod declines;
mod errors;
mod parse;
#[cfg(test)]
mod parse_test;
mod refunds;
mod render;
mod settings;
mod transport;
mod webhook;
#[cfg(test)]
mod webhook_test;
mod wire;

pub use adapter::Stripe;
pub use parse::meaning;
pub use settings::{StripeError, StripeSettings};
pub use webhook::StripeWebhooks;
