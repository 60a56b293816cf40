//! Times scaled so that what a dead process left is found out in seconds. The lease stays longer than the time in
//! which a request may leave, and the absent window longer than any request is under way. The resolver's schedule lasts
//! longer than the storm of scripts/test: a gateway that is struck again and again must not leave a payment to operators.

use std::time::Duration;

use crate::support::binary::Terms;

/// The lease below.
pub const LEASE: Duration = Duration::from_secs(1);

/// Longer than a gateway may take to answer, below.
pub const SLOWER_THAN_ALLOWED_MS: u64 = 2_500;

/// Every request waits this long at the gateway before it is looked at, so that strikes meet some on their way.
pub const GATEWAY_DELAY_MS: u64 = 15;

/// What the servers are told.
pub const TERMS: Terms = Terms {
    patience_ms: 3_000,
    timeout_ms: 2_000,
    slow_ms: 100,
    timing: "\
send_by_ms = 800
place_by_ms = 4000
lease_ms = 1000
renew_ms = 300
absent_window_ms = 3000
resolver_schedule_ms = [300, 700, 1500, 3000, 6000, 12000, 24000, 48000]
late_checks_ms = [5000, 10000]
",
};

/// What a server logs when something happened that must never happen.
pub const ALARM: &str = "this must never happen";
