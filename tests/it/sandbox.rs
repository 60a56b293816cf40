//! The sandbox gateway over real HTTP: its behaviours, its idempotency, its durability.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what tests share fails them by panicking")]

mod behaviours;
mod durability;
mod faults;
mod idempotency;
mod money;
mod rig;
