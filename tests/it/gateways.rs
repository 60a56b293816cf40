//! The gateways, held to one contract.
//!
//! `contract` tells the laws over a [`contract::Rig`]: a fake of a vendor with a book of its own, and an account of ours
//! before it. Each vendor brings a rig and takes all laws by the macro `contract::every_law!`; the laws follow the
//! account's capability row, so that what a row claims is true of the book or a law fails. What only one vendor
//! promises stands in that vendor's own tests.

pub(crate) mod adyen;
pub(crate) mod contract;
pub(crate) mod paypal;
pub(crate) mod remote;
pub(crate) mod sandbox;
