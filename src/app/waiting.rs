//! Waiting for a placement that somebody drives: here, on another replica, or nobody until a lease runs out.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::error::{Error, Reason};
use super::house::House;
use super::placing::unreachable_gateways;
use crate::domain::checkout::{Checkout, CheckoutState};
use crate::domain::ids::{PlacementId, StoreId};
use crate::domain::payment::aggregate::Failure;
use crate::domain::placement::{Placement, PlacementState};
use crate::engine::replies::Answer;
use crate::ports::Record;
use crate::ports::store::{Key, Kind, Query};

/// How often another replica's progress is looked for; our own commits wake us at once.
const LOOK_EVERY: Duration = Duration::from_millis(100);

impl House {
    /// What a placement answers now, or once it is settled, or PROCESSING when patience ends.
    pub(super) async fn await_placement(
        &self,
        store: &StoreId,
        id: PlacementId,
        until: Instant,
    ) -> Result<Bytes, Error> {
        loop {
            // Before we look, so that no commit can slip in between.
            let committed = self.engine.commits.notified();
            tokio::pin!(committed);
            committed.as_mut().enable();
            if let Some(answer) = self.answer_of(store, id).await? {
                return Ok(answer);
            }
            if Instant::now() >= until {
                return Ok(self.engine.replies.place_order(&Answer::Processing).into());
            }
            let next = (Instant::now() + LOOK_EVERY).min(until);
            // A wake-up or the end of the pause: either way we look again.
            let _woken = tokio::time::timeout_at(next, committed).await;
        }
    }

    /// Returns once a placement is over, or when patience ends.
    pub(super) async fn await_end(
        &self,
        store: &StoreId,
        id: PlacementId,
        until: Instant,
    ) -> Result<(), Error> {
        let key = Key::new(store, Kind::Placement, id);
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        loop {
            // Before we look, so that no commit can slip in between.
            let committed = self.engine.commits.notified();
            tokio::pin!(committed);
            committed.as_mut().enable();
            let snapshot = self.engine.store.read(&query).await?;
            let over = match snapshot.rows.get(&key).map(|row| &row.row) {
                Some(Record::Placement(placement)) => placement.state.terminal(),
                _ => true,
            };
            if over || Instant::now() >= until {
                return Ok(());
            }
            let next = (Instant::now() + LOOK_EVERY).min(until);
            // A wake-up or the end of the pause: either way we look again.
            let _woken = tokio::time::timeout_at(next, committed).await;
        }
    }

    /// What a placement answers now; `None` while it is being worked on.
    async fn answer_of(&self, store: &StoreId, id: PlacementId) -> Result<Option<Bytes>, Error> {
        let key = Key::new(store, Kind::Placement, id);
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let snapshot = self.engine.store.read(&query).await?;
        let Some(Record::Placement(placement)) = snapshot.rows.get(&key).map(|row| &row.row) else {
            return Ok(None);
        };
        match placement.state {
            PlacementState::Completed => self.frozen_reply(placement).await,
            PlacementState::Failed => self.failed(placement).await.map(Some),
            PlacementState::AwaitingAction => {
                let key = Key::new(store, Kind::Checkout, placement.checkout);
                Ok(match snapshot.rows.get(&key).map(|row| &row.row) {
                    Some(Record::Checkout(checkout)) => self.action_of(checkout),
                    _ => None,
                })
            }
            PlacementState::Paying | PlacementState::Compensating => Ok(None),
        }
    }

    fn action_of(&self, checkout: &Checkout) -> Option<Bytes> {
        (checkout.state == CheckoutState::AwaitingAction)
            .then(|| self.engine.replies.place_order(&Answer::Action(checkout)).into())
    }

    async fn failed(&self, placement: &Placement) -> Result<Bytes, Error> {
        if let Some(body) = self.frozen_reply(placement).await? {
            return Ok(body);
        }
        match &placement.failure {
            Some(Failure::Unreachable(_)) => Err(unreachable_gateways()),
            Some(
                failure @ (Failure::Declined(_)
                | Failure::Limited(_)
                | Failure::Reenter(_)
                | Failure::Absent
                | Failure::ActionExpired
                | Failure::Mismatched),
            ) => {
                let payment = placement.payments.first().map(|id| (&placement.store, *id));
                let answer = Answer::Declined { failure, tender_index: 0, payment };
                Ok(self.engine.replies.place_order(&answer).into())
            }
            Some(Failure::Released) | None => Err(Error::new(
                Reason::CheckoutNotOpen,
                "the placement was given up at the caller's wish, and nothing was charged: read the checkout, and place \
                 again where it is open",
            )),
        }
    }
}
