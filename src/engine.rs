//! What runs by itself: the driver of the machines, claims, the resolver's timers, tracked tasks.
//!
//! - [`case`]: a placement or a payment with everything it speaks for, as it is driven.
//! - [`cards`]: the keyed names under which the declines of a card are remembered.
//! - [`driver`]: the one loop: decide, commit the intent with the last outcome, perform, react. Recovery after
//!   a crash is the same loop over what is persisted.
//! - [`perform`]: calls a gateway while the lease is kept.
//! - [`claims`]: finds what is due, claims it under a lease, and drives it. `lifetimes`: carts and checkouts.
//! - [`events`]: what a change tells the world. `counts`: what operators count.
//! - [`modes`]: what operators said of partner accounts. [`tasks`]: what drain waits for.
//! - `sealed`: frozen replies lie in the store as ciphertext.

pub mod cards;
pub mod case;
pub mod claims;
mod counts;
pub mod driver;
pub mod events;
mod lifetimes;
pub mod modes;
pub mod perform;
pub mod replies;
mod sealed;
pub mod tasks;

pub use driver::{Alarms, Driver, Engine, Parts, Settings};
pub use tasks::{Room, Tasks};
