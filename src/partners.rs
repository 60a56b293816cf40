//! Implementations of the partner ports, a folder per kind.
//!
//! - [`gateway`] holds the payment gateways' adapters and the stack that each stands behind.
//! - [`tax`], [`carrier`] and [`catalogue`] hold what is built in and needs nobody else.
//! - [`quotes`] puts carriers and tax providers behind their layers, and lets backups take over; `breaking` makes
//!   the breakers of both sorts of stack.
//! - [`sandbox`] is a gateway of our own that speaks Stripe's wire over a durable ledger.
//! - [`setting`] reads names, amounts and percentages out of settings.
//! - [`system`] and [`vault`] are the process's own clock, ids, randomness and secrets.

mod breaking;
pub mod carrier;
pub mod catalogue;
pub mod gateway;
pub mod quotes;
pub mod sandbox;
pub mod setting;
pub mod system;
pub mod tax;
pub mod vault;
