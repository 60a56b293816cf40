//! The verdict on a unit of work, and what to write when it wins: a pure function over what is stored.
//!
//! Everything is looked at before anything is written, in the port's order (fence, versions, counters, reply
//! key), so that a refusal leaves nothing behind. The plan holds final values only; a store that applies it
//! decides nothing. Clocks, locks and SQL must not enter.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::columns::{Unique, first_clash};
use super::records::{Counter, Head, KeptReply, Lease, Timer, later};
use crate::domain::ids::{StoreId, UnitId, WorkerId};
use crate::mutants::{Mutant, planted};
use crate::ports::document::Document;
use crate::ports::store::{
    CounterChange, CounterMove, Key, ReplyKey, ReplyWrite, TimerChange, TimerWrite, UnitOfWork, Verdict,
};

/// What is stored, as far as a verdict needs it. It must not change between the questions of one verdict.
pub(super) trait View {
    /// Why a look failed.
    type Error;
    /// The head of a row.
    fn head(&self, key: &Key) -> Result<Option<Head>, Self::Error>;
    /// Whether `unit` wrote an event of the row.
    fn emitted(&self, key: &Key, unit: UnitId) -> Result<bool, Self::Error>;
    /// The timer of a row.
    fn timer(&self, key: &Key) -> Result<Option<Timer>, Self::Error>;
    /// A counter.
    fn counter(&self, store: &StoreId, name: &str) -> Result<Option<Counter>, Self::Error>;
    /// What stands under a reply key, expired or not.
    fn reply(&self, key: &ReplyKey) -> Result<Option<KeptReply>, Self::Error>;
    /// The id of the row of columns that carries a unique value.
    fn holder(&self, store: &StoreId, unique: &Unique) -> Result<Option<String>, Self::Error>;
}

/// What becomes of the reply key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ReplyPlan<'unit> {
    /// Nothing.
    Keep,
    /// This stands under it from now on.
    Put(&'unit ReplyKey, KeptReply),
    /// It is free again.
    Delete(&'unit ReplyKey),
}

/// The final values of a unit that has won.
#[derive(Debug)]
pub(super) struct Plan<'unit> {
    /// The time of the commit.
    pub at: Timestamp,
    /// The new heads of the unit's rows, in the order of its writes.
    pub heads: Vec<Head>,
    /// The counters that change.
    pub counters: BTreeMap<&'unit str, Counter>,
    /// The reply key.
    pub reply: ReplyPlan<'unit>,
    /// The timers that change.
    pub timers: BTreeMap<&'unit Key, Timer>,
}

/// Decides on a unit at `now`: the plan to apply, or the verdict that refuses or recognises it.
pub(super) fn decide<'unit, V: View>(
    view: &V,
    unit: &'unit UnitOfWork<Document>,
    now: Timestamp,
) -> Result<Result<Plan<'unit>, Verdict>, V::Error> {
    if !unit.is_of_one_store() {
        tracing::error!(unit = %unit.id, "a unit crosses stores: a bug");
        return Ok(Err(Verdict::Busy));
    }
    match weigh(view, unit, now)? {
        Ok(plan) => Ok(Ok(plan)),
        // A unit that is durable has moved its first row on, or taken its reply key: it always comes by here.
        Err(_) if recognised(view, unit)? => Ok(Err(Verdict::Committed)),
        Err(refusal) => Ok(Err(refusal)),
    }
}

