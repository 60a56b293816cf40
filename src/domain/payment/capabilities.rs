//! What a gateway promises, as data, so that the gate and the ladder are pure functions of it.
//!
//! Where a vendor's promise was not confirmed, the row says the weaker thing.

use std::time::Duration;

use crate::domain::currency::Currency;
use crate::domain::money::Money;

/// What repeating a request under the same idempotency key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// The first result comes back, or the request runs now for the first time: either way it is an outcome.
    ForcesOutcome,
    /// The first result comes back only if it was a 2xx; else the payment runs again.
    Only2xx,
    /// Keys are not honoured.
    None,
}

/// What looking an object up by our own reference tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// Read-after-write.
    Consistent,
    /// May miss what was just written.
    Lagging,
    /// Cannot be done.
    None,
}

/// One row of payments.md §3.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a row of independent promises, as the table prints them")]
pub struct GatewayCapabilities {
    /// What a replay does.
    pub replay: Replay,
    /// How long a key is honoured; no replay past this.
    pub key_ttl: Duration,
    /// Lookup by our reference.
    pub reference_lookup: Lookup,
    /// Whether a read by the vendor's id sees every write that was answered before.
    pub read_by_id: Lookup,
    /// Whether a void can name our reference instead of the vendor's id.
    pub void_by_reference: bool,
    /// Whether a void refuses a late request for the same object.
    pub void_tombstones: bool,
    /// Whether creating the object and moving money are two calls (R6).
    pub two_step: bool,
    /// Whether authorise and capture are two operations (R7).
    pub captures_separately: bool,
    /// Whether the customer's action only allows the payment: the money is asked for afterwards, by a Confirm (R15).
    pub confirms_after_action: bool,
    /// Whether captures, voids and refunds are only received: what became of them comes by a notification alone.
    pub tells_later: bool,
    /// Currencies whose amounts the vendor takes in coarser steps than a minor unit, with the step.
    pub steps: &'static [(&'static str, i64)],
    /// How long the vendor may take before a call of ours is given up.
    pub timeout: Duration,
}

/// Stripe's page on currencies: of three decimals the last is nought, and an ariary has no fraction.
const STRIPE_STEPS: &[(&str, i64)] = &[
    ("BHD", 10),
    ("IQD", 10),
    ("JOD", 10),
    ("KWD", 10),
    ("LYD", 10),
    ("OMR", 10),
    ("TND", 10),
    ("MGA", 100),
];

/// Adyen's page on currencies: an escudo and a rupiah have no fraction.
const ADYEN_STEPS: &[(&str, i64)] = &[("CVE", 100), ("IDR", 100)];

/// PayPal's page on currency codes: these have decimals by ISO 4217 and none at PayPal.
const PAYPAL_STEPS: &[(&str, i64)] = &[("HUF", 100), ("TWD", 100)];

impl GatewayCapabilities {
    /// The smallest difference between two amounts of this currency that the vendor takes, in minor units.
    pub fn step(&self, currency: Currency) -> i64 {
        let coarser = self.steps.iter().find(|(code, step)| *code == currency.code() && *step > 0);
        coarser.map_or(1, |(_, step)| *step)
    }

    /// Whether the vendor has a number for this amount. It is never rounded: what cannot be said is not sent.
    pub fn takes(&self, amount: Money) -> bool {
        amount.minor % self.step(amount.currency) == 0
    }

    /// Whether a look goes by the vendor's id; else it goes by our reference. Driver, adapter and ladder must
    /// agree on this, because what a look proves depends on the way it took.
    pub fn looks_by_id(&self, object_is_known: bool) -> bool {
        object_is_known && self.read_by_id != Lookup::None
    }

    /// What a look can tell.
    pub fn sight(&self, object_is_known: bool) -> Lookup {
        if self.looks_by_id(object_is_known) { self.read_by_id } else { self.reference_lookup }
    }

    /// Stripe's PaymentIntents.
    pub const fn stripe() -> Self {
        Self {
            replay: Replay::ForcesOutcome,
            key_ttl: Duration::from_hours(24),
            reference_lookup: Lookup::Lagging,
            read_by_id: Lookup::Consistent,
            void_by_reference: false,
            void_tombstones: true,
            two_step: true,
            captures_separately: true,
            confirms_after_action: false,
            tells_later: false,
            steps: STRIPE_STEPS,
            timeout: Duration::from_secs(50),
        }
    }

    /// Adyen's Checkout. Its documents promise neither that a cancel of a reference refuses what comes late for it, nor
    /// any read, so that an unknown outcome there never lets a backup take over.
    pub const fn adyen() -> Self {
        Self {
            replay: Replay::ForcesOutcome,
            // The documents say 31 days; what is kept for a week is enough, and a region's keys are its own.
            key_ttl: Duration::from_hours(7 * 24),
            reference_lookup: Lookup::None,
            read_by_id: Lookup::None,
            void_by_reference: true,
            void_tombstones: false,
            two_step: false,
            captures_separately: true,
            confirms_after_action: true,
            tells_later: true,
            steps: ADYEN_STEPS,
            timeout: Duration::from_secs(50),
        }
    }

    /// PayPal's Orders v2. No order can be cancelled there: a void reaches an authorisation alone, and one that comes later
    /// is taken.
    pub const fn paypal() -> Self {
        Self {
            // The latest state of the first, or it runs now.
            replay: Replay::ForcesOutcome,
            // Of orders; captures and refunds are kept longer.
            key_ttl: Duration::from_hours(6),
            reference_lookup: Lookup::None,
            // Not promised in so many words: what a look must not have missed is asked for 90 s later (R4).
            read_by_id: Lookup::Consistent,
            void_by_reference: false,
            void_tombstones: false,
            two_step: true,
            captures_separately: true,
            confirms_after_action: true,
            tells_later: false,
            steps: PAYPAL_STEPS,
            timeout: Duration::from_secs(50),
        }
    }
}
