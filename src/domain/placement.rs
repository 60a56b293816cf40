//! The machine from checkout to order: the parent of its payments.
//!
//! A placement is one run of PlaceOrder over a frozen checkout. It drives its payments one after the other,
//! becomes an order when every amount is held, and otherwise lets go of everything in reverse. [`decide`] and
//! [`react`] are pure; the driver performs what they say.

mod aggregate;
mod decide;
pub mod invariants;
#[cfg(test)]
mod laws;
mod react;

pub use aggregate::{Hold, Placement, PlacementState, RequestKey, Wish};
pub use decide::{Conclusion, Step, decide};
pub use react::{Effects, react};
