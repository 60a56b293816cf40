//! Who calls, and what each RPC asks of a caller.
//!
//! - [`caller`]: what a handler knows of its caller, and the one place where a store is entered.
//!
//! Nothing here decides what a caller may do with a resource beyond its scope, store and capability.

mod caller;
mod constant;

pub use caller::{Caller, Stores, caller};
pub(super) use constant::same;

pub use crate::config::Scope;
