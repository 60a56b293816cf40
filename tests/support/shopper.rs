//! A shopper over real gRPC, who walks from a cart to an order and knows each of its requests by an id, so that
//! it can ask again for what it did not hear the end of.
//!
//! - [`Shopper`]: the calls. [`Session`]: a checkout that is ready to be placed.
//! - [`told`]: what a refusal says. [`insist`] asks until something is decided.

mod asking;
mod details;
mod walk;

pub use asking::{insist, told};
pub use walk::{Answer, Session, Shopper, answer};
