//! A partner's gateway over gRPC: honest by its ledger, and struck by faults where a test says so.
//!
//! - [`ledger`]: what an honest partner keeps and answers. [`server`]: HTTP/2 around it, frame by frame where a fault
//!   asks for it. [`notifications`]: what it tells by itself, as it is posted.
//!
//! It shares the generated messages with the adapter, and nothing else.

pub mod ledger;
pub mod notifications;
pub mod server;

pub use ledger::{Book, Promises};
pub use server::{Fault, RemotePartner};
