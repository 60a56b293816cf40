//! Who calls, and what each RPC asks of a caller.
//!
//! - [`caller`]: what a handler knows of its caller, and the one place where a store is entered.
//! - [`keys`](Keys): the bearer keys of the configuration, as hashes.
//! - [`table`]: the scopes that each RPC asks for; deny by default.
//! - [`layer`](AuthLayer): holds the three against each call, before its body is decoded.
//!
//! Nothing here decides what a caller may do with a resource beyond its scope, store and capability.

mod caller;
mod constant;
mod keys;
mod layer;
pub mod table;

pub use caller::{Caller, Stores, Vouching, caller};
pub(super) use constant::same;
pub use keys::{Keys, Unauthenticated};
pub use layer::AuthLayer;

pub use crate::config::Scope;
