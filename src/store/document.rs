//! What a record of the domain looks like at rest, and how it is read back.
//!
//! - [`codec`]: `encode` and `decode`, and why a document may not be read.
//! - [`projection`]: what stands beside the text: links, the label, real columns. They follow from the record,
//!   are written with it, and are never read back.
//! - [`v1`]: the persisted shapes, version 1. A shape is a struct of its own and no derive on a domain type, so
//!   that the domain may be renamed and rearranged while every row that was ever written stays readable.
//! - [`records`]: the store of records over any store of documents.
//!
//! Pods of neighbouring versions share the rows (`docs/reliability.md`, I29). A field that is added later is
//! optional and has a default; a field that is not known is passed over; a value that is not known (a state, a
//! cause, a class) makes the row unreadable for this version, which then leaves it alone. A version in front of
//! each text says which shapes to read it by; a meaning never changes under the same version.
//!
//! `tests/golden/v1` holds documents as version 1 writes them. They are read by every later version: a change
//! that alters one of them is a change of the format. `UPDATE_GOLDEN=1` writes them anew.
//!
//! No rule of carts, money or orders may enter this room.

mod codec;
mod projection;
mod records;
mod v1;

#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod golden_test;
#[cfg(test)]
mod property_test;
#[cfg(test)]
mod reading_test;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod store_test;

pub use codec::{DecodeError, EncodeError, decode, encode};
pub use records::Records;
