//! The use case: join a placement that runs, answer from one that ended, or begin one and wait for it.

use std::sync::Arc;

use bytes::Bytes;

use super::super::checkouts::{cart_at_hand, checkout_of};
use super::super::error::{Error, Reason};
use super::super::house::House;
use super::super::mutation::{Mutation, TRIES, conflict};
use super::first_commit::Begin;
use super::ready::in_progress;
use crate::domain::checkout::{Checkout, CheckoutState};
use crate::domain::ids::{AccountId, CheckoutId};
use crate::domain::money::Money;
use crate::domain::payment::Network;
use crate::domain::payment::scheme::Description;
use crate::domain::placement::Placement;
use crate::engine::Room;
use crate::engine::driver::{PLACE_ORDER, Stop};
use crate::ports::Record;
use crate::ports::store::{Key, Kind, Query, ReplyKey, Snapshot};

/// How often a placement is planned anew because others wrote the books of its card: each time one of them got on,
/// and a scheme lets fewer than this many be under way at once.
const TURNS: u32 = 20;

/// A tender as the caller gives it: a card with a token for each account that may take it.
#[derive(Clone)]
pub struct CardTender {
    /// How much; `None` for all of what is due.
    pub amount: Option<Money>,
    /// Tokens by account, in plain text for as long as the call lasts.
    pub instruments: Vec<(AccountId, String)>,
    /// What the caller tells of the card, for as long as the call lasts.
    pub description: Option<Description>,
    /// The card's scheme, as the caller claims: it loosens no limit.
    pub network: Network,
}

/// What to place.
#[derive(Clone)]
pub struct PlaceOrder {
    /// The session.
    pub checkout: CheckoutId,
    /// What the buyer agreed to.
    pub digest: String,
    /// The tenders, in the order in which they pay.
    pub tenders: Vec<CardTender>,
}

impl House {
    /// Places the order, or says what became of it: the encoded response. All of it runs in a tracked task: the
    /// caller's deadline or reset drops our future, and never what was begun (R13). Where too many run already it
    /// is refused before any durable work (I26).
    pub async fn place_order(
        self: &Arc<Self>,
        mutation: &Mutation,
        place: &PlaceOrder,
    ) -> Result<Bytes, Error> {
        let room = self.room()?;
        let (house, mutation, place) = (Arc::clone(self), mutation.clone(), place.clone());
        let run = self.engine.tasks.spawn(async move { house.place(&mutation, &place, &room).await });
        run.await.unwrap_or_else(|_| {
            Err(Error::new(Reason::Internal, "a task ended before its time: operators find it in the log"))
        })
    }

    async fn place(&self, mutation: &Mutation, place: &PlaceOrder, room: &Room) -> Result<Bytes, Error> {
        self.store(&mutation.store)?;
        let until = tokio::time::Instant::now() + self.times.patience;
        let (mut tries, mut turns) = (0, 0);
        while tries < TRIES && turns < TURNS {
            match self.begin_placement(mutation, place).await? {
                Begin::Answered(body) => return Ok(body),
                Begin::Join(placement) => {
                    return self.await_placement(&mutation.store, placement, until).await;
                }
                Begin::Ours { case, begun: None, .. } => {
                    return case.reply().cloned().ok_or_else(conflict);
                }
                Begin::Ours { case, begun: Some(begun), claim, placement } => {
                    let (engine, room) = (Arc::clone(&self.engine), room.clone());
                    // Its patience ends ours; the call at the gateway goes on, and keeps its room.
                    let run = self.engine.tasks.spawn(async move {
                        let ended = engine.go_on(*case, begun, &claim).await;
                        drop(room);
                        ended
                    });
                    let ended = tokio::time::timeout_at(until, run).await;
                    if let Ok(Ok((Stop::Resting, case))) = ended
                        && let Some(body) = case.reply()
                    {
                        return Ok(body.clone());
                    }
                    return self.await_placement(&mutation.store, placement, until).await;
                }
                Begin::Again => tries += 1,
                Begin::CardBusy => {
                    self.engine.give_way(turns).await;
                    turns += 1;
                }
            }
        }
        Err(conflict())
    }

