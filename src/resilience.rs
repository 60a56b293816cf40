//! Tower layers that stand between a decision and a partner's wire, and know nothing of either.
//!
//! A call to a partner goes through these, outside in: deadline → bulkhead → retry → limiter → breaker →
//! per-try timeout → transport. Retry stands outside the breaker, so that each try is counted and an open
//! breaker ends the tries; the limiter stands between them, so that a call held back for a 429 is neither
//! sent nor counted; the bulkhead stands outside them all, so that a call that waits for its next try keeps
//! its place and the partner's limit is never exceeded.
//!
//! Each layer says what it does around a call, and [`Around`] makes a tower layer of it.
//!
//! The services here never answer an error. A partner's call ends in a value that says what is known of it
//! (see [`Answering`]); a layer that stops a call lets the answer's own type say so, through [`FromRefusal`]
//! where nothing was sent and through [`FromExpiry`] where something may have been. What an answer means to
//! the layers is told by the partner's [`Classify`].
//!
//! Money never fails over here: the payment machine does that, with a row of its own committed first. What
//! it gets from this room are refusals and [`Availability`]. [`Failover`] takes quotes only.
//!
//! Nothing of domain, ports or partners may enter. Time is tokio's monotonic clock, which a simulation can
//! pause; randomness is an [`Entropy`] that the owner seeds.

mod answering;
mod around;
mod breaker;
mod budget;
mod bulkhead;
mod classify;
mod deadline;
mod entropy;
mod failover;
mod latency;
mod limiter;
mod refusal;
mod retry;
mod ring;
mod timeout;

#[cfg(test)]
mod stack_test;
#[cfg(test)]
mod testing;

pub use answering::{Answering, answer};
pub use around::{Around, AroundLayer, AroundService};
pub use breaker::{
    Availability, Breaker, BreakerLayer, BreakerSettings, Breaking, Change, First, Guard, Guarded, Pass,
};
pub use budget::{BudgetSettings, RetryBudget};
pub use bulkhead::{Bulkhead, BulkheadLayer, Places};
pub use classify::{Classify, Retryable, Verdict};
pub use deadline::{Deadline, DeadlineLayer, Floor, HasDeadline};
pub use entropy::Entropy;
pub use failover::{Answered, Failover, Quote, TryNext};
pub use latency::Latency;
pub use limiter::{Limiter, LimiterLayer, LimiterSettings, Limiting};
pub use refusal::{Expiry, FromExpiry, FromRefusal, Refusal};
pub use retry::{RetryLayer, RetrySettings, Retrying};
pub use timeout::{Limit, TimeoutLayer};
