//! The store in memory, for simulation and tests: deterministic, its clock lent, its faults asked for.
//!
//! It outlives the tasks that use it, so a simulated crash is to drop them and start anew over the same store.

mod faults;
mod shelves;
mod store;

pub use faults::{Fault, MemoryFaults};
pub use shelves::Dump;
pub use store::MemoryStore;
