//! `cashwrap bench`: what a checkout costs, measured on the machine at hand.
//!
//! Everything is a process of its own, as in production: the server, one gateway with a fixed delay, and the shoppers,
//! who are this process. The loop is open: a shopper comes when it is due, whatever became of those before, so that a
//! server that cannot keep up shows it in its latencies and is not spared by shoppers who wait.
//!
//! - [`command`]: the command line, and how a run goes. `rig`: what runs. `server`: the server's process.
//! - `goods`: what is sold. `shopper`: one checkout, each call timed. `arrivals`: when the next one comes.
//! - `sample`: what was measured of one call. `report`: the document.
//!
//! No figure is told that was not measured here, and none of a run in which a checkout did not end paid.

mod arrivals;
mod command;
mod goods;
mod report;
mod rig;
mod sample;
mod server;
mod shopper;

pub use command::Bench;
