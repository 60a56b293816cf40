//! I16 and I17: a key is claimed by one request; another one under the same key changes nothing, and is neither
//! answered as the first was nor refused where the first was another method's.

use std::collections::BTreeMap;

use cashwrap::app::Reason;
use cashwrap::ports::Record;
use cashwrap::ports::store::{ReplyKey, ReplyWrite, StoredReply, UnitOfWork, Verdict};

use super::{Answer, Fact, Held, Invariant, Scene, hold};

/// The invariant, and who claimed each key.
#[derive(Default)]
pub struct OneRunPerKey {
    claimed: BTreeMap<ReplyKey, (uuid::Uuid, [u8; 32])>,
    /// Who ever claimed a key, also where it was released since: who is refused may have looked before that.
    claimants: BTreeMap<ReplyKey, Vec<[u8; 32]>>,
}

impl OneRunPerKey {
    fn take(&mut self, unit: &UnitOfWork<Record>) -> Held {
        match &unit.reply {
            Some(ReplyWrite::Claim { key, reply: StoredReply { fingerprint, .. }, .. }) => {
                let mine = (unit.id.0, *fingerprint);
                self.claimants.entry(key.clone()).or_default().push(*fingerprint);
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

    /// A caller hears what was done for its own request.
    fn told(&self, answer: &Answer<'_>) -> Held {
        let first = self.claimed.get(answer.key).map(|(_, fingerprint)| *fingerprint);
        let (method, result) = (answer.method, &answer.result);
        match result {
            Ok(_) => hold(first.is_none_or(|first| first == answer.fingerprint), || {
                format!("{method} was answered as another request under its key")
            }),
            Err(Reason::IdempotencyKeyReused) => {
                let others = self.claimants.get(answer.key).into_iter().flatten();
                hold(others.into_iter().any(|claimant| *claimant != answer.fingerprint), || {
                    format!("{method} was refused, and no other request claimed its key")
                })
            }
            Err(_) => Ok(()),
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
            Fact::Answered(answer) => self.told(answer),
            _ => Ok(()),
        }
    }
}
