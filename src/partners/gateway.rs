//! Payment gateways: adapters that speak a vendor's wire, and the stack that every one of them stands behind.
//!
//! - [`stripe`]: Stripe's PaymentIntents, which the sandbox gateway speaks too.
//! - [`adyen`]: Adyen's Checkout.
//! - [`paypal`]: PayPal's Orders v2.
//! - [`remote`]: a partner's server of ours, over gRPC.
//! - `exchange`: one exchange over HTTP or gRPC, which every adapter makes in the same way.
//! - `adapter`: what a vendor's adapter is to the stack: it calls once and says what became of it.
//! - `stack`: the one tower stack, with a reason beside each layer.
//! - `account`: an adapter behind its stacks, one for each class of operation: the port's implementation.
//! - `probe`: the read that goes before payments when a breaker's open time has passed.
//! - `class`, `call`, `answer`, `classify`, `measure`, `settings`: what the stack is made of.
//!
//! An adapter decides nothing about payments: it tells an outcome, and is unsure whenever it might be. No
//! repetition, no waiting for a better moment and no choice of a gateway may enter an adapter.

mod account;
mod adapter;
pub mod adyen;
mod answer;
mod call;
mod class;
mod classify;
mod exchange;
mod measure;
pub mod paypal;
mod probe;
pub mod remote;
mod settings;
mod stack;
pub mod stripe;

#[cfg(test)]
mod account_test;
#[cfg(test)]
mod probe_test;

pub use account::GatewayAccount;
pub use adapter::{Adapter, Prober, Reply};
pub use class::OperationClass;
pub use exchange::LineError;
pub use settings::StackSettings;
