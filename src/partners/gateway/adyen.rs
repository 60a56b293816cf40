//! Adyen's Checkout API, version 71, in one step and with manual capture: authorise, or authorise and then the details
//! that the customer's browser brought back; capture, cancel and refund are only *received* here, and what became of
//! them comes by a notification.
//!
//! - `settings`: the account and where it is reached. `adapter`: the parts put together.
//! - `tokens`: what a storefront's token may be. `amounts`, `render`: a request becomes bytes, without a credential.
//! - `transport`: Adyen's headers around the exchange, the credential among them.
//! - `wire`, `parse`, `errors`, `declines`, `cards`: a reply becomes an outcome. They are pure, trust nothing, and say
//!   that nobody knows whenever a reply has no one meaning.
//! - `webhook`: notifications: each item proved to be Adyen's. `events`: what a proved item says.
//! - `references`: the names that we give modifications, and read back from their notifications.
//!
//! Adyen has no read: a payment cannot be looked up, neither by its id nor by our reference. What is not known is found
//! out by a replay of the same bytes under the same key, by a cancel of our reference, or by a notification.

mod adapter;
mod amounts;
mod cards;
mod declines;
mod errors;
mod events;
mod parse;
#[cfg(test)]
mod parse_test;
mod references;
mod render;
#[cfg(test)]
mod render_test;
mod settings;
mod tokens;
mod transport;
mod webhook;
#[cfg(test)]
mod webhook_test;
mod wire;

pub use adapter::Adyen;
pub use parse::meaning;
pub use settings::{AdyenError, AdyenSettings, live_base_url};
pub use webhook::{AdyenWebhooks, BadHmacKey};
