//! Use cases, a file per service: load what is needed in one query, let the domain decide, commit.
//!
//! - [`house`]: what the use cases work with.
//! - [`mutation`]: the one way in which a change under an idempotency key is made. [`reach`]: whose rows it may touch.
//! - [`carts`], [`repricing`], [`checkouts`], [`delivery`], [`quoting`], [`placing`], [`actions`], `giving_up`, [`payments`], [`orders`],
//!   [`operations`], [`webhooks`]: the use cases.
//! - [`stocking`]: loading a catalogue into the store.
//! - [`error`]: everything that they refuse, with a stable reason.

pub mod actions;
pub mod carts;
pub mod checkouts;
pub mod delivery;
pub mod error;
mod giving_up;
pub mod house;
pub mod mutation;
pub mod operations;
pub mod orders;
pub mod payments;
pub mod placing;
pub mod quoting;
pub mod reach;
mod repricing;
pub mod stocking;
pub mod waiting;
pub mod webhooks;

pub use error::{Error, Field, Reason};
pub use house::{House, StoreSettings};
pub use mutation::{Mutation, Versioned};
pub use reach::Reach;
pub use webhooks::Heard;
