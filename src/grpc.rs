//! The gRPC door: tonic lives here and nowhere else.
//!
//! - [`auth`]: who calls, and what each RPC asks of a caller. [`capability`]: what guests prove themselves with.
//! - [`names`]: resource names, to and fro. [`convert`]: messages, to and fro; every field is checked here.
//! - [`services`]: the RPCs, a file per service: caller, name, store, capability, fields, use case, response.
//! - [`error`]: one table from reasons to statuses. [`replies`]: what a placement answers, as bytes.
//! - [`fingerprint`]: which repeats are the same request. [`paging`]: lists in pages.
//! - [`codec`]: protobuf on the wire. [`limits`]: the layers before the handlers. [`observe`]: what is counted
//!   and traced of each RPC. [`server`]: the layers in their order, connections, health and reflection.

pub mod auth;
pub mod capability;
pub mod codec;
pub mod convert;
pub mod error;
pub mod fingerprint;
pub mod limits;
pub mod names;
pub mod observe;
pub mod paging;
pub mod replies;
pub mod server;
pub mod services;
