//! A look-alike of Adyen's Checkout, written from its documents and not from the adapter.
//!
//! - `server`: the socket; credentials, keys, faults, and the page that a shopper is sent to.
//! - `keys`: idempotency: the first answer again for seven days, 704 while it is being made, each endpoint for itself.
//! - `payments`, `modifications`: what a request does to the books, and what is answered and notified.
//! - `ledger`: the books. `behaviour`: what a token makes of its payment. `faults`: what goes wrong on the way.
//! - `notifier`: signed notifications: late, twice, in another order, lost, or kept until a test wants them.

mod behaviour;
mod faults;
mod keys;
mod ledger;
mod modifications;
mod notifier;
mod payments;
mod server;

pub use faults::Fault;
pub use ledger::{Books, Payment, Phase};
pub use notifier::Mood;
pub use server::Adyen;

/// The key that it is called with.
pub const API_KEY: &str = "AQEyhmfxK_look_alike";
/// The merchant account that it knows.
pub const MERCHANT: &str = "ShopCOM";
/// The key that signs its notifications.
pub const HMAC_KEY: &str = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";
