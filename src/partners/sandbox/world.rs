//! The real clock and real randomness, the only place of the sandbox that touches them.
//!
//! The sandbox is a server outside the house: the simulation never runs it, so it takes them directly. Its
//! pure parts are still given the time and fresh ids as data.

#![expect(clippy::disallowed_methods, reason = "the sandbox is a server outside the simulation")]

use uuid::Uuid;

/// The time, in milliseconds since the Unix epoch.
pub(super) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// A number from 0 to `most`, at random.
pub(super) fn up_to(most: u64) -> u64 {
    let drawn = Uuid::new_v4().as_u64_pair().1;
    most.checked_add(1).map_or(drawn, |count| drawn % count)
}

/// The ids one request may need, drawn before it is decided so that deciding stays pure.
#[derive(Clone, Debug)]
pub(super) struct Fresh {
    pub(super) intent: String,
    pub(super) charge: String,
    pub(super) refund: String,
}

impl Fresh {
    pub(super) fn draw() -> Self {
        Self { intent: id("pi"), charge: id("ch"), refund: id("re") }
    }
}

fn id(prefix: &str) -> String {
    format!("{prefix}_{}", Uuid::new_v4().simple())
}
