//! The first commit: key, locks, holds and the first intent in one unit.

use bytes::Bytes;

use super::super::error::Error;
use super::super::house::House;
use super::super::mutation::{Mutation, short, writes};
use super::order::PlaceOrder;
use super::tenders::unreachable_gateways;
use crate::domain::cart::{Cart, CartState};
use crate::domain::checkout::{Checkout, CheckoutState};
use crate::domain::ids::{PlacementId, UnitId};
use crate::domain::payment::Payment;
use crate::domain::payment::aggregate::Failure;
use crate::domain::payment::policy::after;
use crate::domain::placement::{Effects, Hold, Placement, PlacementState, RequestKey, Wish};
use crate::domain::product::stock_counter;
use crate::engine::case::{Case, Whole};
use crate::engine::driver::Begun;
use crate::ports::Record;
use crate::ports::store::{
    Claim, CounterChange, CounterMove, Key, Kind, ReplyWrite, Snapshot, StoredReply, TimerChange, TimerWrite,
    UnitOfWork, Verdict,
};

/// How the first commit went.
pub(super) enum Begin {
    /// An answer without any durable work of ours.
    Answered(Bytes),
    /// Another placement of this session: wait for its end.
    Join(PlacementId),
    /// Ours: durable, with a call to make.
    Ours { case: Box<Case>, begun: Option<Begun>, claim: Claim, placement: PlacementId },
    /// Somebody was faster: look again.
    Again,
    /// Another placement wrote a book of the card meanwhile: look again, after giving way.
    CardBusy,
}

impl House {
    pub(super) fn whole(
        &self,
        mutation: &Mutation,
        place: &PlaceOrder,
        mut checkout: Checkout,
        mut cart: Cart,
        mut payments: Vec<Payment>,
        instruments: [u8; 32],
    ) -> Effects {
        let id = PlacementId(self.engine.ids.fresh());
        let now = self.engine.clock.now();
        for payment in &mut payments {
            payment.placement = id;
        }
        let stock = cart
            .tracked_quantities()
            .into_iter()
            .map(|(sku, quantity)| Hold { counter: stock_counter(&sku), quantity });
        let codes = checkout
            .coupons
            .iter()
            .filter_map(|coupon| coupon.counter().map(|counter| Hold { counter, quantity: 1 }));
        let placement = Placement {
            id,
            store: mutation.store.clone(),
            checkout: checkout.id,
            cart: cart.id,
            state: PlacementState::Paying,
            digest: place.digest.clone(),
            instruments,
            request: RequestKey { request_id: mutation.request_id },
            payments: payments.iter().map(|payment| payment.id).collect(),
            books: payments
                .iter()
                .flat_map(|payment| &payment.card.names)
                .map(|name| name.book.clone())
                .collect(),
            holds: stock.chain(codes).collect(),
            claimed_at: now,
            complete_by: after(now, self.engine.policy.complete_window),
            wish: Wish::Place,
            failure: None,
            order: None,
        };
        checkout.state = CheckoutState::Placing;
        checkout.placement = Some(id);
        checkout.last_failure = None;
        checkout.failed_payment = None;
        checkout.updated_at = now;
        cart.state = CartState::Locked;
        cart.placement = Some(id);
        Effects { placement, payments, checkout, cart, order: None }
    }

