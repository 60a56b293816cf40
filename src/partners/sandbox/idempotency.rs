//! What a gateway makes of a repeated idempotency key, as a pure function of what it remembers.
//!
//! The three semantics are those that the market's gateways have. The dangerous one is `checkout`: after an
//! error the request runs again under the same key, so a replay there is a new attempt.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest;

use super::entry::KeyClaim;
use super::settings::Idempotency;
use super::wire::{Endpoint, Form, Reply};

/// How long a stored answer is returned: Stripe and Checkout.com document 24 hours.
const KEY_LIFE_MS: i64 = 24 * 60 * 60 * 1_000;

/// What is remembered under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StoredAnswer {
    pub(super) fingerprint: String,
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) at_ms: i64,
}

/// What becomes of a request that carries a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It runs.
    Run,
    /// The stored answer is sent again.
    Replay(Reply),
    /// The key was first used with other parameters.
    Reused,
    /// A request with this key is still running.
    InUse,
}

/// Decides about a request from what is stored under its key and the fingerprint of a running one.
pub(super) fn verdict(
    mode: Idempotency,
    claim: &KeyClaim,
    stored: Option<&StoredAnswer>,
    running: Option<&str>,
    now_ms: i64,
) -> Verdict {
    if mode == Idempotency::None {
        return Verdict::Run;
    }
    let stored = stored.filter(|answer| now_ms.saturating_sub(answer.at_ms) < KEY_LIFE_MS);
    let first = running.or(stored.map(|answer| answer.fingerprint.as_str()));
    if mode == Idempotency::Stripe && first.is_some_and(|first| first != claim.fingerprint) {
        return Verdict::Reused;
    }
    if running.is_some() {
        return Verdict::InUse;
    }
    match stored {
        Some(answer) if stores(mode, answer.status) => {
            let body = answer.body.clone();
            Verdict::Replay(Reply { status: answer.status, body, retry_after: None, replayed: true })
        }
        _ => Verdict::Run,
    }
}

/// Whether an answer that was executed is stored under its key.
pub(super) fn stores(mode: Idempotency, status: u16) -> bool {
    match mode {
        Idempotency::Stripe => true,
        Idempotency::Checkout => (200..300).contains(&status),
        Idempotency::None => false,
    }
}

/// The digest of a request: its endpoint, the object it names and its parameters in one order.
pub(super) fn fingerprint(endpoint: &Endpoint, form: &Form) -> String {
    let text = format!("{endpoint:?}\n{}", form.canonical());
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_000_000_000_000;

    fn claim(fingerprint: &str) -> KeyClaim {
        KeyClaim { key: "k".into(), fingerprint: fingerprint.into() }
    }

    fn answer(status: u16, at_ms: i64) -> StoredAnswer {
        StoredAnswer { fingerprint: "f".into(), status, body: "{}".into(), at_ms }
    }

    fn replays(mode: Idempotency, status: u16) -> bool {
        let verdict = verdict(mode, &claim("f"), Some(&answer(status, NOW_MS)), None, NOW_MS);
        matches!(verdict, Verdict::Replay(reply) if reply.status == status && reply.replayed)
    }

    #[test]
    fn stripe_replays_every_stored_answer_server_errors_too() {
        for status in [200, 400, 402, 500] {
            assert!(replays(Idempotency::Stripe, status), "{status}");
        }
    }

    #[test]
    fn checkout_replays_only_a_success_and_runs_again_after_an_error() {
        assert!(replays(Idempotency::Checkout, 200));
        for status in [400, 402, 500] {
            assert!(!replays(Idempotency::Checkout, status), "{status}");
        }
    }

    #[test]
    fn without_idempotency_everything_runs_again() {
        let stored = answer(200, NOW_MS);
        assert_eq!(verdict(Idempotency::None, &claim("f"), Some(&stored), Some("f"), NOW_MS), Verdict::Run);
    }

    #[test]
    fn another_body_under_the_same_key_is_an_error_for_stripe() {
        let stored = answer(200, NOW_MS);
        assert_eq!(verdict(Idempotency::Stripe, &claim("g"), Some(&stored), None, NOW_MS), Verdict::Reused);
        assert_eq!(verdict(Idempotency::Stripe, &claim("g"), None, Some("f"), NOW_MS), Verdict::Reused);
    }

    #[test]
    fn a_key_whose_request_is_still_running_is_in_use() {
        for mode in [Idempotency::Stripe, Idempotency::Checkout] {
            assert_eq!(verdict(mode, &claim("f"), None, Some("f"), NOW_MS), Verdict::InUse);
        }
    }

    #[test]
    fn a_key_is_forgotten_after_its_life() {
        let at = |age_ms| {
            verdict(Idempotency::Stripe, &claim("f"), Some(&answer(200, NOW_MS - age_ms)), None, NOW_MS)
        };
        assert!(matches!(at(KEY_LIFE_MS - 1), Verdict::Replay(_)));
        assert_eq!(at(KEY_LIFE_MS), Verdict::Run);
    }

    #[test]
    fn the_fingerprint_tells_endpoints_objects_and_parameters_apart() {
        let form = |body: &str| Form::parse(body.as_bytes()).unwrap();
        let first = fingerprint(&Endpoint::Confirm("pi_1".into()), &form("a=1&b=2"));
        assert_eq!(first, fingerprint(&Endpoint::Confirm("pi_1".into()), &form("b=2&a=1")));
        assert_ne!(first, fingerprint(&Endpoint::Confirm("pi_2".into()), &form("a=1&b=2")));
        assert_ne!(first, fingerprint(&Endpoint::Cancel("pi_1".into()), &form("a=1&b=2")));
        assert_ne!(first, fingerprint(&Endpoint::Confirm("pi_1".into()), &form("a=1&b=3")));
    }
}
