//! The store as one process sees it: each call is an effect, and each commit that is durable is shown to the
//! invariants at once.

use std::sync::{Arc, Weak};
use std::time::Duration;

use cashwrap::domain::ids::WorkerId;
use cashwrap::ports::Record;
use cashwrap::ports::store::{
    Claim, Key, Kind, Listing, Query, Row, Snapshot, Store, StoreError, StoredEvent, UnitOfWork, Verdict,
};
use cashwrap::store::Fault as MemoryFault;
use cashwrap::store::document::decode;
use cashwrap::store::records::StoredRow;
use jiff::Timestamp;

use super::World;
use super::core::Core;
use super::process::Process;
use crate::faults::{Blow, Site};
use crate::invariants::{Committed, Fact};

/// The store as one process sees it.
pub struct SeenStore {
    /// The world.
    pub world: Weak<World>,
    /// The process.
    pub process: Weak<Process>,
}

/// How long a round trip to the store takes.
const TRIP: Duration = Duration::from_millis(1);

fn down() -> StoreError {
    StoreError::Unavailable("the connection was lost".to_owned())
}

/// The row that tells most of what an effect is for.
fn subject<'a>(keys: impl Iterator<Item = &'a Key>) -> &'a str {
    let rank = |kind: Kind| match kind {
        Kind::Placement => 0,
        Kind::Payment => 1,
        Kind::Checkout => 2,
        Kind::Cart => 3,
        Kind::Order => 4,
        Kind::Product | Kind::Coupon | Kind::PartnerMode | Kind::CardBook => 5,
    };
    keys.min_by_key(|key| rank(key.kind)).map_or("", |key| key.id.as_str())
}

impl SeenStore {
    fn both(&self) -> (Arc<World>, Arc<Process>) {
        (self.world.upgrade().unwrap(), self.process.upgrade().unwrap())
    }
}

#[async_trait::async_trait]
impl Store<Record> for SeenStore {
    async fn read(&self, query: &Query) -> Result<Snapshot<Record>, StoreError> {
        let (world, process) = self.both();
        let id = subject(query.keys.iter());
        let blow = world.pass(&process, Site::Read, id, || "read".to_owned()).await;
        if blow == Blow::StoreDown {
            return Err(down());
        }
        let found = world.read(query);
        world.done(&process, blow).await;
        found
    }

    async fn commit(&self, unit: &UnitOfWork<Record>) -> Verdict {
        let (world, process) = self.both();
        let id = subject(unit.writes.iter().map(|write| &write.key));
        let what = || {
            let kinds: Vec<&str> = unit.writes.iter().map(|write| write.key.kind.as_str()).collect();
            format!("commit [{}]", kinds.join(" "))
        };
        let blow = world.pass(&process, Site::Commit, id, what).await;
        let faults = world.memory.faults();
        match blow {
            Blow::LostCommit => faults.next(MemoryFault::UnknownAndLost),
            Blow::UnknownCommit => faults.next(MemoryFault::UnknownButDurable),
            Blow::Busy => faults.next(MemoryFault::Busy),
            _ => {}
        }
        let verdict = world.store.commit(unit).await;
        world.committed(&process, unit, &verdict);
        world.done(&process, blow).await;
        if world.habits.slow_store {
            tokio::time::sleep(TRIP).await;
            world.alive(&process).await;
        }
        verdict
    }

    async fn claim_due(&self, worker: WorkerId, lease: Duration, max: u32) -> Result<Vec<Claim>, StoreError> {
        let (world, process) = self.both();
        world.alive(&process).await;
        // A look that finds nothing changes nothing: it is no effect.
        let claims = world.store.claim_due(worker, lease, max).await?;
        let Some(first) = claims.first() else { return Ok(claims) };
        world.claimed(&claims);
        let blow = world.pass(&process, Site::Claim, &first.key.id, || "claimed".to_owned()).await;
        world.done(&process, blow).await;
        if blow == Blow::StoreDown { Err(down()) } else { Ok(claims) }
    }

