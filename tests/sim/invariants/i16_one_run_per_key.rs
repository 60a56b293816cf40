//! I16 and I17: a key is claimed by one request, and another one under the same key changes nothing.

use std::collections::BTreeMap;

use cashwrap::ports::Record;
use cashwrap::ports::store::{ReplyKey, ReplyWrite, StoredReply, UnitOfWork, Verdict};

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant, and who claimed each key.
#[derive(Default)]
pub struct OneRunPerKey {
    claimed: BTreeMap<ReplyKey, (uuid::Uuid, [u8; 32])>,
}

impl OneRunPerKey {
    fn take(&mut self, unit: &UnitOfWork<Record>) -> Held {
        match &unit.reply {
            Some(ReplyWrite::Claim { key, reply: StoredReply { fingerprint, .. }, .. }) => {
                let mine = (unit.id.0, *fingerprint);
                let first = *self.claimed.entry(key.clone()).or_insert(mine);
                hold(first == mine, || format!("two units claimed the key of one {}", key.method))
            }
            Some(ReplyWrite::Release { key }) => {
                self.claimed.remove(key);
                Ok(())
            }
            Some(ReplyWrite::Finish { .. }) | None => Ok(()),
        }
    }
}

impl Invariant for OneRunPerKey {
    fn name(&self) -> &'static str {
        "I16"
    }

    fn see(&mut self, fact: &Fact<'_>, _scene: &Scene<'_>) -> Held {
        match fact {
            Fact::Committed(committed) => self.take(committed.unit),
            Fact::Keyed { unit, verdict: Verdict::Committed } => self.take(unit),
            _ => Ok(()),
        }
    }
}
