//! Stand-ins behind the ports of clock, ids, vault and replies: what the placing tests and the simulation share.
//!
//! Each is deterministic, so that a run is the same each time. No fault lives here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cashwrap::engine::replies::{Answer, Replies};
use cashwrap::ports::vault::CannotOpen;
use cashwrap::ports::{Clock, Ids, Vault};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// 2026-11-21T12:00:00Z, when every run begins.
const BEGINNING_S: i64 = 1_795_262_400;

/// The wall clock of a paused runtime.
#[derive(Debug, Clone, Copy)]
pub struct PausedClock(tokio::time::Instant);

impl PausedClock {
    /// A clock that begins now.
    pub fn begin() -> Self {
        Self(tokio::time::Instant::now())
    }

    /// How long it has run.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(BEGINNING_S).unwrap() + SignedDuration::try_from(self.elapsed()).unwrap()
    }
}

/// Ids that count.
#[derive(Debug, Default)]
pub struct CountingIds(AtomicU64);

impl Ids for CountingIds {
    fn fresh(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst)) + (1 << 100))
    }
}

/// Seals by marking: what is sealed cannot be taken for what is plain.
#[derive(Debug, Clone, Copy)]
pub struct MarkingVault;

/// What every sealed value begins with.
pub const SEALED: &[u8] = b"sealed:";

impl Vault for MarkingVault {
    fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        [SEALED, context.as_bytes(), b":", plain].concat()
    }

    fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        let mark = [SEALED, context.as_bytes(), b":"].concat();
        sealed.strip_prefix(mark.as_slice()).map(<[u8]>::to_vec).ok_or(CannotOpen)
    }

    fn sign(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, purpose.as_bytes());
        ring::hmac::sign(&key, message).as_ref().try_into().unwrap()
    }
}

/// Replies that a test can read.
#[derive(Debug, Clone, Copy)]
pub struct PlainReplies;

impl Replies for PlainReplies {
    fn place_order(&self, answer: &Answer<'_>) -> Vec<u8> {
        match answer {
            Answer::Order(order) => format!("order {}", order.id),
            Answer::Action(checkout) => {
                let payment = checkout.action.as_ref().map(|action| action.payment.to_string());
                format!("action {}", payment.unwrap_or_default())
            }
            Answer::Declined { failure, .. } => format!("declined {failure:?}"),
            Answer::Processing => "processing".to_owned(),
        }
        .into_bytes()
    }
}