fn weigh<'unit, V: View>(
    view: &V,
    unit: &'unit UnitOfWork<Document>,
    now: Timestamp,
) -> Result<Result<Plan<'unit>, Verdict>, V::Error> {
    if is_fenced(view, unit, now)? {
        return Ok(Err(Verdict::Fenced));
    }
    let heads = match next_heads(view, unit)? {
        Ok(heads) => heads,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(key) = first_clash(unit, |unique| view.holder(&unit.store, unique))?
        && !planted(Mutant::SecondCheckoutOfTheCart)
    {
        return Ok(Err(Verdict::Stale { key: key.clone() }));
    }
    let counters = match moved_counters(view, unit)? {
        Ok(counters) => counters,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let reply = match reply_plan(view, unit, now)? {
        Ok(reply) => reply,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let timers = next_timers(view, unit, now)?;
    Ok(Ok(Plan { at: now, heads, counters, reply, timers }))
}

fn recognised<V: View>(view: &V, unit: &UnitOfWork<Document>) -> Result<bool, V::Error> {
    if let Some(first) = unit.writes.first() {
        let Some(head) = view.head(&first.key)? else { return Ok(false) };
        return Ok(head.unit == unit.id || view.emitted(&first.key, unit.id)?);
    }
    match &unit.reply {
        Some(write) => Ok(view.reply(write.key())?.is_some_and(|kept| kept.unit == unit.id)),
        None => Ok(false),
    }
}

/// A lease is taken along only by its holder: another worker's timer may not change hands without a new fence.
fn is_fenced<V: View>(view: &V, unit: &UnitOfWork<Document>, now: Timestamp) -> Result<bool, V::Error> {
    if let Some(fence) = &unit.fence
        && !planted(Mutant::NoFence)
        && view.timer(&fence.key)?.and_then(Timer::set).is_none_or(|timer| timer.fence != fence.fence)
    {
        return Ok(true);
    }
    for TimerWrite { key, change } in &unit.timers {
        let TimerChange::Lease { worker, .. } = change else { continue };
        if !holds_claim(unit, key)
            && let Some(timer) = view.timer(key)?.and_then(Timer::set)
            && !runs_for(&timer, *worker, now)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn holds_claim(unit: &UnitOfWork<Document>, key: &Key) -> bool {
    unit.fence.as_ref().is_some_and(|fence| fence.key == *key)
}

fn runs_for(timer: &Timer, worker: WorkerId, now: Timestamp) -> bool {
    timer.running(now).is_some_and(|lease| lease.worker == worker)
}

fn next_heads<V: View>(
    view: &V,
    unit: &UnitOfWork<Document>,
) -> Result<Result<Vec<Head>, Verdict>, V::Error> {
    let mut heads = Vec::with_capacity(unit.writes.len());
    for write in &unit.writes {
        let (version, sequence) = view.head(&write.key)?.map_or((0, 0), |head| (head.version, head.sequence));
        if version != write.expected && !planted(Mutant::NoCompareAndSet) {
            return Ok(Err(Verdict::Stale { key: write.key.clone() }));
        }
        let emitted = u64::try_from(write.events.len()).unwrap_or(u64::MAX);
        heads.push(Head {
            version: version.saturating_add(1),
            sequence: sequence.saturating_add(emitted),
            unit: unit.id,
        });
    }
    Ok(Ok(heads))
}

/// Counters are looked at in the order of their names, so that every store names the same one as short.
fn moved_counters<'unit, V: View>(
    view: &V,
    unit: &'unit UnitOfWork<Document>,
) -> Result<Result<BTreeMap<&'unit str, Counter>, Verdict>, V::Error> {
    let mut moves: Vec<&CounterMove> = unit.counters.iter().collect();
    moves.sort_by(|one, other| one.name.cmp(&other.name));
    let mut counters = BTreeMap::new();
    for CounterMove { name, change } in moves {
        let before = match counters.get(name.as_str()) {
            Some(counter) => Some(*counter),
            None => view.counter(&unit.store, name)?,
        };
        match moved(before, *change) {
            Ok(counter) => counters.insert(name.as_str(), counter),
            Err(left) => return Ok(Err(Verdict::Short { name: name.clone(), left })),
        };
    }
    Ok(Ok(counters))
}

/// The counter after `change`, or what is left for it.
fn moved(before: Option<Counter>, change: CounterChange) -> Result<Counter, i64> {
    let mut counter = match (before, change) {
        (Some(counter), _) => counter,
        (None, CounterChange::Limit(_)) => Counter { limit: 0, held: 0, used: 0 },
        (None, _) => return Err(0),
    };
    match change {
        CounterChange::Hold(quantity) => {
            if i64::from(quantity) > counter.left() {
                return Err(counter.left());
            }
            counter.held = counter.held.saturating_add(quantity.into());
        }
        CounterChange::Consume(quantity) => {
            counter.held = taken(counter.held, quantity)?;
            counter.used = counter.used.saturating_add(quantity.into());
        }
        CounterChange::Release(quantity) => counter.held = taken(counter.held, quantity)?,
        CounterChange::Limit(limit) => counter.limit = limit.into(),
    }
    Ok(counter)
}

fn taken(held: i64, quantity: u32) -> Result<i64, i64> {
    if i64::from(quantity) > held { Err(held) } else { Ok(held - i64::from(quantity)) }
}

fn reply_plan<'unit, V: View>(
    view: &V,
    unit: &'unit UnitOfWork<Document>,
    now: Timestamp,
) -> Result<Result<ReplyPlan<'unit>, Verdict>, V::Error> {
    let Some(write) = &unit.reply else { return Ok(Ok(ReplyPlan::Keep)) };
    let standing = view.reply(write.key())?.filter(|kept| kept.expires > now);
    Ok(match (write, standing) {
        (ReplyWrite::Claim { key, reply, keep }, None) => {
            let kept = KeptReply { reply: reply.clone(), unit: unit.id, expires: later(now, *keep) };
            Ok(ReplyPlan::Put(key, kept))
        }
        (ReplyWrite::Finish { .. } | ReplyWrite::Release { .. }, None) => Ok(ReplyPlan::Keep),
        (ReplyWrite::Finish { key, body }, Some(mut kept)) if kept.reply.body.is_none() => {
            kept.reply.body = Some(body.clone());
            kept.unit = unit.id;
            Ok(ReplyPlan::Put(key, kept))
        }
        (ReplyWrite::Release { key }, Some(kept)) if kept.reply.body.is_none() => Ok(ReplyPlan::Delete(key)),
        (_, Some(kept)) => Err(Verdict::ReplyTaken(kept.reply)),
    })
}

fn next_timers<'unit, V: View>(
    view: &V,
    unit: &'unit UnitOfWork<Document>,
    now: Timestamp,
) -> Result<BTreeMap<&'unit Key, Timer>, V::Error> {
    let mut timers = BTreeMap::new();
    for TimerWrite { key, change } in &unit.timers {
        let before = match timers.get(key) {
            Some(timer) => Some(*timer),
            None => view.timer(key)?,
        };
        let after = match change {
            // The fence goes on where it is left: a worker that sleeps since then must not hold the next one.
            TimerChange::Clear if planted(Mutant::FenceGivenTwice) => {
                Timer { fence: 0, due: None, lease: None }
            }
            TimerChange::Clear => match before.and_then(Timer::set) {
                Some(timer) => Timer { fence: timer.fence.saturating_add(1), due: None, lease: None },
                None => continue,
            },
            TimerChange::Lease { worker, lease } => Timer {
                fence: before.map_or(1, |timer| timer.fence),
                due: Some(now),
                lease: Some(Lease { worker: *worker, until: later(now, *lease) }),
            },
            TimerChange::Due(after) => Timer {
                fence: before.map_or(0, |timer| timer.fence),
                due: Some(later(now, *after)),
                lease: if holds_claim(unit, key) { None } else { before.and_then(|timer| timer.lease) },
            },
        };
        timers.insert(key, after);
    }
    Ok(timers)
}
