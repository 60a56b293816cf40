//! I18: rejected input, and a failure like a 5xx, are not recorded as a key's reply.
//!
//! What stands under the key of who is refused may be the work of a twin: the same request at once, which was decided a
//! moment later, when there were goods. Then something was done under the key since the refused call was made.

use std::collections::BTreeMap;

use cashwrap::app::Reason;
use cashwrap::ports::store::{ReplyKey, ReplyWrite};
use tokio::time::Instant;

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant, and when something was done under a key.
#[derive(Default)]
pub struct RefusedIsNotKept {
    done: BTreeMap<ReplyKey, Instant>,
}

impl Invariant for RefusedIsNotKept {
    fn name(&self) -> &'static str {
        "I18"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        if let Fact::Committed(committed) = fact
            && let Some(ReplyWrite::Claim { key, .. }) = &committed.unit.reply
            && !committed.unit.writes.is_empty()
        {
            self.done.insert(key.clone(), scene.now);
        }
        let Fact::Answered(answer) = fact else { return Ok(()) };
        let rejected = matches!(
            answer.result,
            Err(Reason::InvalidField
                | Reason::NotFound
                | Reason::SkuUnknown
                | Reason::LimitExceeded
                | Reason::CodeInvalid
                | Reason::TendersMismatch
                | Reason::OutOfStock
                | Reason::AmountExceedsRemainder)
        );
        let by_a_twin = self.done.get(answer.key).is_some_and(|done| *done >= answer.asked);
        hold(!rejected || !answer.kept || by_a_twin, || {
            format!("{}: {:?} was kept", answer.method, answer.result)
        })
    }
}
