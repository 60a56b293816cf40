//! The numbers of a gateway's stack, and why they are what they are.

use std::time::Duration;

use super::class::OperationClass;
use crate::resilience::{BreakerSettings, BudgetSettings, LimiterSettings, RetrySettings};

/// How an account's stacks behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StackSettings {
    /// The least time a call starts with, however fast the latest ones were.
    pub floor: Duration,
    /// How long the read that goes before payments may take.
    pub probe_limit: Duration,
    /// Calls under way at once, in each class.
    pub max_in_flight: usize,
    /// When a breaker trips, and how it recovers.
    pub breaker: BreakerSettings,
    /// How long calls are held back after a rate limit.
    pub limiter: LimiterSettings,
    /// How many retries the account's traffic may bear.
    pub budget: BudgetSettings,
    /// How often a look is repeated.
    pub read: RetrySettings,
    /// How often a call whose connection failed is repeated.
    pub connect: RetrySettings,
}

impl Default for StackSettings {
    fn default() -> Self {
        Self {
            // What a healthy gateway's calls seldom exceed, for as long as too few are known to tell.
            floor: Duration::from_millis(500),
            // A read that takes longer is no sign that payments would be fast.
            probe_limit: Duration::from_secs(5),
            // A few payments a second, each up to the gateway's timeout, with room for a burst.
            max_in_flight: 128,
            breaker: BreakerSettings::default(),
            limiter: LimiterSettings::default(),
            budget: BudgetSettings::default(),
            read: RetrySettings::default(),
            // R11: a failed connect once.
            connect: RetrySettings { more_tries: 1, ..RetrySettings::default() },
        }
    }
}

impl StackSettings {
    pub(super) const fn retry(&self, class: OperationClass) -> RetrySettings {
        match class {
            OperationClass::Read => self.read,
            OperationClass::Authorise | OperationClass::Capture | OperationClass::VoidRefund => self.connect,
        }
    }
}
