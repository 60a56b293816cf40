//! PlaceOrder: exactly once, whoever calls, however often, and whatever dies.
//!
//! Two commits on the good path: the first claims the key, locks cart and checkout, holds stock and codes and
//! makes the payment's first intent durable; the second is the driver's, with the order and the frozen reply.
//! No tax provider and no carrier is called: what is too old, or has changed, is refused before any charge.

use std::time::Duration;

use bytes::Bytes;

use super::checkouts::{blocking, cart_of, checkout_of};
use super::error::{Error, Reason};
use super::house::House;
use super::mutation::{Mutation, TRIES, conflict, short};
use crate::domain::cart::{Cart, CartState};
use crate::domain::checkout::{Checkout, CheckoutState, GroupKind, Quoted, changed_since, groups};
use crate::domain::flow::Flow;
use crate::domain::ids::{AccountId, CheckoutId, PaymentId, PlacementId, StoreId, UnitId};
use crate::domain::money::Money;
use crate::domain::payment::aggregate::Failure;
use crate::domain::payment::decide::{Facts, Route, next_route};
use crate::domain::payment::policy::after;
use crate::domain::payment::{Goal, Instrument, Payment};
use crate::domain::placement::{Effects, Hold, Placement, PlacementState, RequestKey, Wish};
use crate::domain::product::stock_counter;
use crate::engine::case::{Case, Whole};
use crate::engine::driver::{Begun, PLACE_ORDER, Stop};
use crate::engine::replies::Answer;
use crate::ports::Record;
use crate::ports::store::{
    Claim, CounterChange, CounterMove, Key, Kind, Query, ReplyKey, ReplyWrite, Snapshot, StoredReply,
    TimerChange, TimerWrite, UnitOfWork, Verdict,
};

/// A tender as the caller gives it: a card with a token for each account that may take it.
#[derive(Clone)]
pub struct CardTender {
    /// How much; `None` for all of what is due.
    pub amount: Option<Money>,
    /// Tokens by account, in plain text for as long as the call lasts.
    pub instruments: Vec<(AccountId, String)>,
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

/// How the first commit went.
enum Begin {
    /// An answer without any durable work of ours.
    Answered(Bytes),
    /// Another placement of this session: wait for its end.
    Join(PlacementId),
    /// Ours: durable, with a call to make.
    Ours { case: Box<Case>, begun: Option<Begun>, claim: Claim, placement: PlacementId },
    /// Somebody was faster: look again.
    Again,
}

impl House {
    /// Places the order, or says what became of it: the encoded response.
    pub async fn place_order(&self, mutation: &Mutation, place: &PlaceOrder) -> Result<Bytes, Error> {
        self.store(&mutation.store)?;
        let until = tokio::time::Instant::now() + self.times.patience;
        for _ in 0..TRIES {
            match self.begin_placement(mutation, place).await? {
                Begin::Answered(body) => return Ok(body),
                Begin::Join(placement) => {
                    return self.await_placement(&mutation.store, placement, until).await;
                }
                Begin::Ours { case, begun: None, .. } => {
                    return case.reply().cloned().ok_or_else(conflict);
                }
                Begin::Ours { case, begun: Some(begun), claim, placement } => {
                    let engine = std::sync::Arc::clone(&self.engine);
                    // The caller's deadline or reset drops our future, never this task (R13).
                    let run =
                        self.engine.tasks.spawn(async move { engine.go_on(*case, begun, &claim).await });
                    let ended = tokio::time::timeout_at(until, run).await;
                    if let Ok(Ok((Stop::Resting, case))) = ended
                        && let Some(body) = case.reply()
                    {
                        return Ok(body.clone());
                    }
                    return self.await_placement(&mutation.store, placement, until).await;
                }
                Begin::Again => {}
            }
        }
        Err(conflict())
    }

    async fn begin_placement(&self, mutation: &Mutation, place: &PlaceOrder) -> Result<Begin, Error> {
        let key = Key::new(&mutation.store, Kind::Checkout, place.checkout);
        let query = Query { keys: vec![key.clone()], reply: Some(mutation.key()), counters: Vec::new() };
        let snapshot = self.engine.store.read(&query).await?;
        if let Some(begin) = under_key(mutation, &snapshot)? {
            return Ok(begin);
        }
        let (checkout, _) = checkout_of(&key, &snapshot)?;
        let instruments = self.fingerprint(place);
        if let Some(placement) = known_placement(&checkout, &snapshot) {
            let same = placement.digest == place.digest && placement.instruments == instruments;
            match checkout.state {
                CheckoutState::Completed if same => return self.frozen(&placement).await,
                CheckoutState::Completed => return Err(Error::already_ordered(checkout.order)),
                CheckoutState::Placing | CheckoutState::AwaitingAction if same => {
                    return Ok(Begin::Join(placement.id));
                }
                CheckoutState::Placing | CheckoutState::AwaitingAction => return Err(in_progress()),
                CheckoutState::Open | CheckoutState::Cancelled => {}
            }
        }
        let cart = cart_of(&mutation.store, checkout.cart, &snapshot)?;
        let flow = self.flow(&checkout.flow.id, checkout.flow.version)?;
        let quoted = self.ready(&checkout, &cart, flow, place)?;
        self.still_sold_so(&cart, flow, &snapshot).await?;
        let payments = self.payments(&checkout, flow, &quoted, place)?;
        if let Some(answer) = self.nowhere_to_go(&mutation.store, &payments)? {
            return Ok(Begin::Answered(answer));
        }
        let whole = self.whole(mutation, place, checkout, cart, payments, instruments);
        self.first_commit(mutation, whole, snapshot).await
    }

