//! Cashwrap: a headless checkout that takes a cart to a paid order, exactly once.
//!
//! The rooms of the house, from the inside out:
//!
//! - [`domain`] decides. It is pure: no IO, clock, randomness, runtime or protocol.
//! - [`ports`] are the traits through which the house reaches the world, with what an implementation must do.
//! - [`app`] holds the use cases: load, let the domain decide, commit.
//! - [`engine`] is what runs by itself: the driver of the machines, claims, resolver, timers, tracked tasks.
//! - [`resilience`] holds tower layers that know no domain.
//! - [`partners`] and [`store`] implement the ports.
//! - [`grpc`] and [`http`] are the doors; [`telemetry`] and [`config`] serve them all.
//! - [`mutants`] are planted bugs, which only a build for the rings of proof can switch on.
//! - [`wiring`] is the only room that names concrete types; [`cli`] starts it.
//!
//! Dependencies point inward: doors → app, engine → domain and ports; partners, store, resilience → ports
//! and domain; wiring → all.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod grpc;
pub mod http;
pub mod mutants;
pub mod partners;
pub mod ports;
pub mod proto;
pub mod resilience;
pub mod store;
pub mod telemetry;
pub mod wiring;
