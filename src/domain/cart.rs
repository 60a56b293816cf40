//! Carts: what a shopper means to buy, with a snapshot of each product so that no second call is needed.
//!
//! [`Cart`] is the state, [`CartAction`]s change it in ordered batches; everything that could go wrong is a
//! [`CartError`] that names the place, and then nothing has changed.

mod action;
mod state;
mod stock;

pub use action::{CartAction, CartError, apply, open};
pub use state::{Cart, CartLine, CartState, MAX_CODES, MAX_LINES, MAX_QUANTITY};
pub use stock::{Shortage, check_taken, shortages};