    /// Everything that forbids a placement before anything is held (checkout.md §3).
    fn ready(
        &self,
        checkout: &Checkout,
        cart: &Cart,
        flow: &Flow,
        place: &PlaceOrder,
    ) -> Result<Quoted, Error> {
        super::checkouts::open(checkout)?;
        match cart.state {
            CartState::Open => {}
            CartState::Locked => return Err(in_progress()),
            CartState::Ordered => return Err(Error::already_ordered(cart.order)),
            CartState::Deleted => return Err(Error::not_found("cart")),
        }
        let now = self.engine.clock.now();
        if cart.lines.is_empty() {
            return Err(Error::new(Reason::CartEmpty, "the cart has no lines: add something first"));
        }
        let mut shown = cart.clone();
        if !flow.frontend.coupons {
            shown.coupons.clear();
        }
        if changed_since(checkout, &shown) {
            return Err(price_changed("the cart changed since the quote"));
        }
        let blocking = blocking(checkout, flow, now);
        let aged = |problem: &crate::domain::flow::Problem| {
            problem.code == crate::domain::flow::ProblemCode::QuoteExpired
        };
        if !blocking.is_empty() && blocking.iter().all(aged) {
            return Err(Error::new(
                Reason::QuoteExpired,
                "the quote is over: read the checkout again, show it, and place with the new digest",
            ));
        }
        if !blocking.is_empty() {
            let message = "problems stand before this order: solve those that the details list";
            return Err(Error::new(Reason::CheckoutNotReady, message).with_problems(blocking));
        }
        let Some(quoted) = checkout.quoted.clone() else {
            return Err(Error::new(Reason::QuoteExpired, "there is no quote: read the checkout again"));
        };
        if quoted.digest != place.digest || Self::digest(checkout, &quoted.quote) != quoted.digest {
            return Err(price_changed("the digest is not that of the present quote"));
        }
        Ok(quoted)
    }

    /// Prices and coupons against the catalogue; the built-in one's rows were read along with the session.
    async fn still_sold_so(
        &self,
        cart: &Cart,
        flow: &Flow,
        snapshot: &Snapshot<Record>,
    ) -> Result<(), Error> {
        let skus: Vec<_> = cart.lines.iter().map(|line| line.sku().clone()).collect();
        let codes: Vec<_> = if flow.frontend.coupons {
            cart.coupons.iter().map(|coupon| coupon.code.clone()).collect()
        } else {
            Vec::new()
        };
        let found = self.find(&cart.store, &skus, &codes, snapshot).await?;
        for line in &cart.lines {
            match found.products.get(line.sku()) {
                None => {
                    let message = format!("{} is no longer sold: remove the line", line.sku());
                    return Err(Error::new(Reason::PriceChanged, message));
                }
                Some(product) if product.unit_price != line.product.unit_price => {
                    let (sku, now) = (line.sku(), product.unit_price);
                    return Err(price_changed(&format!("{sku} now costs {now}: set its quantity again")));
                }
                Some(_) => {}
            }
        }
        for coupon in cart.coupons.iter().filter(|_| flow.frontend.coupons) {
            if found.coupons.get(&coupon.code) != Some(coupon) {
                let message = format!("the code {} is no longer what it was: apply it again", coupon.code);
                return Err(price_changed(&message));
            }
        }
        Ok(())
    }

    /// One payment per tender. This floor takes one card for all of what is due.
    fn payments(
        &self,
        checkout: &Checkout,
        flow: &Flow,
        quoted: &Quoted,
        place: &PlaceOrder,
    ) -> Result<Vec<Payment>, Error> {
        let due = quoted.quote.totals.total;
        let mismatch = |remedy: String| Error::of_field(Reason::TendersMismatch, "tenders", remedy);
        let tender = match (due.is_zero(), place.tenders.as_slice()) {
            (true, []) => return Ok(Vec::new()),
            (true, _) => return Err(mismatch("nothing is due: send no tender".to_owned())),
            (false, [tender]) => tender,
            (false, _) => return Err(mismatch(format!("send one tender for all of {due}"))),
        };
        if tender.amount.is_some_and(|amount| amount != due) {
            return Err(mismatch(format!("the amount is not the {due} that are due")));
        }
        let routes = flow.backend.gateways.as_slice().to_vec();
        if let Some((account, _)) = tender.instruments.iter().find(|(account, _)| !routes.contains(account)) {
            return Err(Error::of_field(
                Reason::PaymentMethodNotEligible,
                "tenders[0].card.instruments",
                format!("{account} is not a gateway of this flow: ListPaymentMethods names them"),
            ));
        }
        let id = PaymentId(self.engine.ids.fresh());
        let now = self.engine.clock.now();
        let ships = groups(checkout).iter().any(|group| group.kind == GroupKind::Delivered);
        let context = id.to_string();
        Ok(vec![Payment {
            id,
            store: checkout.store.clone(),
            placement: PlacementId(id.0),
            checkout: checkout.id,
            order: None,
            amount: due,
            routes,
            instruments: tender
                .instruments
                .iter()
                .map(|(account, token)| Instrument {
                    account: account.clone(),
                    token: self.engine.vault.seal(&context, token.as_bytes()),
                })
                .collect(),
            capture_policy: flow.backend.capture.time(ships),
            return_url: checkout.details.return_uri.clone(),
            claimed_at: now,
            place_by: after(now, self.engine.policy.place_window),
            goal: Goal::Hold,
            skipped: Vec::new(),
            attempts: Vec::new(),
        }])
    }

