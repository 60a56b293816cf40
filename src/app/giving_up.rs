//! Second thoughts (R15): an edit of a cart or a checkout whose payment waits for its customer gives that payment up.
//!
//! The one way in which that is done, for every edit alike. An edit is decided on first, over the rows as they will
//! be once nothing holds them: nobody loses a payment over an edit that fails. Then the payment is cancelled at its
//! gateway, session and cart open again, and the edit is decided on anew and committed. Where the cancel reveals that
//! the customer paid, the order stands and refuses the edit.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::error::{Error, Reason};
use super::house::House;
use super::mutation::{TRIES, conflict};
use crate::domain::cart::{Cart, CartState};
use crate::domain::ids::{PlacementId, StoreId};
use crate::domain::placement::{Placement, PlacementState, Wish};
use crate::ports::Record;
use crate::ports::store::{Key, Kind, Query, Snapshot};

/// How long an edit waits for a pending action to be cancelled at the gateway.
const REOPEN_PATIENCE: Duration = Duration::from_secs(5);

/// A cart that an edit may touch, as it is once nothing holds it.
#[derive(Debug)]
pub(super) struct Editable {
    /// The cart.
    pub(super) cart: Cart,
    /// What is left of counters, with what would be given back.
    pub(super) left: BTreeMap<String, i64>,
    /// The placement that is given up first.
    pub(super) gives_up: Option<PlacementId>,
}

impl Editable {
    /// The cart as it is, or as it will be where its placement gives way to an edit.
    pub(super) fn of(mut cart: Cart, snapshot: &Snapshot<Record>) -> Self {
        let mut left = snapshot.left.clone();
        let waits = cart.placement.filter(|_| cart.state == CartState::Locked);
        let waits = waits.and_then(|id| giving_way(&cart.store, id, snapshot));
        let gives_up = waits.map(|placement| placement.id);
        for hold in waits.into_iter().flat_map(|placement| &placement.holds) {
            if let Some(left) = left.get_mut(&hold.counter) {
                *left = left.saturating_add(hold.quantity.into());
            }
        }
        if gives_up.is_some() {
            cart.state = CartState::Open;
        }
        Self { cart, left, gives_up }
    }
}

/// A placement that an edit ends: its customer has yet to act, or it is being given up already.
pub(super) fn giving_way<'a>(
    store: &StoreId,
    id: PlacementId,
    snapshot: &'a Snapshot<Record>,
) -> Option<&'a Placement> {
    match snapshot.rows.get(&Key::new(store, Kind::Placement, id)).map(|row| &row.row) {
        Some(Record::Placement(placement)) => Some(&**placement).filter(|placement| gives_way(placement)),
        _ => None,
    }
}

fn gives_way(placement: &Placement) -> bool {
    match placement.state {
        PlacementState::AwaitingAction => true,
        PlacementState::Paying | PlacementState::Compensating => placement.wish != Wish::Place,
        PlacementState::Completed | PlacementState::Failed => false,
    }
}

/// Whether somebody else edited a row while its payment was given up. The giving up itself moves the etag, so that
/// what can be edited is compared instead.
pub(super) fn edited_meanwhile(before: &Record, after: &Record) -> bool {
    match (before, after) {
        (Record::Cart(before), Record::Cart(after)) => {
            (&before.lines, &before.coupons) != (&after.lines, &after.coupons)
        }
        (Record::Checkout(before), Record::Checkout(after)) => before.details != after.details,
        _ => true,
    }
}

/// The payment is being given up, and its gateway has not said yet that it is.
pub(super) fn not_yet_given_up() -> Error {
    Error::new(
        Reason::PlacementInProgress,
        "the pending payment is being given up, and its gateway has not confirmed that yet: repeat the call",
    )
    .retry_after(Duration::from_secs(1))
}

impl House {
    /// Gives up the payment of a placement, and waits until it has ended. One that went on meanwhile, because its
    /// customer came back, is left alone: the edit is then told what it became.
    pub(super) async fn give_up(&self, store: &StoreId, placement: PlacementId) -> Result<(), Error> {
        let room = self.room()?;
        let key = Key::new(store, Kind::Placement, placement);
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        for _ in 0..TRIES {
            let snapshot = self.engine.store.read(&query).await?;
            let Some(held) = giving_way(store, placement, &snapshot) else { return Ok(()) };
            if held.wish == Wish::Place {
                let noted = Placement { wish: Wish::Reopen, ..held.clone() };
                if !self.note(&snapshot, Record::Placement(Box::new(noted)), None).await? {
                    continue;
                }
            }
            let until = Instant::now() + REOPEN_PATIENCE;
            // Whoever drives it, and whatever became of it: the edit itself says what the rows are now.
            let _driven = tokio::time::timeout_at(until, self.kick(&key, room)).await;
            return self.await_end(store, placement, until).await;
        }
        Err(conflict())
    }
}
