//! What an answer means to the layers: what the breaker counts, and what may be tried again.
//!
//! The partner's adapter says it, because only it knows that a 402 is a decline or that a 200 carries an
//! error. Nothing here reads an answer.

use std::time::Duration;

/// What an answer tells about the partner's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The partner did its work.
    Success,
    /// The partner or the way to it failed: connect, TLS or DNS errors, its own time limit, 5xx, a
    /// malformed answer, a "processor unavailable" of its own.
    Failure,
    /// The answer says nothing about health, and counts nowhere: declines, fraud blocks, other 4xx,
    /// customer action, idempotency conflicts, a caller that left or whose deadline was shorter.
    Ignored,
    /// The partner refused our credentials (401, 403). Waiting heals nothing, so the breaker stays open
    /// until somebody acts.
    Misconfigured,
    /// The partner gets too many calls (429). The limiter holds the next ones back; the breaker counts
    /// nothing, since a partner that sheds load is alive.
    Throttled {
        /// What its Retry-After asked for.
        retry_after: Option<Duration>,
    },
}

/// Whether a call may be tried again after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retryable {
    /// It may not.
    No,
    /// It may: the call has no effect (a read, a quote), or the answer proves that nothing was sent.
    Yes {
        /// The least time to wait, where the partner stated one.
        after: Option<Duration>,
    },
}

/// A partner's reading of its own answers.
pub trait Classify<Res>: Clone + Send + Sync + 'static {
    /// What the breaker and the limiter are told.
    fn verdict(&self, response: &Res) -> Verdict;

    /// Whether the retry layer may repeat the call.
    ///
    /// For a call that moves money it MUST answer `No` unless the answer proves that nothing was sent:
    /// otherwise a second try that is refused would hide that the first may have been executed.
    fn retryable(&self, response: &Res) -> Retryable;
}