    async fn claim(&self, key: &Key, worker: WorkerId, lease: Duration) -> Result<Option<Claim>, StoreError> {
        let (world, process) = self.both();
        let blow = world.pass(&process, Site::Claim, &key.id, || "claim".to_owned()).await;
        if blow == Blow::StoreDown {
            return Err(down());
        }
        let claim = world.store.claim(key, worker, lease).await;
        world.claimed(claim.as_ref().ok().and_then(Option::as_ref).map_or(&[], std::slice::from_ref));
        world.done(&process, blow).await;
        claim
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, StoreError> {
        let (world, process) = self.both();
        let blow = world.pass(&process, Site::Renew, &claim.key.id, || "renew".to_owned()).await;
        if blow == Blow::StoreDown {
            return Err(down());
        }
        let look = || {
            world.memory.inspect(|dump| {
                (
                    dump.timers.get(&claim.key).map(|timer| timer.fence),
                    dump.rows.get(&claim.key).map(|row| row.head),
                )
            })
        };
        let before = look();
        let renewed = world.store.renew(claim, lease).await;
        world.see(&Fact::Renewed { changed: look() != before });
        world.done(&process, blow).await;
        renewed
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<(Key, Row<Record>)>, StoreError> {
        let (world, process) = self.both();
        let blow = world.pass(&process, Site::Read, "", || "list".to_owned()).await;
        if blow == Blow::StoreDown {
            return Err(down());
        }
        let found = world.list(listing);
        world.done(&process, blow).await;
        found
    }

    async fn events(&self, key: &Key, after: u64) -> Result<Vec<StoredEvent>, StoreError> {
        self.both().0.store.events(key, after).await
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.both().0.store.now().await
    }
}

impl World {
    /// Reads records. A document that the book knows at this version was encoded from the record there, and is
    /// not decoded again, but for one read in sixteen, which must find the same.
    fn read(&self, query: &Query) -> Result<Snapshot<Record>, StoreError> {
        let core = self.core();
        self.memory.read_as(query, |key, stored| core.record(key, stored))
    }

    /// Lists records, in the same way.
    fn list(&self, listing: &Listing) -> Result<Vec<(Key, Row<Record>)>, StoreError> {
        let core = self.core();
        self.memory.list_as(listing, |key, stored| core.record(key, stored))
    }

    /// Shows a unit to the invariants if it has just become durable, and enters it in the book.
    fn committed(&self, process: &Process, unit: &UnitOfWork<Record>, verdict: &Verdict) {
        let mut core = self.core();
        core.story.tell(|| format!("      {:<18} {}", "", told(verdict)));
        let Some(first) = unit.writes.first() else {
            drop(core);
            return self.see(&Fact::Keyed { unit, verdict });
        };
        let fresh = self.memory.inspect(|dump| {
            let head = dump.rows.get(&first.key).map(|row| row.head);
            head.is_some_and(|head| head.unit == unit.id && head.version > core.book.version(&first.key))
        });
        if !fresh {
            return;
        }
        self.memory.inspect(|dump| {
            let committed = Committed { unit, dump, process: &process.name };
            core.see(&Fact::Committed(&committed), tokio::time::Instant::now());
        });
        core.book.enter(unit);
        let failed = core.violation.is_some();
        drop(core);
        if failed {
            self.failed.notify_one();
        }
    }

    fn claimed(&self, claims: &[Claim]) {
        for claim in claims {
            self.see(&Fact::Claimed(claim));
        }
    }
}

impl Core {
    fn record(&self, key: &Key, stored: &StoredRow) -> Result<Record, StoreError> {
        let known = self.book.known(key).filter(|known| known.version == stored.head.version);
        if let (Some(known), false) = (known, self.effects.is_multiple_of(16)) {
            return Ok(known.record.clone());
        }
        let record =
            decode(key.kind, &stored.document).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        assert!(known.is_none_or(|known| known.record == record), "{key:?} reads as another record");
        Ok(record)
    }
}

fn told(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Stale { key } => format!("= stale: {}", key.kind.as_str()),
        Verdict::ReplyTaken(_) => "= reply taken".to_owned(),
        other => format!("= {other:?}").to_lowercase(),
    }
}
