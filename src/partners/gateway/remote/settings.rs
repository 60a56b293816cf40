//! Which account at which partner, and where it is reached.

use std::time::Duration;

use secrecy::SecretString;

use crate::partners::gateway::LineError;

/// An account at a partner's server.
#[derive(Debug, Clone)]
pub struct RemoteSettings {
    /// Where it is reached, without a path: `https://gateway.example`.
    pub base_url: String,
    /// Whether plain HTTP may lead to another machine.
    pub allow_plain_http: bool,
    /// Sent as `authorization: Bearer …` with every call, and part of no rendering.
    pub credential: SecretString,
    /// How long resolving, connecting and the handshakes may take together.
    pub connect_timeout: Duration,
    /// How long one call may take; the partner is told so.
    pub timeout: Duration,
}

/// Why an adapter cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// There is no line to it.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The credential has characters that cannot stand in a header.
    #[error("the credential has characters that cannot be sent: check how it was configured")]
    Credential,
}