    pub(super) async fn begin_placement(
        &self,
        mutation: &Mutation,
        place: &PlaceOrder,
    ) -> Result<Begin, Error> {
        let key = Key::new(&mutation.store, Kind::Checkout, place.checkout);
        let mut keys = vec![key.clone()];
        keys.extend(self.books_of(&mutation.store, place));
        let query = Query { keys, reply: Some(mutation.key()), counters: Vec::new() };
        let snapshot = self.engine.store.read(&query).await?;
        if let Some(begin) = under_key(mutation, &snapshot)? {
            return Ok(begin);
        }
        let (mut checkout, _) = checkout_of(&key, &snapshot)?;
        mutation.reach.check("checkout", checkout.context.customer.id.as_deref())?;
        let instruments = self.fingerprint(place);
        if let Some(placement) = known_placement(&checkout, &snapshot) {
            let same = placement.digest == place.digest && placement.instruments == instruments;
            match checkout.state {
                CheckoutState::Completed if same => return self.frozen(&placement).await,
                CheckoutState::Completed => {
                    return Err(Error::already_ordered(&checkout.store, checkout.order));
                }
                CheckoutState::Placing | CheckoutState::AwaitingAction if same => {
                    return Ok(Begin::Join(placement.id));
                }
                CheckoutState::Placing | CheckoutState::AwaitingAction => return Err(in_progress()),
                CheckoutState::Open | CheckoutState::Cancelled | CheckoutState::Expired => {}
            }
        }
        let mut cart = cart_at_hand(&checkout, &snapshot)?;
        let flow = self.flow(&checkout.flow.id, checkout.flow.version)?;
        let quoted = self.ready(&checkout, &cart, flow, place)?;
        self.still_sold_so(&mut checkout, &mut cart, flow, &snapshot).await?;
        let books = snapshot.books();
        let payments = self.payments(&checkout, flow, &quoted, place, &books)?;
        if let Some((failure, answer)) = self.nowhere_to_go(&mutation.store, &payments, &books)? {
            return self.refuse(mutation, checkout, &snapshot, failure, answer).await;
        }
        let whole = self.whole(mutation, place, checkout, cart, payments, instruments);
        self.first_commit(mutation, whole, snapshot).await
    }

    /// The reply of a placement that is over.
    pub(super) async fn frozen(&self, placement: &Placement) -> Result<Begin, Error> {
        match self.frozen_reply(placement).await? {
            Some(body) => Ok(Begin::Answered(body)),
            None => Err(Error::already_ordered(&placement.store, placement.order)),
        }
    }

    /// The bytes that were frozen under the key that began a placement.
    pub(in crate::app) async fn frozen_reply(&self, placement: &Placement) -> Result<Option<Bytes>, Error> {
        let key = ReplyKey {
            store: placement.store.clone(),
            method: PLACE_ORDER,
            request_id: placement.request.request_id,
        };
        let query = Query { reply: Some(key), ..Query::default() };
        Ok(self.engine.store.read(&query).await?.reply.and_then(|reply| reply.body))
    }
}

/// What stands under the caller's key: a finished reply, or a placement that still runs.
fn under_key(mutation: &Mutation, snapshot: &Snapshot<Record>) -> Result<Option<Begin>, Error> {
    let Some(reply) = &snapshot.reply else { return Ok(None) };
    if reply.fingerprint == mutation.fingerprint
        && reply.body.is_none()
        && let Some(subject) = &reply.subject
        && let Ok(placement) = subject.id.parse()
    {
        return Ok(Some(Begin::Join(placement)));
    }
    Ok(mutation.replayed(Some(reply))?.map(Begin::Answered))
}

fn known_placement(checkout: &Checkout, snapshot: &Snapshot<Record>) -> Option<Placement> {
    let key = Key::new(&checkout.store, Kind::Placement, checkout.placement?);
    match snapshot.rows.get(&key).map(|row| &row.row) {
        Some(Record::Placement(placement)) => Some((**placement).clone()),
        _ => None,
    }
}
