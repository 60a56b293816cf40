//! Which account at PayPal, and where and how it is reached.

use std::time::Duration;

use secrecy::SecretString;

use crate::domain::payment::GatewayCapabilities;
use crate::partners::gateway::LineError;

/// A PayPal account, by the application that acts for it; the defaults are PayPal's own.
#[derive(Debug, Clone)]
pub struct PaypalSettings {
    /// Where it is reached, without a path.
    pub base_url: String,
    /// Whether plain HTTP may lead to another machine.
    pub allow_plain_http: bool,
    /// The application's client id. It is no secret.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: SecretString,
    /// How long resolving, connecting and the TLS handshake may take together.
    pub connect_timeout: Duration,
    /// What the account promises.
    pub capabilities: GatewayCapabilities,
}

impl PaypalSettings {
    /// Where live accounts are reached; PayPal's own sandbox is at `https://api-m.sandbox.paypal.com`.
    pub const USUAL_BASE_URL: &'static str = "https://api-m.paypal.com";

    /// PayPal itself, with this application.
    pub fn new(client_id: String, client_secret: SecretString) -> Self {
        Self {
            base_url: Self::USUAL_BASE_URL.to_owned(),
            allow_plain_http: false,
            client_id,
            client_secret,
            // Well below the five seconds after which nothing may leave (R4), so that one more try fits.
            connect_timeout: Duration::from_secs(2),
            capabilities: GatewayCapabilities::paypal(),
        }
    }
}

/// Why an adapter cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PaypalError {
    /// There is no line to it.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The client id has a colon, which ends it on the wire.
    #[error("a client id has no colon: check how it was configured")]
    ClientId,
}
