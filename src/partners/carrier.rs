//! Who delivers without a carrier's interface.
//!
//! - [`table_rate`] prices by destination, weight or value.
//! - [`pickup`] offers locations where buyers come themselves; [`distance`] tells how far they are.

pub mod distance;
pub mod pickup;
pub mod table_rate;
