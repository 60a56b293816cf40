//! I13: a worker whose claim is gone writes nothing; renewing a claim changes neither fence nor version.

use std::collections::BTreeMap;

use cashwrap::ports::store::{Key, TimerChange};

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant, and the newest fence of each claim.
#[derive(Default)]
pub struct Fences {
    newest: BTreeMap<Key, u64>,
}

impl Invariant for Fences {
    fn name(&self) -> &'static str {
        "I13"
    }

    fn see(&mut self, fact: &Fact<'_>, _scene: &Scene<'_>) -> Held {
        match fact {
            Fact::Claimed(claim) => {
                let before = self.newest.insert(claim.key.clone(), claim.fence).unwrap_or(0);
                hold(claim.fence > before, || format!("{} was claimed twice with one fence", claim.key.id))
            }
            Fact::Renewed { changed } => hold(!changed, || "a renewal changed fence or version".to_owned()),
            Fact::Committed(committed) => {
                if let Some(fence) = &committed.unit.fence {
                    let newest = self.newest.get(&fence.key).copied().unwrap_or(1);
                    hold(fence.fence == newest, || {
                        let (worker, id) = (committed.process, &fence.key.id);
                        format!("{worker} wrote {id} under fence {} after {newest} was given", fence.fence)
                    })?;
                }
                for timer in &committed.unit.timers {
                    if matches!(timer.change, TimerChange::Lease { .. }) {
                        self.newest.entry(timer.key.clone()).or_insert(1);
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
