//! The only room that names concrete types: settings become a running process.
//!
//! - [`database`], `gateways`, `partners`, `vault`: an implementation for each port.
//! - [`house`]: what the use cases work with, put together. `doors`: the services over it.
//! - [`process`]: starts everything, and ends it in order. `upkeep`: what a replica reads again every second.
//!   `readiness`: whether calls should come. `tending`: the reads that gateways' breakers wait for. [`reach`]: which gateways are away when it
//!   starts.
//! - [`error`]: why a process does not start.
//!
//! Nothing is decided here but which type stands behind which port.

pub mod database;
mod doors;
pub mod error;
mod gateways;
pub mod house;
mod partners;
pub mod process;
pub mod reach;
mod readiness;
mod tending;
mod upkeep;
mod vault;

pub use error::StartError;
pub use process::{Mode, Running, start};
