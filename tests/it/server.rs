//! The server over real connections on the loopback interface: who may call, how much, how long, and its end.
//!
//! Handlers are stand-ins that a test holds back or lets go, so that nothing here waits for a clock; the whole
//! process, wired from the example's settings, is tried in `process`.

mod access;
mod binary;
mod client;
mod drain;
mod fixture;
mod limits;
mod probes;
pub(crate) mod process;
pub(crate) mod purchase;
mod secrets;
mod tls;
mod web;
mod webhooks;
