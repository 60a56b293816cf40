//! Quotes of carriers and tax providers, each account behind its layers, and backups that take over.
//!
//! - [`QuoteDesk`] is the port's implementation. It holds the accounts and asks the chains of flows.
//! - `account` is the one place that orders the layers around an account; `call` is what passes through them.
//! - [`QuoteSettings`] are the numbers, with their reasons.
//!
//! A quote moves nothing, so that anybody may be asked again: that is why a layer may fail over here, and never
//! for money.

mod account;
mod call;
mod desk;
mod settings;
#[cfg(test)]
mod tests;

pub use desk::QuoteDesk;
pub use settings::QuoteSettings;
