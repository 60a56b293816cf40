//! PayPal's Orders: created, approved by the customer where the token asks for that, then authorised; a replay tells the
//! latest state; reads by id see every write; an order that was never authorised cannot be voided, so a void leaves no
//! tombstone.

use std::time::Duration;

use cashwrap::domain::payment::GatewayCapabilities;
use cashwrap::domain::payment::capabilities::{Lookup, Replay};

use super::profile::{Again, KEY_TTL, Profile, TIMEOUT};

/// PayPal.
pub const PROFILE: Profile = Profile {
    name: "paypal",
    capabilities: GatewayCapabilities {
        replay: Replay::ForcesOutcome,
        key_ttl: KEY_TTL,
        reference_lookup: Lookup::None,
        read_by_id: Lookup::Consistent,
        void_by_reference: false,
        void_tombstones: false,
        two_step: true,
        captures_separately: true,
        confirms_after_action: true,
        tells_later: false,
        steps: &[],
        timeout: TIMEOUT,
    },
    again: Again::Latest,
    lag: Duration::ZERO,
};
