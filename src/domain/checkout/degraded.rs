//! What stood in for what: a quote that a backup gave is as good as any, and its record says so.
//!
//! It is copied onto the order with the quote, so that whoever wonders later why a carrier or a tax rate is
//! another one than usual finds the answer where the amounts stand.

use crate::domain::ids::AccountId;

/// What a checkout depends on while it is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dependency {
    /// The tax of the goods and their delivery.
    Tax,
    /// The delivery options.
    Carrier,
}

impl Dependency {
    /// The name, for metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tax => "tax",
            Self::Carrier => "carrier",
        }
    }
}

/// Why a partner did not answer for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DegradedReason {
    /// It could not be reached, or answered nonsense.
    Unavailable,
    /// It had no answer in time.
    TimedOut,
    /// It failed so often that it is left alone for a while.
    BreakerOpen,
    /// It has as many of our calls as it may have.
    Overloaded,
    /// It refused the request as it is.
    Refused,
    /// It does not know the tax of the place or of the goods.
    UnknownPlace,
    /// Its settings do not fit the request.
    Misconfigured,
}

impl DegradedReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Unavailable,
        Self::TimedOut,
        Self::BreakerOpen,
        Self::Overloaded,
        Self::Refused,
        Self::UnknownPlace,
        Self::Misconfigured,
    ];

    /// The stable code, as the API tells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "UNAVAILABLE",
            Self::TimedOut => "TIMED_OUT",
            Self::BreakerOpen => "BREAKER_OPEN",
            Self::Overloaded => "OVERLOADED",
            Self::Refused => "REFUSED",
            Self::UnknownPlace => "UNKNOWN_PLACE",
            Self::Misconfigured => "MISCONFIGURED",
        }
    }

    /// The reason of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == code)
    }
}

/// One partner that another stood in for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Degraded {
    /// What was asked for.
    pub dependency: Dependency,
    /// The account that should have answered.
    pub from: AccountId,
    /// The account that did.
    pub to: AccountId,
    /// Why.
    pub reason: DegradedReason,
}
