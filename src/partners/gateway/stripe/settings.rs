//! Which account at Stripe, and where and how it is reached.

use std::time::Duration;

use secrecy::SecretString;

use crate::domain::payment::GatewayCapabilities;
use crate::partners::gateway::LineError;

/// The version of Stripe's API whose shapes this adapter reads: the one with `latest_charge`, before the
/// monthly releases.
const VERSION: &str = "2024-06-20";

/// A Stripe account; the defaults are Stripe's own.
#[derive(Debug, Clone)]
pub struct StripeSettings {
    /// Where it is reached, without a path: `https://api.stripe.com`, or a sandbox gateway.
    pub base_url: String,
    /// Whether plain HTTP may lead to another machine.
    pub allow_plain_http: bool,
    /// The secret key.
    pub secret_key: SecretString,
    /// Sent as `Stripe-Version`; it becomes part of a rendering, so that a replay asks for the same shapes.
    pub api_version: String,
    /// How long resolving, connecting and the TLS handshake may take together.
    pub connect_timeout: Duration,
    /// What the account promises; a sandbox gateway's must match its switch.
    pub capabilities: GatewayCapabilities,
}

impl StripeSettings {
    /// Where Stripe itself is reached.
    pub const USUAL_BASE_URL: &'static str = "https://api.stripe.com";

    /// Stripe itself, with this key.
    pub fn new(secret_key: SecretString) -> Self {
        Self {
            base_url: Self::USUAL_BASE_URL.to_owned(),
            allow_plain_http: false,
            secret_key,
            api_version: VERSION.to_owned(),
            // Well below the five seconds after which nothing may leave (R4), so that one more try fits.
            connect_timeout: Duration::from_secs(2),
            capabilities: GatewayCapabilities::stripe(),
        }
    }
}

/// Why an adapter cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum StripeError {
    /// There is no line to it.
    #[error(transparent)]
    Line(#[from] LineError),
    /// A live key would leave in plain text.
    #[error("a live key is only sent over https: begin {0:?} with https://")]
    PlainText(String),
    /// The key has characters that cannot stand in a header.
    #[error("the secret key has characters that cannot be sent: check how it was configured")]
    SecretKey,
}
