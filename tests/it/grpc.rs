//! The gRPC door over the shipped use cases, the memory store and tills: messages are encoded and decoded as on
//! the wire, and no socket is opened. Callers are put in as the auth layer would.

mod between;
pub(crate) mod carts;
pub(crate) mod checkouts;
mod customers;
mod edges;
pub(crate) mod orders;
mod pairs;
mod quotes;
pub(crate) mod rig;
mod routing;
mod stock;
mod tags;
mod watching;
