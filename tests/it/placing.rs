//! Placements on the memory store, under a paused clock: the shipped use cases and engine; only store, gateway,
//! clock and ids are doubles, behind their ports.

mod aftercare;
mod crash;
mod delivering;
mod failover;
pub(crate) mod fuse;
mod lifetimes;
mod limits;
mod modes;
mod races;
mod room;
mod round_trips;
pub(crate) mod till;
pub(crate) mod witness;
pub(crate) mod world;
