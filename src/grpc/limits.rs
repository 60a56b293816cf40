//! The layers before the handlers: how long, how many, how large, and what a panic costs.
//!
//! - [`deadline`]: the caller's time, capped by ours. [`shed`]: how many calls at once.
//! - [`drain`]: what a draining process ends.
//! - [`oversize`]: messages over the limit. [`mod@panic`]: a handler's panic is one call's INTERNAL.
//! - [`refusal`]: what the layers answer. [`body`]: what is kept until a response has ended.
//!
//! Each layer is a decision about a call as such. What a call asks for must not enter.

pub mod body;
pub mod deadline;
pub mod drain;
pub mod oversize;
pub mod panic;
pub mod refusal;
pub mod shed;
