//! The gRPC door over the shipped use cases, the memory store and tills: messages are encoded and decoded as on
//! the wire, and no socket is opened. Callers are put in as the auth layer would.

mod carts;
mod checkouts;
mod customers;
mod edges;
mod orders;
mod pairs;
mod quotes;
mod rig;
mod stock;
