//! Notifications, signed by Standard Webhooks: `webhook-signature: v1,…`, where `v1` is the base64 of HMAC-SHA256 of
//! `id.timestamp.body` under a secret that is written `whsec_` and base64.
//!
//! Source: the specification at standardwebhooks.com. While a secret is being rotated a sender may sign with both, and we
//! hold two: any pair may match. Signatures of other versions are passed over.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};

use super::notice;
use super::text::is_id;
use crate::ports::webhook::{NotGenuine, Notice, RawWebhook, Webhooks};

/// The specification's libraries allow as much, both ways: our clock may be behind, too.
const TOLERANCE: Duration = Duration::from_mins(5);

/// Two secrets while one is rotated; nobody sends more signatures than this with good intent.
const MAX_SIGNATURES: usize = 8;

/// A signature has 47 bytes.
const MAX_HEADER_BYTES: usize = 2_048;

/// The specification asks for 24 to 64 bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A secret that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no secret of Standard Webhooks: write whsec_ and the base64 of 24 to 64 random bytes")]
pub struct BadSecret;

/// The notifications of an account at a partner's server.
pub struct RemoteWebhooks {
    keys: Vec<hmac::Key>,
}

impl RemoteWebhooks {
    /// The notifications that these secrets sign.
    pub fn new(secrets: &[SecretString]) -> Result<Self, BadSecret> {
        let keys = secrets.iter().map(|secret| key(secret.expose_secret())).collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// The event's id, if any key made any of the signatures in our time.
    fn verify<'a>(&self, raw: RawWebhook<'a>, now: Timestamp) -> Result<&'a str, NotGenuine> {
        let header = |name| raw.header(name).ok_or(NotGenuine::Unsigned);
        let (id, at) = (header("webhook-id")?, header("webhook-timestamp")?);
        let signatures = signatures(header("webhook-signature")?).ok_or(NotGenuine::Unsigned)?;
        if !is_id(id) || at.is_empty() || at.len() > 20 || !at.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotGenuine::Unsigned);
        }
        let message = [id.as_bytes(), b".", at.as_bytes(), b".", raw.body].concat();
        let made = |key: &hmac::Key| signatures.iter().any(|tag| hmac::verify(key, &message, tag).is_ok());
        if !self.keys.iter().any(made) {
            return Err(NotGenuine::Forged);
        }
        let signed_at = at.parse().ok().and_then(|second| Timestamp::from_second(second).ok());
        let apart = signed_at.map(|signed_at| now.duration_since(signed_at).abs());
        let tolerance = SignedDuration::try_from(TOLERANCE).unwrap_or_default();
        if apart.is_some_and(|apart| apart <= tolerance) { Ok(id) } else { Err(NotGenuine::Stale) }
    }
}

impl Webhooks for RemoteWebhooks {
    fn read(&self, raw: RawWebhook<'_>, now: Timestamp) -> Result<Vec<Notice>, NotGenuine> {
        let event = self.verify(raw, now)?;
        let notice = notice::read(event, raw.body).ok_or(NotGenuine::Unreadable)?;
        Ok(vec![notice])
    }
}

fn key(secret: &str) -> Result<hmac::Key, BadSecret> {
    let encoded = secret.strip_prefix("whsec_").ok_or(BadSecret)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| BadSecret)?;
    if !SECRET_BYTES.contains(&bytes.len()) {
        return Err(BadSecret);
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

/// The signatures of the version that we read; `None` where there is none.
fn signatures(header: &str) -> Option<Vec<Vec<u8>>> {
    let decoded = header
        .split(' ')
        .filter_map(|signature| signature.strip_prefix("v1,"))
        .filter_map(|encoded| STANDARD.decode(encoded).ok())
        .take(MAX_SIGNATURES);
    let signatures: Vec<_> = decoded.collect();
    (header.len() <= MAX_HEADER_BYTES && !signatures.is_empty()).then_some(signatures)
}
