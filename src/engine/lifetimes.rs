//! The lives of carts and checkouts: each activity moves the timer of what it touched, in its own commit, and
//! whoever claims a timer that came lets the domain decide by the row.
//!
//! A timer that is late ends nothing too early and nothing twice: a row that somebody changed meanwhile is stale,
//! and is decided on anew.

use std::collections::BTreeMap;
use std::time::Duration;

use super::driver::Driver;
use super::events;
use crate::domain::cart::{Cart, CartState};
use crate::domain::ids::{StoreId, UnitId};
use crate::domain::lifetime::Turn;
use crate::ports::Record;
use crate::ports::store::{
    Claim, Fence, Key, Kind, Query, Snapshot, TimerChange, TimerWrite, UnitOfWork, Verdict, Write,
};

/// How often a row is decided on anew that others change at the same time; then the lease runs out and somebody
/// looks again.
const TRIES: usize = 3;

impl Driver {
    /// The timers that an activity which leaves `records` behind moves. A checkout's activity keeps its cart alive
    /// too. A placement's end moves none: whoever comes early looks again.
    pub fn alive(&self, store: &StoreId, records: &[Record], snapshot: &Snapshot<Record>) -> Vec<TimerWrite> {
        let Some(lives) = self.settings.lifetimes.get(store) else { return Vec::new() };
        let now = self.clock.now();
        let mut timers = BTreeMap::new();
        for record in records {
            match record {
                Record::Cart(cart) => match cart.state {
                    CartState::Open => {
                        timers.insert(record.key(store), TimerChange::Due(lives.of_cart(cart)));
                    }
                    CartState::Locked => {}
                    CartState::Ordered | CartState::Deleted | CartState::Expired => {
                        timers.insert(record.key(store), TimerChange::Clear);
                    }
                },
                Record::Checkout(checkout) if !checkout.state.placing() => {
                    let key = Key::new(store, Kind::Cart, checkout.cart);
                    let cart = cart_in(records, &key).or_else(|| cart_read(snapshot, &key));
                    timers.insert(record.key(store), change(lives.checkout(checkout, cart, now)));
                    if let Some(cart) = cart.filter(|cart| cart.state == CartState::Open) {
                        timers.insert(key, TimerChange::Due(lives.of_cart(cart)));
                    }
                }
                _ => {}
            }
        }
        timers.into_iter().map(|(key, change)| TimerWrite { key, change }).collect()
    }

    /// Decides on a cart or a checkout whose timer came.
    pub(super) async fn end_of_life(&self, claim: &Claim) {
        for _ in 0..TRIES {
            let query = Query { keys: vec![claim.key.clone()], ..Query::default() };
            let Ok(snapshot) = self.store.read(&query).await else { return };
            let unit = self.turn(claim, &snapshot);
            match self.submit(&unit).await {
                Verdict::Committed => {
                    for write in &unit.writes {
                        let kind = write.key.kind.as_str();
                        metrics::counter!("cashwrap_lives_ended_total", "kind" => kind).increment(1);
                    }
                    return;
                }
                Verdict::Stale { .. } => {}
                // Fenced: somebody else decides. Otherwise the lease runs out.
                _ => return,
            }
        }
    }

    fn turn(&self, claim: &Claim, snapshot: &Snapshot<Record>) -> UnitOfWork<Record> {
        let store = &claim.key.store;
        let mut unit = UnitOfWork::new(UnitId(self.ids.fresh()), store.clone());
        unit.fence = Some(Fence { key: claim.key.clone(), fence: claim.fence });
        let row = snapshot.rows.get(&claim.key);
        let now = self.clock.now();
        let lives = self.settings.lifetimes.get(store);
        let turn = match (row.map(|row| &row.row), lives) {
            (Some(Record::Cart(cart)), Some(lives)) => as_record(lives.cart(cart, now), Record::Cart),
            (Some(Record::Checkout(checkout)), Some(lives)) => {
                let cart = cart_read(snapshot, &Key::new(store, Kind::Cart, checkout.cart));
                as_record(lives.checkout(checkout, cart, now), Record::Checkout)
            }
            _ => Turn::Over,
        };
        if let (Turn::Becomes(record, _), Some(row)) = (&turn, row) {
            let events = events::of(Some(&row.row), record);
            let record = (**record).clone();
            unit.writes.push(Write { key: claim.key.clone(), expected: row.version, row: record, events });
        }
        unit.timers.push(TimerWrite { key: claim.key.clone(), change: change(turn) });
        unit
    }
}

fn as_record<T>(turn: Turn<T>, record: fn(Box<T>) -> Record) -> Turn<Record> {
    match turn {
        Turn::Wait(span) => Turn::Wait(span),
        Turn::Becomes(next, then) => Turn::Becomes(Box::new(record(next)), then),
        Turn::Over => Turn::Over,
    }
}

/// What becomes of the timer with a turn.
fn change<T>(turn: Turn<T>) -> TimerChange {
    /// The database's clock may be ahead of ours: what comes early by that much must not spin.
    const LEAST: Duration = Duration::from_secs(1);
    match turn {
        Turn::Wait(span) | Turn::Becomes(_, Some(span)) => TimerChange::Due(span.max(LEAST)),
        Turn::Becomes(_, None) | Turn::Over => TimerChange::Clear,
    }
}

fn cart_in<'a>(records: &'a [Record], key: &Key) -> Option<&'a Cart> {
    records.iter().find_map(|record| match record {
        Record::Cart(cart) if record.key(&key.store) == *key => Some(&**cart),
        _ => None,
    })
}

fn cart_read<'a>(snapshot: &'a Snapshot<Record>, key: &Key) -> Option<&'a Cart> {
    match &snapshot.rows.get(key)?.row {
        Record::Cart(cart) => Some(cart),
        _ => None,
    }
}
