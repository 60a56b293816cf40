//! The numbers around an account that quotes, and why they are what they are.

use std::time::Duration;

use crate::resilience::{BreakerSettings, BudgetSettings, RetrySettings};

/// How an account is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuoteSettings {
    /// How long one try may take. A shopper waits for it with a form half filled.
    pub timeout: Duration,
    /// What the account has beyond one try: room for a second one after a quick failure, and nothing that a
    /// backup would miss.
    pub spare: Duration,
    /// The least time a call starts with.
    pub floor: Duration,
    /// Calls under way at once.
    pub max_in_flight: usize,
    /// When calls stop for a while.
    pub breaker: BreakerSettings,
    /// How many retries the account's traffic may bear.
    pub budget: BudgetSettings,
    /// How often a try that failed is repeated.
    pub retry: RetrySettings,
}

/// The longest wait for a whole chain: whoever fills in an address does not watch a wheel for longer.
pub(super) const LONGEST: Duration = Duration::from_secs(4);

impl Default for QuoteSettings {
    fn default() -> Self {
        Self {
            // Rates over the network take 200 to 500 ms; twice that is a partner in trouble.
            timeout: Duration::from_millis(800),
            spare: Duration::from_millis(200),
            // Less is no time for a round trip with TLS.
            floor: Duration::from_millis(50),
            // A few carts a second, each up to the timeout, with room for a burst.
            max_in_flight: 64,
            breaker: BreakerSettings { slow_after: Duration::from_secs(2), ..BreakerSettings::default() },
            budget: BudgetSettings::default(),
            retry: RetrySettings {
                // The backup is better than a third try.
                more_tries: 1,
                base: Duration::from_millis(50),
                cap: Duration::from_millis(200),
                floor: Duration::from_millis(100),
            },
        }
    }
}

impl QuoteSettings {
    /// What the account has of a chain's time, over all its tries.
    pub(super) fn share(&self) -> Duration {
        self.timeout.saturating_add(self.spare)
    }
}
