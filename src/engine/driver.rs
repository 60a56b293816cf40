//! The one loop: decide, commit the intent together with the last outcome, perform, react.
//!
//! It runs a fresh placement, one that a customer came back to, and one that a dead process left behind; there
//! is no second path to test. Every write carries the claim's fence, so that a worker that woke up late can
//! write nothing.
//!
//! - [`parts`]: what it works with. [`steps`]: the loop. [`commit`]: what a step makes durable.

mod commit;
mod parts;
mod steps;

pub use commit::PLACE_ORDER;
pub use parts::{Alarms, Driver, Engine, Parts, Settings};
pub use steps::{Begun, Stop};
