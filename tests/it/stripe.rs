//! The Stripe adapter behind its stack: against the sandbox gateway, against servers that misbehave below
//! HTTP, and against localstripe, which others wrote.

mod behaviours;
mod faults;
mod localstripe;
mod refunds;
mod rig;
mod wire;
