//! `[partners.….NAME.breaker]`: when calls to a partner stop for a while. The numbers are those of payments.md
//! §4: a shop sees a few payments a second, not the hundreds that libraries' defaults are made for.

use std::time::Duration;

use serde::Deserialize;

use super::leaf;

/// When calls to a partner stop for a while.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BreakerSettings {
    /// How far back calls count.
    #[serde(rename = "window_ms", deserialize_with = "leaf::millis::<_, 1_000, 600_000>")]
    pub window: Duration,
    /// Fewer calls in the window never trip by their share.
    #[serde(deserialize_with = "leaf::count::<_, 1, 10_000>")]
    pub min_calls: u32,
    /// The share of failures that trips, in percent.
    #[serde(deserialize_with = "leaf::count::<_, 1, 100>")]
    pub failure_percent: u32,
    /// So many failures in a row trip.
    #[serde(deserialize_with = "leaf::count::<_, 1, 1_000>")]
    pub consecutive_failures: u32,
    /// A call of this length is slow.
    #[serde(rename = "slow_call_ms", deserialize_with = "leaf::millis::<_, 10, 600_000>")]
    pub slow_call: Duration,
    /// The share of slow calls that trips, in percent.
    #[serde(deserialize_with = "leaf::count::<_, 1, 100>")]
    pub slow_percent: u32,
    /// How long the breaker stays open at first; it doubles each time.
    #[serde(rename = "open_ms", deserialize_with = "leaf::millis::<_, 10, 600_000>")]
    pub open: Duration,
    /// How long it stays open at most.
    #[serde(rename = "open_max_ms", deserialize_with = "leaf::millis::<_, 10, 3_600_000>")]
    pub open_max: Duration,
    /// How many calls may try whether the partner is back.
    #[serde(deserialize_with = "leaf::count::<_, 1, 100>")]
    pub half_open_permits: u32,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            window: Duration::from_secs(30),
            min_calls: 10,
            failure_percent: 50,
            consecutive_failures: 5,
            // The patience of PlaceOrder: a call beyond it keeps nobody's sale.
            slow_call: Duration::from_secs(10),
            slow_percent: 80,
            open: Duration::from_secs(10),
            open_max: Duration::from_mins(2),
            half_open_permits: 3,
        }
    }
}
