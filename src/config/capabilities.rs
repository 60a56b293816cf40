//! `[partners.gateways.NAME.capabilities]`: what a gateway account can do about payments whose outcome is not
//! known. The defaults are Stripe's own (payments.md §3); another value is for sandboxes that play other
//! gateways over the same wire.

use std::time::Duration;

use serde::Deserialize;

use super::leaf;

/// What a gateway account can do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a vendor, not states")]
pub struct CapabilitySettings {
    /// What a repeated idempotency key gives.
    pub replay: Replay,
    /// How long a key is remembered.
    #[serde(rename = "key_life_ms", deserialize_with = "leaf::millis::<_, 1_000, 2_678_400_000>")]
    pub key_life: Duration,
    /// Whether a payment is found by our reference.
    pub reference_lookup: ReferenceLookup,
    /// Whether a payment is voided by our reference, without its id.
    pub void_by_reference: bool,
    /// Whether a void makes the gateway refuse the voided request when it comes late.
    pub void_tombstones: bool,
    /// Whether creating the payment's object and confirming it are two calls.
    pub two_step: bool,
    /// Whether authorising and capturing are two calls.
    pub captures_separately: bool,
}

/// What a repeated idempotency key gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replay {
    /// The outcome of the first call, whatever it was.
    ForcesOutcome,
    /// The outcome of the first call only if it was a success; else the payment runs again.
    #[serde(rename = "only_2xx")]
    Only2xx,
    /// The gateway knows no keys.
    None,
}

/// Whether a payment is found by our reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceLookup {
    /// As soon as the gateway has it.
    Consistent,
    /// Some time after.
    Lagging,
    /// Never.
    None,
}

impl Default for CapabilitySettings {
    fn default() -> Self {
        Self {
            replay: Replay::ForcesOutcome,
            key_life: Duration::from_hours(24),
            // Search is not read-after-write; a read by id is, and needs no lookup.
            reference_lookup: ReferenceLookup::Lagging,
            void_by_reference: false,
            // A cancelled PaymentIntent refuses every later confirm.
            void_tombstones: true,
            two_step: true,
            captures_separately: true,
        }
    }
}
