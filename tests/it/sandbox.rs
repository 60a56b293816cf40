//! The sandbox gateway over real HTTP: its behaviours, its idempotency, its durability.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails its test by panicking")]

mod behaviours;
mod durability;
mod faults;
mod idempotency;
mod money;
mod rig;
