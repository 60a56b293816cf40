//! The end of a seed: faults off, and everything comes to rest within a bound.

use std::time::Duration;

use cashwrap::domain::ids::UnitId;
use cashwrap::ports::Record;
use cashwrap::ports::store::{CounterChange, CounterMove, UnitOfWork, Write};
use tokio::time::{Instant, sleep};

use super::World;
use super::shop::{catalogue, store_id};
use crate::invariants::Violation;

/// Once faults have stopped, everything has ended by then: the schedule, its voids and the late checks, and three hours
/// for a moment that was reckoned by one clock that was an hour ahead, waited for by one that was an hour behind, and
/// written by a database that was an hour ahead.
const BOUND: Duration = Duration::from_hours(5);

impl World {
    /// Puts the goods on the shelves.
    pub async fn open(&self) {
        for (record, count) in catalogue(self.habits) {
            let mut unit = UnitOfWork::new(UnitId(self.fresh()), store_id());
            let key = record.key(&store_id());
            let name = match &record {
                Record::Product(_) => format!("stock/{}", key.id),
                _ => format!("coupon/{}", key.id),
            };
            let limit = |of| CounterMove { name: name.clone(), change: CounterChange::Limit(of) };
            unit.counters = count.into_iter().map(limit).collect();
            unit.writes.push(Write { key, expected: 0, row: record, events: Vec::new() });
            let _committed = self.store.commit(&unit).await;
            self.core().book.enter(&unit);
        }
    }

    /// No fault strikes from now on, and what was hurt heals.
    pub fn calm(&self) {
        {
            let mut core = self.core();
            core.storm.end();
            core.story.tell(|| "----- the faults stop".to_owned());
        }
        self.memory.faults().clear();
        self.database_skew.mend();
        for process in self.slots().iter() {
            process.heal();
        }
    }

    /// Waits until nothing is due any more; what does not end within the bound breaks I11.
    pub async fn settle(&self) {
        let bound = Instant::now() + BOUND;
        while !self.is_quiet() {
            if Instant::now() > bound {
                let mut core = self.core();
                let left = self.memory.inspect(|dump| {
                    dump.due().map(|(key, timer)| format!("{} {timer:?}", key.id)).collect::<Vec<_>>()
                });
                core.violation.get_or_insert_with(|| Violation {
                    invariant: "I11",
                    what: format!(
                        "not at rest {} minutes after the faults stopped: {left:?}",
                        BOUND.as_secs() / 60
                    ),
                });
                return;
            }
            sleep(Duration::from_secs(20)).await;
            self.core().land(Instant::now());
            if self.core().violation.is_some() {
                return;
            }
        }
    }

    fn is_quiet(&self) -> bool {
        let idle = self.memory.inspect(|dump| dump.due().next().is_none());
        let silent = {
            let core = self.core();
            core.carried == 0 && core.letters.is_empty()
        };
        idle && silent && self.core().tills.values().all(|till| till.next_landing().is_none())
    }
}
