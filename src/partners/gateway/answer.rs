//! The answer as it passes through the layers: an outcome, and who said it.
//!
//! Who said it matters: `NotSent(RateLimited)` from the vendor holds the next calls back, and the same from
//! the layer that holds them back must not do so for ever.

use super::adapter::Reply;
use crate::domain::payment::{NotSent, Outcome, UnknownCause};
use crate::resilience::{Expiry, FromExpiry, FromRefusal, Refusal};

/// What the stack answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) reply: Reply,
    pub(super) source: Source,
}

/// Who ended the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The adapter.
    Adapter,
    /// A layer that let nothing through.
    Layer(Refusal),
    /// The time limit.
    Limit(Expiry),
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self { reply, source: Source::Adapter }
    }
}

impl FromRefusal for Answer {
    fn refused(refusal: Refusal) -> Self {
        let outcome = Outcome::NotSent(match refusal {
            Refusal::BreakerOpen { .. } | Refusal::BreakerProbing => NotSent::BreakerOpen,
            Refusal::Misconfigured => NotSent::Credentials,
            Refusal::BulkheadFull => NotSent::Saturated,
            Refusal::Throttled { .. } => NotSent::RateLimited,
            Refusal::DeadlineTooShort { .. } => NotSent::TooLate,
        });
        Self { reply: outcome.into(), source: Source::Layer(refusal) }
    }
}

impl FromExpiry for Answer {
    fn timed_out(expiry: Expiry) -> Self {
        Self { reply: Outcome::Unknown(UnknownCause::Timeout).into(), source: Source::Limit(expiry) }
    }
}
