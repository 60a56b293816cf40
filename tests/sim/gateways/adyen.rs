//! Adyen's Checkout: one step, and another after the customer's action; a replay gives the first answer; nothing can be
//! looked up. Captures, cancels and refunds are only received: what became of them is told later, and a cancel by our
//! reference leaves no tombstone.

use std::time::Duration;

use cashwrap::domain::payment::GatewayCapabilities;
use cashwrap::domain::payment::capabilities::{Lookup, Replay};

use super::profile::{Again, KEY_TTL, Profile, TIMEOUT};

/// Adyen.
pub const PROFILE: Profile = Profile {
    name: "adyen",
    capabilities: GatewayCapabilities {
        replay: Replay::ForcesOutcome,
        key_ttl: KEY_TTL,
        reference_lookup: Lookup::None,
        read_by_id: Lookup::None,
        void_by_reference: true,
        void_tombstones: false,
        two_step: false,
        captures_separately: true,
        confirms_after_action: true,
        tells_later: true,
        steps: &[],
        timeout: TIMEOUT,
    },
    again: Again::First,
    lag: Duration::ZERO,
};
