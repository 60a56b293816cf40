//! What a sandbox gateway is told at start: where it listens, whose account it is, and what it imitates.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;

/// How one sandbox gateway behaves; the defaults imitate Stripe.
#[derive(Clone, Debug)]
pub struct SandboxSettings {
    /// The address to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The account whose tokens this gateway accepts: lower-case letters and digits.
    pub account: String,
    /// The key that callers send as `Authorization: Bearer`.
    pub secret_key: SecretString,
    /// The directory of the ledger; two accounts may share it.
    pub ledger: PathBuf,
    /// Whose answer to a repeated idempotency key is imitated.
    pub idempotency: Idempotency,
    /// Whether cancelling an intent stops an authorisation that lands later.
    pub tombstones: bool,
    /// How long `slow` keeps its answer back, and how long `processing` takes to succeed.
    pub slow_ms: u64,
    /// How long after its request the effect of `lateland` lands.
    pub late_ms: u64,
    /// How long a request that is never answered is kept open before its connection is cut.
    pub hang_ms: u64,
    /// How far the search lags behind the ledger.
    pub search_lag_ms: u64,
    /// Whether the fault `die_after_effect` may end the process.
    pub allow_die: bool,
    /// Where the merchant is told what happened; nowhere when absent.
    pub webhook: Option<WebhookSettings>,
}

/// Where the merchant is told what happened, and how badly.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// The address.
    pub url: String,
    /// What signs the messages.
    pub secret: SecretString,
    /// How long each message waits before it is sent.
    pub delay_ms: u64,
    /// How much longer it may wait, at random, so that messages overtake one another.
    pub spread_ms: u64,
    /// How often each is sent.
    pub copies: u32,
}

impl WebhookSettings {
    /// Messages to this address, at once and in order.
    pub fn new(url: String, secret: SecretString) -> Self {
        Self { url, secret, delay_ms: 0, spread_ms: 0, copies: 1 }
    }
}

impl Default for SandboxSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 12111)),
            account: "primary".to_owned(),
            secret_key: SecretString::from("sk_sandbox_primary"),
            ledger: PathBuf::from("sandbox-ledger"),
            idempotency: Idempotency::Stripe,
            tombstones: true,
            slow_ms: 3_000,
            late_ms: 5_000,
            hang_ms: 60_000,
            search_lag_ms: 1_000,
            allow_die: false,
            webhook: None,
        }
    }
}

impl SandboxSettings {
    /// Whether the account's name can stand in a token: lower-case letters and digits, at least one.
    pub(super) fn account_is_valid(&self) -> bool {
        !self.account.is_empty()
            && self.account.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    }

    pub(super) fn slow(&self) -> Duration {
        Duration::from_millis(self.slow_ms)
    }

    pub(super) fn hang(&self) -> Duration {
        Duration::from_millis(self.hang_ms)
    }
}

/// Whose answer to a repeated idempotency key is imitated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// The first status and body are stored for 24 hours, server errors too; another body under the same key
    /// is an error, and so is a key whose request is still running.
    Stripe,
    /// A replay returns the first result only if it succeeded; after an error the request runs again.
    Checkout,
    /// The key is ignored.
    None,
}

/// The name given for an idempotency is none of `stripe`, `checkout` and `none`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown idempotency {0:?}: use stripe, checkout or none")]
pub struct UnknownIdempotency(String);

impl FromStr for Idempotency {
    type Err = UnknownIdempotency;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "stripe" => Ok(Self::Stripe),
            "checkout" => Ok(Self::Checkout),
            "none" => Ok(Self::None),
            _ => Err(UnknownIdempotency(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_key_never_prints() {
        assert!(!format!("{:?}", SandboxSettings::default()).contains("sk_sandbox_primary"));
    }

    #[test]
    fn the_defaults_imitate_stripe_and_never_die() {
        let settings = SandboxSettings::default();
        assert_eq!((settings.idempotency, settings.tombstones), (Idempotency::Stripe, true));
        assert!(!settings.allow_die);
    }

    #[test]
    fn an_account_name_that_could_not_stand_in_a_token_is_invalid() {
        for (name, valid) in
            [("primary", true), ("b2", true), ("", false), ("a_b", false), ("Primary", false)]
        {
            let settings = SandboxSettings { account: name.to_owned(), ..SandboxSettings::default() };
            assert_eq!(settings.account_is_valid(), valid, "{name:?}");
        }
    }
}