    /// Where no gateway can take the tender now, the answer costs no durable work.
    fn nowhere_to_go(&self, store: &StoreId, payments: &[Payment]) -> Result<Option<Bytes>, Error> {
        let gateways = self.engine.gateway_facts(store);
        let now = self.engine.clock.now();
        let facts = Facts { now, policy: &self.engine.policy, gateways: &gateways };
        for (tender_index, payment) in payments.iter().enumerate() {
            match next_route(payment, &facts) {
                Route::Try { .. } => {}
                Route::End(Failure::Unreachable(_)) => return Err(unreachable_gateways()),
                Route::End(failure) => {
                    let answer = Answer::Declined { failure: &failure, tender_index };
                    return Ok(Some(self.engine.replies.place_order(&answer).into()));
                }
            }
        }
        Ok(None)
    }

    fn whole(
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
        checkout.updated_at = now;
        cart.state = CartState::Locked;
        cart.placement = Some(id);
        Effects { placement, payments, checkout, cart, order: None }
    }

    /// Key, locks, holds and the first intent in one unit.
    async fn first_commit(
        &self,
        mutation: &Mutation,
        whole: Effects,
        snapshot: Snapshot<Record>,
    ) -> Result<Begin, Error> {
        let placement = whole.placement.clone();
        let subject = Key::new(&mutation.store, Kind::Placement, placement.id);
        let known = [
            Key::new(&mutation.store, Kind::Checkout, whole.checkout.id),
            Key::new(&mutation.store, Kind::Cart, whole.cart.id),
        ];
        let rows = snapshot.rows.into_iter().filter(|(key, _)| known.contains(key)).collect();
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
        match self.engine.submit(&unit).await {
            Verdict::Committed => {
                case.committed(unit.writes, unit.reply);
                let claim = Claim { key: subject, fence: 1 };
                Ok(Begin::Ours { case: Box::new(case), begun, claim, placement: placement.id })
            }
            Verdict::Stale { .. } | Verdict::ReplyTaken(_) => Ok(Begin::Again),
            Verdict::Short { name, left } => Err(short(&name, left)),
            Verdict::Fenced | Verdict::Unknown | Verdict::Busy => Err(Error::store_unavailable()),
        }
    }

    /// The reply of a placement that is over.
    async fn frozen(&self, placement: &Placement) -> Result<Begin, Error> {
        match self.frozen_reply(placement).await? {
            Some(body) => Ok(Begin::Answered(body)),
            None => Err(Error::already_ordered(placement.order)),
        }
    }

    /// The bytes that were frozen under the key that began a placement.
    pub(super) async fn frozen_reply(&self, placement: &Placement) -> Result<Option<Bytes>, Error> {
        let key = ReplyKey {
            store: placement.store.clone(),
            method: PLACE_ORDER,
            request_id: placement.request.request_id,
        };
        let query = Query { reply: Some(key), ..Query::default() };
        Ok(self.engine.store.read(&query).await?.reply.and_then(|reply| reply.body))
    }

    /// Fingerprint of the instruments: keyed, so that a stored one tells nothing of a token.
    fn fingerprint(&self, place: &PlaceOrder) -> [u8; 32] {
        let mut text = Vec::new();
        for (account, token) in place.tenders.iter().flat_map(|tender| &tender.instruments) {
            for part in [account.as_str(), token] {
                text.extend(u64::try_from(part.len()).unwrap_or_default().to_be_bytes());
                text.extend(part.as_bytes());
            }
        }
        self.engine.vault.sign("instruments-v1", &text)
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

fn in_progress() -> Error {
    Error::new(
        Reason::PlacementInProgress,
        "another placement of this cart is running, with other instruments or another checkout: wait for it",
    )
    .retry_after(Duration::from_secs(1))
}

fn price_changed(cause: &str) -> Error {
    Error::new(
        Reason::PriceChanged,
        format!("{cause}: read the checkout again, show the difference, and place with the new digest"),
    )
}

/// Nothing was executed anywhere and nothing is held.
pub(super) fn unreachable_gateways() -> Error {
    Error::new(
        Reason::PartnerUnavailable,
        "no gateway of this flow can be reached now, and nothing was charged: repeat the call",
    )
    .retry_after(Duration::from_secs(2))
}
