//! Adyen's Checkout: one step; a replay gives the first answer; nothing can be looked up while one waits, but a
//! cancel by our reference leaves a tombstone. Its cancels answer at once here: their webhooks come with the
//! feature that receives them.

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
        void_tombstones: true,
        two_step: false,
        captures_separately: true,
        confirms_after_action: false,
        tells_later: false,
        steps: &[],
        timeout: TIMEOUT,
    },
    again: Again::First,
    lag: Duration::ZERO,
};
