//! `cashwrap demo`: the whole service on one machine, with shoppers.
//!
//! Everything is real but the money: the server is wired as `serve` wires it and is called over gRPC, and the
//! gateways are processes of their own with durable ledgers, so that one can be killed without asking the other
//! who was charged. What is told of a scenario is read from those ledgers, never from the server's own records.
//!
//! - [`command`]: the command line, and how the demo ends. `stage`: what runs. `settings`: what is configured.
//! - `scenarios`: a file each, played with what stands in `trial`. `report`: what became of them, for people and machines.
//!
//! No scenario may reach behind the doors: it has gRPC, a gateway's HTTP and the power to kill, as anybody has.

mod account;
mod command;
mod report;
mod scenarios;
mod settings;
mod stage;

pub use command::Demo;
