//! Checkout sessions: open, show, change, give up.
//!
//! - [`mod@open`]: a session on a cart. [`show`]: a session as a client sees it. [`edit`]: what the buyer gives.
//! - [`rows`]: what the three share.

mod edit;
mod open;
mod rows;
mod show;

pub use edit::{Choice, Edit};
pub use open::NewCheckout;
pub(super) use rows::{cart_at_hand, cart_of, checkout_of, open, usable};
pub use show::{CheckoutView, EncodeCheckout, Mark};
