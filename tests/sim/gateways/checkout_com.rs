//! Checkout.com: one step; a replay gives the first answer only if that was a 2xx, and runs again after anything
//! else; lookups by our reference and by id see every write; voids go by id and leave no tombstone.

use std::time::Duration;

use cashwrap::domain::payment::GatewayCapabilities;
use cashwrap::domain::payment::capabilities::{Lookup, Replay};

use super::profile::{Again, KEY_TTL, Profile, TIMEOUT};

/// Checkout.com.
pub const PROFILE: Profile = Profile {
    name: "checkout_com",
    capabilities: GatewayCapabilities {
        replay: Replay::Only2xx,
        key_ttl: KEY_TTL,
        reference_lookup: Lookup::Consistent,
        read_by_id: Lookup::Consistent,
        void_by_reference: false,
        void_tombstones: false,
        two_step: false,
        captures_separately: true,
        confirms_after_action: false,
        tells_later: false,
        steps: &[],
        timeout: TIMEOUT,
    },
    again: Again::FirstIf2xx,
    lag: Duration::ZERO,
};
