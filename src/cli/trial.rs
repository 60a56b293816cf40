//! What the commands that try the service out stand on: gateways as processes, and a shopper over gRPC.
//!
//! - [`Gateway`]: a gateway's process; [`ledger`]: what it says that it moved; [`audit`]: ledgers against orders.
//! - [`Shop`]: a shopper's calls; [`steps`]: the way to a checkout that can be placed, and patience with a placement.
//! - [`Directory`]: where all of it is kept, and which goes with the command. [`TrialError`]: what may go wrong.
//!
//! Nothing here may reach behind the doors, and nothing decides what is shown or measured.

pub(in crate::cli) mod audit;
mod directory;
mod error;
mod gateway;
pub(in crate::cli) mod ledger;
pub(in crate::cli) mod shop;
pub(in crate::cli) mod steps;

pub(in crate::cli) use directory::Directory;
pub(in crate::cli) use error::TrialError;
pub(in crate::cli) use gateway::Gateway;
pub(in crate::cli) use shop::Shop;

/// The store of the sample settings.
pub(in crate::cli) const STORE: &str = "stores/demo";
