//! What a partner promises: asked when the process starts and every minute from then on.
//!
//! Until the partner has answered once, the account has the weakest row and takes no new payment; what is under way is
//! resolved as far as that row allows, which is by waiting. Afterwards the weaker of all that it ever told this process
//! holds: an attempt may have begun under the weaker promise, and nothing of it says so. How a payment runs (in two
//! steps, or in one) is no promise, and follows the latest word.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use prost::Message as _;
use tokio::time::Instant;

use crate::domain::payment::capabilities::{Lookup, Replay};
use crate::domain::payment::{GatewayCapabilities, NotSent};
use crate::proto::partner::v1 as wire;

/// A partner that changes what it promises is heard within this.
const EVERY: Duration = Duration::from_mins(1);

/// How soon a partner that has never answered is asked again: it takes no sale until then.
const AGAIN: Duration = Duration::from_secs(2);

/// No key is trusted for longer, whatever is promised: the longest that any vendor documents.
const MAX_KEY_LIFE: Duration = Duration::from_hours(24 * 31);

/// Longer than any gateway works on an authorisation; a mistake in the unit must not stop absence from ever being seen.
const MAX_EXECUTES_WITHIN: Duration = Duration::from_mins(10);

/// What an account promises, as far as it is known.
pub(super) struct Promises {
    timeout: Duration,
    known: Mutex<Known>,
}

struct Known {
    /// `None` until the partner has answered once.
    held: Option<GatewayCapabilities>,
    /// Why it has not, if it has not.
    trouble: NotSent,
    due: Instant,
}

impl Promises {
    /// Nothing is known yet, and it is time to ask.
    pub(super) fn new(timeout: Duration) -> Self {
        let known = Known { held: None, trouble: NotSent::Connect, due: Instant::now() };
        Self { timeout, known: Mutex::new(known) }
    }

    /// What the partner is held to.
    pub(super) fn held(&self) -> GatewayCapabilities {
        self.with(|known| known.held.clone()).unwrap_or_else(|| weakest(self.timeout))
    }

    /// Why no new payment can begin, if the partner has not answered yet.
    pub(super) fn unready(&self) -> Option<NotSent> {
        self.with(|known| known.held.is_none().then_some(known.trouble))
    }

    /// Whether it is time to ask; the next time begins now.
    pub(super) fn due(&self) -> bool {
        let now = Instant::now();
        self.with(|known| {
            let due = now >= known.due;
            if due {
                known.due = now + if known.held.is_some() { EVERY } else { AGAIN };
            }
            due
        })
    }

    /// Takes in an answer.
    pub(super) fn heard(&self, told: GatewayCapabilities) {
        self.with(|known| {
            let held = known.held.take().map_or_else(|| told.clone(), |held| weaker(&held, &told));
            if held != told {
                tracing::warn!(
                    "a remote gateway promises more than it did: it is held to the weaker promise until this process ends"
                );
            }
            known.held = Some(held);
            known.due = Instant::now() + EVERY;
        });
    }

    /// Takes in that there was none.
    pub(super) fn not_heard(&self, trouble: NotSent) {
        self.with(|known| known.trouble = trouble);
    }

