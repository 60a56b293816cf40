//! The gRPC door: tonic lives here and nowhere else.
//!
//! - [`auth`]: who calls, and what each RPC asks of a caller. [`capability`]: what guests prove themselves with.
//! - [`names`]: resource names, to and fro. [`codec`]: protobuf on the wire.
//! - [`limits`]: the layers before the handlers. [`observe`]: what is counted and traced of each RPC.
//! - [`server`]: the layers in their order, connections, health and reflection.

pub mod auth;
pub mod capability;
pub mod codec;
pub mod limits;
pub mod names;
pub mod observe;
pub mod server;
