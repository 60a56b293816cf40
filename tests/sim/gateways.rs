//! Gateways with ledgers of their own: what they executed, whatever anybody was told of it.
//!
//! - [`ledger`]: the books of one account: objects, keys, and requests that are still under way.
//! - [`object`]: what a vendor holds for one payment, and what a request makes of it.
//! - [`profile`]: how a vendor treats a key that it has seen before; one file per vendor fills it in.
//!
//! They know nothing of the machine's rules, so that they can contradict them. Another vendor is another file
//! with a profile, and a line in [`ALL`].

pub mod ledger;
pub mod object;
pub mod profile;

mod adyen;
mod braintree;
mod checkout_com;
mod paypal;
mod stripe;

pub use ledger::Ledger;
pub use object::{Asked, Issuer, Object, Phase};
pub use profile::Profile;

/// Every vendor.
pub const ALL: [&Profile; 5] =
    [&stripe::PROFILE, &adyen::PROFILE, &paypal::PROFILE, &checkout_com::PROFILE, &braintree::PROFILE];
