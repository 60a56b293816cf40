//! The gRPC door: tonic lives here and nowhere else.
//!
//! - [`auth`]: who calls, and what each RPC asks of a caller. [`capability`]: what guests prove themselves with.
//! - [`names`]: resource names, to and fro.

pub mod auth;
pub mod capability;
pub mod names;