    /// A decline without a placement: the answer is frozen under its key and the session shows it, in one unit, so
    /// that a repeat is answered alike whatever the card may do by then (I18).
    pub(super) async fn refuse(
        &self,
        mutation: &Mutation,
        checkout: Checkout,
        snapshot: &Snapshot<Record>,
        failure: Failure,
        answer: Bytes,
    ) -> Result<Begin, Error> {
        let subject = Key::new(&mutation.store, Kind::Checkout, checkout.id);
        let now = self.engine.clock.now();
        let last_failure = Some(failure);
        let shown = Checkout { last_failure, failed_payment: None, updated_at: now, ..checkout };
        let records = vec![Record::Checkout(Box::new(shown))];
        let mut unit = UnitOfWork::new(UnitId(self.engine.ids.fresh()), mutation.store.clone());
        unit.timers = self.engine.alive(&mutation.store, &records, snapshot);
        unit.writes = writes(mutation, snapshot, records).0;
        unit.reply = Some(ReplyWrite::Claim {
            key: mutation.key(),
            reply: StoredReply {
                fingerprint: mutation.fingerprint,
                subject: Some(subject),
                body: Some(answer.clone()),
            },
            keep: self.times.keep_money_reply,
        });
        mutation.in_time()?;
        match self.engine.submit(&unit).await {
            Verdict::Committed => Ok(Begin::Answered(answer)),
            Verdict::Stale { .. } | Verdict::ReplyTaken(_) => Ok(Begin::Again),
            Verdict::Short { .. } | Verdict::Fenced | Verdict::Unknown | Verdict::Busy => {
                Err(Error::store_unavailable())
            }
        }
    }

    /// Key, locks, holds and the first intent in one unit.
    pub(super) async fn first_commit(
        &self,
        mutation: &Mutation,
        whole: Effects,
        snapshot: Snapshot<Record>,
    ) -> Result<Begin, Error> {
        let placement = whole.placement.clone();
        let lines = whole.checkout.lines.clone();
        let subject = Key::new(&mutation.store, Kind::Placement, placement.id);
        let known = [
            Key::new(&mutation.store, Kind::Checkout, whole.checkout.id),
            Key::new(&mutation.store, Kind::Cart, whole.cart.id),
        ];
        let rows = snapshot.rows.into_iter();
        let rows = rows.filter(|(key, _)| known.contains(key) || key.kind == Kind::CardBook).collect();
        let mut case =
            Case::new(mutation.store.clone(), subject.clone(), Whole::Placement(Box::new(whole)), rows);
        let begun = self.engine.begin(&mut case);
        self.engine.watch(&case);
        let mut unit = UnitOfWork::new(UnitId(self.engine.ids.fresh()), mutation.store.clone());
        unit.writes = case.writes();
        unit.counters = placement
            .holds
            .iter()
            .map(|hold| CounterMove {
                name: hold.counter.clone(),
                change: CounterChange::Hold(hold.quantity),
            })
            .collect();
        // A placement that needs no call ends in its first commit: its own end joins the same unit.
        self.engine.add_end(&case, &mut unit);
        let body = match unit.reply.take() {
            Some(ReplyWrite::Finish { body, .. }) => Some(body),
            _ => None,
        };
        if begun.is_none() && body.is_none() {
            return Err(unreachable_gateways());
        }
        unit.reply = Some(ReplyWrite::Claim {
            key: mutation.key(),
            reply: StoredReply { fingerprint: mutation.fingerprint, subject: Some(subject.clone()), body },
            keep: self.times.keep_money_reply,
        });
        if begun.is_some() {
            let (worker, lease) = (self.engine.worker, self.engine.settings.lease);
            unit.timers
                .push(TimerWrite { key: subject.clone(), change: TimerChange::Lease { worker, lease } });
        }
        mutation.in_time()?;
        match self.engine.submit(&unit).await {
            Verdict::Committed => {
                case.committed(unit.writes, unit.reply);
                let claim = Claim { key: subject, fence: 1 };
                Ok(Begin::Ours { case: Box::new(case), begun, claim, placement: placement.id })
            }
            Verdict::Stale { key } if key.kind == Kind::CardBook => Ok(Begin::CardBusy),
            Verdict::Stale { .. } | Verdict::ReplyTaken(_) => Ok(Begin::Again),
            Verdict::Short { name, left } => Err(short(&name, left, &lines)),
            Verdict::Fenced | Verdict::Unknown | Verdict::Busy => Err(Error::store_unavailable()),
        }
    }
}
