//! The adapter of remote gateways behind its stack: against a partner of ours with a ledger and faults, against bytes
//! that no partner should send, and against the example in Python, which another implementation of gRPC serves.

mod behaviours;
mod capabilities;
mod example;
mod faults;
mod frames;
mod rig;
mod shop;
