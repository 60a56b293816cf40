//! What is sold, without a catalogue elsewhere.
//!
//! - [`builtin`] resolves products and coupons from rows of the store.
//! - [`load`] reads the file that they come from; `fields` reads its objects and remembers what is wrong.

pub mod builtin;
mod fields;
pub mod load;
