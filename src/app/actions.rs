//! What happens while a placement waits for its customer: the return (R15). Second thoughts are in `giving_up`.
//!
//! Nothing here believes what a browser brought back. A signal is noted on the payment and the machine looks
//! at the gateway, whose answer counts. Where the money is asked for only now, what was brought back goes along with the
//! question, sealed until then.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::checkouts::checkout_of;
use super::error::{Error, Reason};
use super::house::House;
use super::mutation::{Mutation, TRIES, conflict};
use crate::domain::checkout::CheckoutState;
use crate::domain::ids::{CheckoutId, PaymentId, PlacementId, StoreId, UnitId};
use crate::domain::payment::react::react;
use crate::domain::payment::{Input, Payment};
use crate::engine::{Room, events};
use crate::ports::Record;
use crate::ports::store::{Key, Kind, Query, ReplyWrite, Snapshot, StoredReply, UnitOfWork, Verdict, Write};

/// How long a placement that another replica drives is given before it is looked at.
const ELSEWHERE: Duration = Duration::from_millis(200);

impl House {
    /// Goes on after the customer did what a payment asked for.
    pub async fn confirm_action(
        &self,
        mutation: &Mutation,
        id: CheckoutId,
        action: PaymentId,
        brought_back: &[(String, String)],
    ) -> Result<Bytes, Error> {
        self.store(&mutation.store)?;
        let room = self.room()?;
        let until = Instant::now() + self.times.patience;
        let key = Key::new(&mutation.store, Kind::Checkout, id);
        let query = Query { keys: vec![key.clone()], reply: Some(mutation.key()), ..Query::default() };
        for _ in 0..TRIES {
            let snapshot = self.engine.store.read(&query).await?;
            // The answer is the placement's; under this key stands only what was asked (I16).
            let repeated = snapshot.reply.as_ref();
            if repeated.is_some_and(|reply| reply.fingerprint != mutation.fingerprint) {
                mutation.replayed(repeated)?;
            }
            let (checkout, _) = checkout_of(&key, &snapshot)?;
            mutation.reach.check("checkout", checkout.context.customer.id.as_deref())?;
            let Some(placement) = checkout.placement else { return Err(no_such_action()) };
            let payment_key = Key::new(&mutation.store, Kind::Payment, action);
            let payment_query = Query { keys: vec![payment_key.clone()], ..Query::default() };
            let payments = self.engine.store.read(&payment_query).await?;
            let payment = payment_of(&payment_key, &payments).ok_or_else(no_such_action)?;
            if payment.placement != placement {
                return Err(no_such_action());
            }
            if checkout.state == CheckoutState::AwaitingAction {
                let signal = self.signal(&payment, brought_back);
                let noted = react(&payment, signal, self.engine.clock.now(), &self.engine.policy)
                    .map_err(|error| Error::new(Reason::PaymentActionInvalid, error.to_string()))?;
                mutation.in_time()?;
                let claim = repeated.is_none().then(|| self.asked(mutation, placement));
                if !self.note(&payments, Record::Payment(Box::new(noted)), claim).await? {
                    continue;
                }
            }
            let driven = self.kick(&Key::new(&mutation.store, Kind::Placement, placement), room);
            let answer = self.await_settled(&mutation.store, placement, driven, until).await;
            return answer.map_err(|error| match error.reason() {
                // Only a placement that was given up answers so: an edit or a cancellation ended the action.
                Reason::CheckoutNotOpen => action_over(),
                _ => error,
            });
        }
        Err(conflict())
    }

    /// What the machine is told of a return. What was brought back is kept only for a gateway that may need it.
    fn signal(&self, payment: &Payment, brought_back: &[(String, String)]) -> Input {
        let gateway = payment.live().and_then(|attempt| self.engine.gateways.get(&attempt.account));
        let asks = gateway.is_some_and(|gateway| gateway.capabilities().confirms_after_action);
        if brought_back.is_empty() || !asks {
            return Input::Signalled;
        }
        Input::Returned { brought_back: self.engine.seal_brought_back(payment.id, brought_back) }
    }

    /// Keeps what was asked under the caller's key, without an answer of its own.
    fn asked(&self, mutation: &Mutation, placement: PlacementId) -> ReplyWrite {
        ReplyWrite::Claim {
            key: mutation.key(),
            reply: StoredReply {
                fingerprint: mutation.fingerprint,
                subject: Some(Key::new(&mutation.store, Kind::Placement, placement)),
                body: None,
            },
            keep: self.times.keep_money_reply,
        }
    }

    /// Writes one row as it shall be; false when somebody else changed it, or took the key, meanwhile.
    pub(super) async fn note(
        &self,
        snapshot: &Snapshot<Record>,
        record: Record,
        reply: Option<ReplyWrite>,
    ) -> Result<bool, Error> {
        let store = match &record {
            Record::Payment(payment) => payment.store.clone(),
            Record::Placement(placement) => placement.store.clone(),
            _ => return Ok(false),
        };
        let key = record.key(&store);
        let Some(held) = snapshot.rows.get(&key) else { return Ok(false) };
        let mut unit = UnitOfWork::new(UnitId(self.engine.ids.fresh()), store);
        unit.reply = reply;
        if held.row != record {
            let events = events::of(Some(&held.row), &record);
            unit.writes = vec![Write { key, expected: held.version, row: record, events }];
        } else if unit.reply.is_none() {
            return Ok(true);
        }
        match self.engine.submit(&unit).await {
            Verdict::Committed => Ok(true),
            Verdict::Stale { .. } | Verdict::ReplyTaken(_) => Ok(false),
            _ => Err(Error::store_unavailable()),
        }
    }

    /// Claims a row that nobody drives and drives it, all in a task of its own, so that no caller who goes away
    /// leaves a claim behind. The task tells whether it was ours to drive.
    pub(super) fn kick(&self, subject: &Key, room: Room) -> JoinHandle<bool> {
        let (engine, subject) = (Arc::clone(&self.engine), subject.clone());
        self.engine.tasks.spawn(async move {
            let driven = match engine.store.claim(&subject, engine.worker, engine.settings.lease).await {
                Ok(Some(claim)) => engine.recover(&claim).await.is_some(),
                Ok(None) | Err(_) => false,
            };
            drop(room);
            driven
        })
    }

    /// What the placement is once the drive that was just begun has come to rest; where another replica drives
    /// it, what it is a moment later.
    async fn await_settled(
        &self,
        store: &StoreId,
        placement: PlacementId,
        driven: JoinHandle<bool>,
        until: Instant,
    ) -> Result<Bytes, Error> {
        let ours = tokio::time::timeout_at(until, driven).await;
        if matches!(ours, Ok(Ok(false))) {
            tokio::time::sleep(ELSEWHERE).await;
        }
        self.await_placement(store, placement, until).await
    }
}

fn payment_of(key: &Key, snapshot: &Snapshot<Record>) -> Option<Payment> {
    match snapshot.rows.get(key).map(|row| &row.row) {
        Some(Record::Payment(payment)) => Some((**payment).clone()),
        _ => None,
    }
}

fn action_over() -> Error {
    Error::of_field(
        Reason::PaymentActionInvalid,
        "action_id",
        "is over, because the checkout was changed or cancelled meanwhile, and nothing was charged: read the \
         checkout, and place the order again",
    )
}

fn no_such_action() -> Error {
    Error::of_field(
        Reason::PaymentActionInvalid,
        "action_id",
        "is not an action of this checkout's placement: read the checkout for the present one",
    )
}
