//! `[partners.gateways.NAME.capabilities]`: how the keys of [`GatewayCapabilities`] are written. The defaults
//! are Stripe's own; other values are for sandboxes that play other gateways over the same wire.

use std::time::Duration;

use serde::Deserialize;

use super::leaf;
use crate::domain::payment::GatewayCapabilities;
use crate::domain::payment::capabilities::{Lookup, Replay};

#[derive(Deserialize)]
#[serde(remote = "GatewayCapabilities", default = "GatewayCapabilities::stripe", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a vendor, not states")]
pub(super) struct CapabilityKeys {
    #[serde(with = "ReplayWord")]
    replay: Replay,
    /// Nothing is repeated in the last 130 minutes of it.
    #[serde(rename = "key_ttl_ms", deserialize_with = "leaf::millis::<_, 1_000, 2_678_400_000>")]
    key_ttl: Duration,
    #[serde(with = "LookupWord")]
    reference_lookup: Lookup,
    #[serde(with = "LookupWord")]
    read_by_id: Lookup,
    void_by_reference: bool,
    void_tombstones: bool,
    two_step: bool,
    captures_separately: bool,
    /// Of the wire that is spoken, too.
    #[serde(skip)]
    confirms_after_action: bool,
    #[serde(skip)]
    tells_later: bool,
    /// Of the wire that is spoken, which is Stripe's.
    #[serde(skip)]
    steps: &'static [(&'static str, i64)],
    /// The account's own `timeout_ms` says it.
    #[serde(skip)]
    timeout: Duration,
}

#[derive(Deserialize)]
#[serde(remote = "Replay", rename_all = "snake_case")]
enum ReplayWord {
    ForcesOutcome,
    #[serde(rename = "only_2xx")]
    Only2xx,
    None,
}

#[derive(Deserialize)]
#[serde(remote = "Lookup", rename_all = "snake_case")]
enum LookupWord {
    Consistent,
    Lagging,
    None,
}
