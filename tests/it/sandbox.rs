//! The sandbox gateway over real HTTP: its behaviours, its idempotency, its durability.

mod behaviours;
mod durability;
mod faults;
mod idempotency;
mod money;
mod rig;
