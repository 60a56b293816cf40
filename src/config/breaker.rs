//! `[partners.gateways.NAME.breaker]`: how the keys of [`BreakerSettings`] are written. What they mean, and why
//! their defaults are what they are, stands there.

use std::time::Duration;

use serde::Deserialize;

use super::leaf;
use crate::resilience::BreakerSettings;

#[derive(Deserialize)]
#[serde(remote = "BreakerSettings", default = "BreakerSettings::default", deny_unknown_fields)]
pub(super) struct BreakerKeys {
    #[serde(rename = "window_ms", deserialize_with = "leaf::millis::<_, 1_000, 600_000>")]
    window: Duration,
    #[serde(deserialize_with = "leaf::count::<_, 1, 1_000>")]
    buckets: u32,
    #[serde(deserialize_with = "leaf::count::<_, 1, 10_000>")]
    least_calls: u32,
    #[serde(deserialize_with = "leaf::count::<_, 1, 100>")]
    failure_percent: u32,
    #[serde(deserialize_with = "leaf::count::<_, 1, 1_000>")]
    failures_in_a_row: u32,
    #[serde(deserialize_with = "leaf::count::<_, 1, 100>")]
    slow_percent: u32,
    #[serde(rename = "slow_after_ms", deserialize_with = "leaf::millis::<_, 10, 600_000>")]
    slow_after: Duration,
    #[serde(rename = "open_first_ms", deserialize_with = "leaf::millis::<_, 10, 600_000>")]
    open_first: Duration,
    #[serde(rename = "open_longest_ms", deserialize_with = "leaf::millis::<_, 10, 3_600_000>")]
    open_longest: Duration,
    #[serde(deserialize_with = "leaf::count::<_, 0, 100>")]
    jitter_percent: u32,
    #[serde(deserialize_with = "leaf::count::<_, 1, 100>")]
    probes: u32,
}