    fn with<T>(&self, act: impl FnOnce(&mut Known) -> T) -> T {
        act(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads an answer, the encoded `GetCapabilitiesResponse`, for an account whose calls may take as long as `timeout`.
pub(super) fn read(message: &[u8], timeout: Duration) -> Option<GatewayCapabilities> {
    let told = wire::GetCapabilitiesResponse::decode(message).ok()?.capabilities?;
    let span = |span: Option<prost_types::Duration>, most: Duration| match span {
        Some(span) => Duration::try_from(span).ok().map(|span| span.min(most)),
        None => Some(Duration::ZERO),
    };
    Some(GatewayCapabilities {
        replay: match wire::Replay::try_from(told.replay) {
            Ok(wire::Replay::ForcesOutcome) => Replay::ForcesOutcome,
            Ok(wire::Replay::FirstSuccessOnly) => Replay::Only2xx,
            Ok(wire::Replay::None | wire::Replay::Unspecified) | Err(_) => Replay::None,
        },
        key_ttl: span(told.key_life, MAX_KEY_LIFE)?,
        reference_lookup: lookup(told.lookup_by_payment),
        read_by_id: lookup(told.lookup_by_object),
        void_by_reference: told.voids_by_payment,
        void_tombstones: told.voids_leave_tombstones,
        two_step: told.two_step,
        confirms_after_action: told.confirms_after_action,
        tells_later: told.tells_later,
        timeout: span(told.executes_within, MAX_EXECUTES_WITHIN)?.max(timeout),
        ..weakest(timeout)
    })
}

fn lookup(number: i32) -> Lookup {
    match wire::Lookup::try_from(number) {
        Ok(wire::Lookup::Consistent) => Lookup::Consistent,
        Ok(wire::Lookup::Lagging) => Lookup::Lagging,
        Ok(wire::Lookup::None | wire::Lookup::Unspecified) | Err(_) => Lookup::None,
    }
}

/// A partner of which nothing is known promises nothing.
const fn weakest(timeout: Duration) -> GatewayCapabilities {
    GatewayCapabilities {
        replay: Replay::None,
        key_ttl: Duration::ZERO,
        reference_lookup: Lookup::None,
        read_by_id: Lookup::None,
        void_by_reference: false,
        void_tombstones: false,
        two_step: false,
        // The wire has no other way.
        captures_separately: true,
        confirms_after_action: false,
        tells_later: false,
        // What has no number for an amount says so when it is asked, before it executes anything.
        steps: &[],
        timeout,
    }
}

/// What both promise.
fn weaker(held: &GatewayCapabilities, told: &GatewayCapabilities) -> GatewayCapabilities {
    let replay = match (held.replay, told.replay) {
        (Replay::None, _) | (_, Replay::None) => Replay::None,
        (Replay::Only2xx, _) | (_, Replay::Only2xx) => Replay::Only2xx,
        (Replay::ForcesOutcome, Replay::ForcesOutcome) => Replay::ForcesOutcome,
    };
    let sight = |one, other| match (one, other) {
        (Lookup::None, _) | (_, Lookup::None) => Lookup::None,
        (Lookup::Lagging, _) | (_, Lookup::Lagging) => Lookup::Lagging,
        (Lookup::Consistent, Lookup::Consistent) => Lookup::Consistent,
    };
    GatewayCapabilities {
        replay,
        key_ttl: held.key_ttl.min(told.key_ttl),
        reference_lookup: sight(held.reference_lookup, told.reference_lookup),
        read_by_id: sight(held.read_by_id, told.read_by_id),
        void_by_reference: held.void_by_reference && told.void_by_reference,
        void_tombstones: held.void_tombstones && told.void_tombstones,
        two_step: told.two_step,
        captures_separately: told.captures_separately,
        // What was begun so must be ended so.
        confirms_after_action: held.confirms_after_action || told.confirms_after_action,
        tells_later: held.tells_later || told.tells_later,
        steps: told.steps,
        timeout: held.timeout.max(told.timeout),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(50);

    fn any_row() -> impl Strategy<Value = GatewayCapabilities> {
        let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
        (0..4i32, 0..4i32, 0..5i32, 0..4_000_000i64, 0..900i64, flags).prop_map(
            |(by_object, by_payment, replay, key_life, within, flags)| {
                let seconds = |seconds| Some(prost_types::Duration { seconds, nanos: 0 });
                let told = wire::Capabilities {
                    replay,
                    key_life: seconds(key_life),
                    lookup_by_object: by_object,
                    lookup_by_payment: by_payment,
                    voids_by_payment: flags.0,
                    voids_leave_tombstones: flags.1,
                    two_step: flags.2,
                    confirms_after_action: flags.3,
                    tells_later: flags.4,
                    executes_within: seconds(within),
                };
                let response = wire::GetCapabilitiesResponse { capabilities: Some(told) };
                read(&response.encode_to_vec(), TIMEOUT).unwrap()
            },
        )
    }

    fn rank(lookup: Lookup) -> u8 {
        match lookup {
            Lookup::None => 0,
            Lookup::Lagging => 1,
            Lookup::Consistent => 2,
        }
    }

    /// Whether nothing that `row` allows is not allowed by `bound` too.
    fn within(row: &GatewayCapabilities, bound: &GatewayCapabilities) -> bool {
        let forces = |row: &GatewayCapabilities| row.replay == Replay::ForcesOutcome;
        (!forces(row) || forces(bound))
            && row.key_ttl <= bound.key_ttl
            && rank(row.reference_lookup) <= rank(bound.reference_lookup)
            && rank(row.read_by_id) <= rank(bound.read_by_id)
            && row.void_by_reference <= bound.void_by_reference
            && row.void_tombstones <= bound.void_tombstones
            && row.timeout >= bound.timeout
    }

    proptest! {
        #[test]
        fn whatever_is_told_in_whatever_order_no_promise_ever_grows(rows in prop::collection::vec(any_row(), 1..6)) {
            let promises = Promises::new(TIMEOUT);
            for (index, row) in rows.iter().enumerate() {
                promises.heard(row.clone());
                let held = promises.held();
                for earlier in &rows[..=index] {
                    prop_assert!(within(&held, earlier), "{held:?} of {earlier:?}");
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_never_told_is_the_weakest_row_and_takes_no_payment() {
        let promises = Promises::new(TIMEOUT);
        assert_eq!(promises.held(), weakest(TIMEOUT));
        assert_eq!(promises.unready(), Some(NotSent::Connect));
        promises.not_heard(NotSent::Credentials);
        assert_eq!(promises.unready(), Some(NotSent::Credentials));
        assert!(promises.due());
        assert!(!promises.due(), "not twice at once");
        tokio::time::advance(AGAIN).await;
        assert!(promises.due());
        promises.heard(GatewayCapabilities { void_tombstones: true, ..weakest(TIMEOUT) });
        assert_eq!(promises.unready(), None);
        tokio::time::advance(AGAIN).await;
        assert!(!promises.due(), "it was heard");
        tokio::time::advance(EVERY).await;
        assert!(promises.due());
    }

    #[test]
    fn numbers_that_no_version_of_ours_knows_promise_nothing() {
        let told = wire::Capabilities {
            replay: 9,
            lookup_by_object: 9,
            lookup_by_payment: -1,
            ..wire::Capabilities::default()
        };
        let response = wire::GetCapabilitiesResponse { capabilities: Some(told) };
        assert_eq!(read(&response.encode_to_vec(), TIMEOUT), Some(weakest(TIMEOUT)));
        assert_eq!(read(b"", TIMEOUT), None, "an answer without promises is none");
        let negative = wire::Capabilities {
            key_life: Some(prost_types::Duration { seconds: -1, nanos: 0 }),
            ..wire::Capabilities::default()
        };
        let response = wire::GetCapabilitiesResponse { capabilities: Some(negative) };
        assert_eq!(read(&response.encode_to_vec(), TIMEOUT), None);
    }
}
