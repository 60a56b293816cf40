//! Stops calls to a partner that fails, and lets it back in carefully.
//!
//! One [`Breaker`] guards one class of operation at one partner account: a gateway whose authorisations fail
//! may still refund, and one account's credentials say nothing about another's. Its parts:
//!
//! - `settings`: the numbers, each with its reason.
//! - `window`: what happened lately, as counts that slide with time.
//! - `gate`: the few places for probes while the breaker is half open.
//! - `state`: the machine, pure but for the gate's places: given `now` and an answer's verdict, what now?
//! - `handle`: the machine behind a lock, shared by the layer and by those who read it.
//! - `layer`: the tower layer.
//!
//! Three signals trip it. Five failures in a row catch a dead partner within seconds at a shop's traffic,
//! where a rate would wait for its least number of calls. The failure rate catches a partner that fails half
//! the time and so breaks every run. The slow rate catches one that answers everything, too late to sell.
//! What counts as a failure is the partner's own [`Classify`](super::Classify) to say.
//!
//! Operators do not reach in here: what they say is for one store's calls, and a breaker is shared by all. A call
//! that an operator wants made brings that along ([`Guard`]).
//!
//! After the open time a read goes first where the partner has one ([`First::Read`]): its owner asks for it by
//! [`Breaker::prove`], from one task, so that nothing here spawns or waits.
//!
//! An answer counts only in the state in which its call was let through. A call that began before the
//! breaker opened, and ends while a probe runs, tells of a time that has passed.

mod gate;
mod handle;
mod layer;
#[cfg(test)]
mod model_test;
mod settings;
mod state;
mod window;

pub use handle::{Breaker, Change, Pass};
pub use layer::{BreakerLayer, Breaking};
pub use settings::BreakerSettings;
pub use state::{Availability, First, Guard, Guarded};
