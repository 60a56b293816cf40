//! Braintree: one step, no keys; a search by order id finds what was executed, some time later; reads by id see
//! every write. Nothing proves absence here: what is never found waits for an operator.

use std::time::Duration;

use cashwrap::domain::payment::GatewayCapabilities;
use cashwrap::domain::payment::capabilities::{Lookup, Replay};

use super::profile::{Again, KEY_TTL, Profile, TIMEOUT};

/// Braintree.
pub const PROFILE: Profile = Profile {
    name: "braintree",
    capabilities: GatewayCapabilities {
        replay: Replay::None,
        key_ttl: KEY_TTL,
        reference_lookup: Lookup::Lagging,
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
    again: Again::Runs,
    lag: Duration::from_secs(20),
};
