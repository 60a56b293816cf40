//! What is decided, and nothing else: no IO, clock, randomness, runtime or protocol.
//!
//! Facts and the time come in as data; what must happen goes out as data. A test reads the imports of this
//! room, so that the sentence above stays true.

pub mod address;
pub mod cart;
pub mod checkout;
pub mod coupon;
pub mod currency;
pub mod digest;
pub mod flow;
mod hex;
pub mod ids;
pub mod lifetime;
pub mod money;
pub mod order;
pub mod payment;
pub mod placement;
pub mod pricing;
pub mod product;
pub mod text;
