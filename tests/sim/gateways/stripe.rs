//! Stripe's PaymentIntents: created, then confirmed; the first answer under a key comes back, 500s included; a
//! cancelled intent refuses to be confirmed; reads by id see every write, searches lag.

use std::time::Duration;

use cashwrap::domain::payment::GatewayCapabilities;

use super::profile::{Again, KEY_TTL, Profile, TIMEOUT};

/// Stripe.
pub const PROFILE: Profile = Profile {
    name: "stripe",
    capabilities: GatewayCapabilities { key_ttl: KEY_TTL, timeout: TIMEOUT, ..GatewayCapabilities::stripe() },
    again: Again::First,
    lag: Duration::from_secs(30),
};
