//! Messages of the API, to and from what the house speaks.
//!
//! What comes in is checked here, field by field, so that no use case asks again: bounded, without control
//! characters, without a card number, with known values only. A refusal names the field by its path in the
//! request and what to do, and never repeats what was sent. What goes out is shaped here and decided elsewhere.
//!
//! - [`fields`]: texts, codes and enums. [`money`], [`address`], [`time`]: the types that many messages share.
//! - [`cart`], [`context`], [`details`], [`tender`]: what clients send of carts, checkouts and payments.
//! - [`product`], [`quote`], [`delivery`], [`checkout`], [`order`], [`decline`], [`payment`], [`explanation`],
//!   [`partner`]: what they get.

pub mod address;
pub mod cart;
pub mod checkout;
pub mod context;
pub mod decline;
pub mod delivery;
pub mod details;
pub mod explanation;
pub mod fields;
pub mod money;
pub mod order;
pub mod partner;
pub mod payment;
pub mod product;
pub mod quote;
pub mod returned;
pub mod tender;
pub mod time;
