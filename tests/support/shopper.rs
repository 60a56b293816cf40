//! A shopper over real gRPC, who walks from a cart to an order and knows each of its requests by an id, so that
//! it can ask again for what it did not hear the end of: at the same server, or at the next one.
//!
//! - [`Shopper`]: the calls. [`Session`]: a checkout that is ready to be placed. `doors`: which server is called.
//! - [`Answer`]: what a placement was told. `aftercare`: what the back office does with an order's money.
//! - [`told`]: what a refusal says. [`insist`] asks until something is decided.

mod aftercare;
mod answer;
mod asking;
mod details;
mod doors;
mod placing;
mod walk;

pub use aftercare::Aftercare;
pub use answer::{Answer, answer};
pub use asking::{insist, told};
pub use doors::Turn;
pub use walk::{Session, Shopper};
