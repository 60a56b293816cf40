//! The persisted shapes, version 1: one file per aggregate, and what several of them share.
//!
//! A shape is filled from its domain type by taking that type apart whole, without `..`: a field that is added
//! to the domain does not compile until somebody has said how it is kept. New fields are `Option`, or have
//! `#[serde(default)]`, because rows without them exist.
//!
//! - Amounts are minor units where the currency is the one stated above them, else `{minor, currency}`
//!   ([`amount`]); ids, timestamps (RFC 3339) and decimals are text, bytes are base64 ([`scalar`]).
//! - The words of states, causes and classes are fixed in [`words`].
//! - Whatever names or locates a person is kept apart from the text ([`details`]).

mod amount;
mod attempt;
mod card_book;
mod cart;
mod checkout;
mod context;
mod coupon;
mod coupon_problem;
mod degraded;
mod details;
mod explanation;
mod failure;
mod operation;
mod order;
mod partner_mode;
mod payment;
mod place;
mod placement;
mod product;
mod quote;
mod quoted_parts;
mod record;
mod routing;
mod scalar;
mod words;

pub(super) use record::{Encoded, decode, encode};
pub(super) use scalar::VERSION;

#[cfg(test)]
pub(super) use scalar::Named;
#[cfg(test)]
pub(super) use words::LISTS;
