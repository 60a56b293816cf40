//! How a layer stops a call, and how an answer says that it was stopped.
//!
//! Two traits, because they promise opposite things. A refusal proves that the partner received nothing, so
//! a backup may be used at once. An expiry proves nothing: the request may have been executed.

use std::time::Duration;

use tokio::time::Instant;

/// Why a layer did not let a call through. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The breaker is open.
    BreakerOpen {
        /// When it will let a probe through.
        until: Instant,
    },
    /// The breaker is half open, and all its probes are under way.
    BreakerProbing,
    /// The partner refused our credentials; calls stop until somebody has acted.
    Misconfigured,
    /// As many calls are under way as the partner may have.
    BulkheadFull,
    /// The partner said that it gets too many calls.
    Throttled {
        /// When calls go out again.
        until: Instant,
    },
    /// Less time is left than a call needs.
    DeadlineTooShort {
        /// What was left.
        left: Duration,
    },
}

impl Refusal {
    /// A short stable name, for metrics and for the account of an attempt.
    pub fn name(&self) -> &'static str {
        match self {
            Self::BreakerOpen { .. } => "breaker_open",
            Self::BreakerProbing => "breaker_probing",
            Self::Misconfigured => "misconfigured",
            Self::BulkheadFull => "bulkhead_full",
            Self::Throttled { .. } => "throttled",
            Self::DeadlineTooShort { .. } => "deadline_too_short",
        }
    }
}

/// Whose time ran out while a call was under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// The partner had all the time that its own limit gives it. This is a failure of the partner.
    Limit,
    /// The caller's deadline came before the partner's limit. This says nothing about the partner.
    Deadline,
}

/// An answer that can say that the call was refused before anything left.
pub trait FromRefusal {
    /// Builds the answer for a refused call.
    ///
    /// It MUST say that nothing was sent, [`Classify::verdict`](super::Classify::verdict) MUST call it
    /// `Ignored`, and [`Classify::retryable`](super::Classify::retryable) MUST answer `No`: a refusal is
    /// final for as long as this call can wait.
    fn refused(refusal: Refusal) -> Self;
}

/// An answer that can say that time ran out after the request may have left.
pub trait FromExpiry {
    /// Builds the answer for a call whose time ran out.
    ///
    /// It MUST NOT say that nothing was sent. Its verdict MUST be `Failure` for [`Expiry::Limit`] and
    /// `Ignored` for [`Expiry::Deadline`].
    fn timed_out(expiry: Expiry) -> Self;
}
