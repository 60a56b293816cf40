//! Checkout sessions: create, read, change, cancel.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use jiff::Timestamp;

use super::error::{Error, Reason};
use super::house::House;
use super::mutation::{Change, Mutation, Versioned, etag};
use crate::domain::address::{Address, Contact};
use crate::domain::cart::{Cart, CartState};
use crate::domain::checkout::{
    Billing, Checkout, CheckoutState, Context, Details, FlowPin, changed_since, problems, session_facts,
};
use crate::domain::flow::{
    Flow, IdentityOption, PrimaryAction, Problem, ProblemCode, Shopper, Step, choose, primary_action,
    step_plan,
};
use crate::domain::ids::{CartId, CheckoutId, StoreId};
use crate::domain::placement::{Placement, Wish};
use crate::ports::Record;
use crate::ports::store::{Key, Kind, Query, Snapshot};

/// The choice for a delivery group, as the client sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A delivery option by its quote id.
    Quote(String),
    /// A pickup location by its id.
    Pickup(String),
}

/// What an update replaces; `None` leaves a part as it is, `Some(None)` clears it.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// How to reach the buyer.
    pub contact: Option<Option<Contact>>,
    /// Where the goods go.
    pub delivery_address: Option<Option<Address>>,
    /// Who is billed.
    pub billing: Option<Option<Billing>>,
    /// How the goods get there.
    pub delivery: Option<Option<Choice>>,
    /// How the buyer wants to be known.
    pub identity: Option<Option<IdentityOption>>,
    /// Where a gateway's page sends the buyer back to.
    pub return_uri: Option<Option<String>>,
}

/// What a new session starts with.
#[derive(Debug, Clone)]
pub struct NewCheckout {
    /// Its id.
    pub id: CheckoutId,
    /// The cart.
    pub cart: CartId,
    /// What the buyer shops with.
    pub context: Context,
    /// What is known of the buyer already.
    pub edit: Edit,
}

/// A session as a client sees it.
#[derive(Debug, Clone)]
pub struct CheckoutView {
    /// The session.
    pub checkout: Checkout,
    /// Its etag.
    pub etag: String,
    /// The step plan.
    pub steps: Vec<Step>,
    /// The one thing to do next.
    pub primary_action: PrimaryAction,
    /// What stands between it and its order.
    pub problems: Vec<Problem>,
    /// Its flow.
    pub flow: Flow,
}

/// Encodes the reply that shows a session.
pub type EncodeCheckout<'a> = &'a (dyn Fn(&CheckoutView) -> Bytes + Sync);

impl House {
    /// Opens a session on a cart and chooses its flow.
    pub async fn create_checkout(
        &self,
        mutation: &Mutation,
        new: &NewCheckout,
        encode: EncodeCheckout<'_>,
    ) -> Result<Bytes, Error> {
        self.store(&mutation.store)?;
        let keys = [Key::new(&mutation.store, Kind::Cart, new.cart)];
        let step = |snapshot: Arc<Snapshot<Record>>| async move {
            let snapshot = &*snapshot;
            let cart = cart_of(&mutation.store, new.cart, snapshot)?;
            let checkout = self.open_session(&mutation.store, new, &cart).await?;
            Ok(Change { records: vec![Record::Checkout(Box::new(checkout))], ..Change::default() })
        };
        self.mutate(mutation, &keys, step, |shown| self.encode_view(shown, encode)).await
    }

    /// Reads a session, quoted anew where its cart changed or its quote is over.
    pub async fn get_checkout(&self, store: &StoreId, id: CheckoutId) -> Result<CheckoutView, Error> {
        self.store(store)?;
        let key = Key::new(store, Kind::Checkout, id);
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let snapshot = self.engine.store.read(&query).await?;
        let (checkout, sequence) = checkout_of(&key, &snapshot)?;
        let Some((fresh, records)) = self.freshened(&checkout, &snapshot).await? else {
            return self.view(checkout, etag(sequence));
        };
        match self.keep_fresh(store, &snapshot, records).await {
            Some(tag) => self.view(fresh, tag),
            // Somebody else changed it meanwhile: what was read is still a true answer.
            None => self.view(checkout, etag(sequence)),
        }
    }

    /// What a watcher compares: it changes whenever a read of the session might show something else.
    pub async fn checkout_mark(&self, store: &StoreId, id: CheckoutId) -> Result<(u64, u64), Error> {
        let key = Key::new(store, Kind::Checkout, id);
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let snapshot = self.engine.store.read(&query).await?;
        let (checkout, sequence) = checkout_of(&key, &snapshot)?;
        let cart = snapshot.rows.get(&Key::new(store, Kind::Cart, checkout.cart));
        Ok((sequence, cart.map_or(0, |row| row.version)))
    }

    /// Replaces parts of what the buyer has given, and quotes anew.
    pub async fn update_checkout(
        &self,
        mutation: &Mutation,
        id: CheckoutId,
        edit: &Edit,
        encode: EncodeCheckout<'_>,
    ) -> Result<Bytes, Error> {
        self.store(&mutation.store)?;
        match self.update_open(mutation, id, edit, encode).await {
            Err(error) if error.metadata().get("state").is_some_and(|state| state == "AWAITING_ACTION") => {
                self.reopen(&mutation.store, id).await?;
                self.update_open(mutation, id, edit, encode).await
            }
            answer => answer,
        }
    }

    async fn update_open(
        &self,
        mutation: &Mutation,
        id: CheckoutId,
        edit: &Edit,
        encode: EncodeCheckout<'_>,
    ) -> Result<Bytes, Error> {
        let key = &Key::new(&mutation.store, Kind::Checkout, id);
        let step = |snapshot: Arc<Snapshot<Record>>| async move {
            let snapshot = &*snapshot;
            let (mut checkout, sequence) = checkout_of(key, snapshot)?;
            mutation.check_etag(sequence)?;
            open(&checkout)?;
            let held = cart_of(&mutation.store, checkout.cart, snapshot)?;
            let cart = self.repriced(&held, snapshot).await?;
            let repriced = (cart != held).then(|| Record::Cart(Box::new(cart.clone())));
            checkout.lines = cart.lines;
            checkout.coupons = cart.coupons;
            let flow = self.flow(&checkout.flow.id, checkout.flow.version)?;
            self.edit(&mut checkout, flow, edit).await?;
            checkout.updated_at = self.engine.clock.now();
            let session = Record::Checkout(Box::new(checkout));
            Ok(Change { records: std::iter::once(session).chain(repriced).collect(), ..Change::default() })
        };
        let keys = [key.clone()];
        self.mutate(mutation, &keys, step, |shown| self.encode_view(shown, encode)).await
    }

    /// Cancels a session; while a placement runs the wish is recorded and honoured before the order is made.
    pub async fn cancel_checkout(
        &self,
        mutation: &Mutation,
        id: CheckoutId,
        encode: EncodeCheckout<'_>,
    ) -> Result<Bytes, Error> {
        self.store(&mutation.store)?;
        let key = &Key::new(&mutation.store, Kind::Checkout, id);
        let keys = [key.clone()];
        let step = |snapshot: Arc<Snapshot<Record>>| async move {
            let snapshot = &*snapshot;
            let (mut checkout, sequence) = checkout_of(key, snapshot)?;
            mutation.check_etag(sequence)?;
            let mut records = Vec::new();
            if checkout.state.placing() {
                records.push(Record::Placement(Box::new(wished(&checkout, snapshot, Wish::Cancel)?)));
            } else {
                open(&checkout)?;
                checkout.state = CheckoutState::Cancelled;
                checkout.updated_at = self.engine.clock.now();
            }
            records.insert(0, Record::Checkout(Box::new(checkout)));
            Ok(Change { records, ..Change::default() })
        };
        let placing = AtomicBool::new(false);
        let shown = |shown: &[Versioned<Record>]| {
            placing.store(shown.len() > 1, Ordering::Relaxed);
            self.encode_view(shown, encode)
        };
        let body = self.mutate(mutation, &keys, step, shown).await?;
        if placing.into_inner() {
            self.nudge_placement_of(key).await?;
        }
        Ok(body)
    }

    /// A session with everything that follows from it.
    pub fn view(&self, checkout: Checkout, etag: String) -> Result<CheckoutView, Error> {
        let flow = self.flow(&checkout.flow.id, checkout.flow.version)?.clone();
        let problems = if checkout.state == CheckoutState::Open {
            blocking(&checkout, &flow, self.engine.clock.now())
        } else {
            Vec::new()
        };
        let steps = step_plan(&flow, &session_facts(&checkout));
        let primary_action = primary_action(&flow, &steps, &problems);
        Ok(CheckoutView { checkout, etag, steps, primary_action, problems, flow })
    }

    async fn open_session(&self, store: &StoreId, new: &NewCheckout, cart: &Cart) -> Result<Checkout, Error> {
        match cart.state {
            CartState::Open => {}
            CartState::Ordered => return Err(Error::already_ordered(cart.order)),
            CartState::Locked => {
                return Err(Error::new(
                    Reason::CartNotOpen,
                    "the cart is locked by a placement: wait until it has ended",
                ));
            }
            CartState::Deleted => return Err(Error::not_found("cart")),
        }
        if cart.lines.is_empty() {
            return Err(Error::new(Reason::CartEmpty, "the cart has no lines: add something first"));
        }
        let now = self.engine.clock.now();
        let shopper = Shopper {
            device: new.context.device,
            channel: new.context.channel,
            store: store.clone(),
            customer: new.context.customer.kind,
            cart_total: cart.subtotal().map_err(crate::domain::cart::CartError::from)?,
            skus: cart.lines.iter().map(|line| line.sku().clone()).collect(),
            tags: cart
                .lines
                .iter()
                .flat_map(|line| line.product.tags.iter())
                .filter_map(|tag| tag.parse().ok())
                .collect(),
            now,
        };
        let chosen = choose(&self.flows, &shopper).ok_or_else(|| {
            Error::new(Reason::NoFlow, "no flow of this store matches: `cashwrap flow explain` tells why")
        })?;
        let flow = self.flow(&chosen.flow, chosen.version)?;
        let mut checkout = Checkout {
            id: new.id,
            store: store.clone(),
            cart: cart.id,
            state: CheckoutState::Open,
            context: Context {
                region: first_of(&new.context.region, &cart.region),
                language: first_of(&new.context.language, &cart.language),
                ..new.context.clone()
            },
            flow: FlowPin { id: chosen.flow, version: chosen.version, matched_rule: chosen.matched_rule },
            details: Details::default(),
            currency: cart.currency,
            lines: cart.lines.clone(),
            coupons: cart.coupons.clone(),
            quoted: None,
            placement: None,
            action: None,
            last_failure: None,
            order: None,
            created_at: now,
            updated_at: now,
        };
        self.edit(&mut checkout, flow, &new.edit).await?;
        Ok(checkout)
    }

    /// Applies an edit and quotes anew.
    async fn edit(&self, checkout: &mut Checkout, flow: &Flow, edit: &Edit) -> Result<(), Error> {
        let details = &mut checkout.details;
        replace(&mut details.contact, &edit.contact);
        replace(&mut details.delivery_address, &edit.delivery_address);
        replace(&mut details.billing, &edit.billing);
        replace(&mut details.identity, &edit.identity);
        replace(&mut details.return_uri, &edit.return_uri);
        match &edit.delivery {
            None => {}
            Some(None) => checkout.details.selections.clear(),
            Some(Some(choice)) => {
                let selection = match choice {
                    Choice::Quote(quote_id) => self.select_quote(checkout, quote_id)?,
                    Choice::Pickup(location) => self.select_pickup(checkout, flow, location).await?,
                };
                checkout.details.selections = vec![selection];
            }
        }
        if !flow.frontend.coupons {
            checkout.coupons.clear();
        }
        self.requote(checkout, flow).await
    }

    /// The session as it should be shown, where that differs from what is stored.
    async fn freshened(
        &self,
        checkout: &Checkout,
        snapshot: &Snapshot<Record>,
    ) -> Result<Option<(Checkout, Vec<Record>)>, Error> {
        if checkout.state != CheckoutState::Open {
            return Ok(None);
        }
        let flow = self.flow(&checkout.flow.id, checkout.flow.version)?;
        let held = cart_of(&checkout.store, checkout.cart, snapshot)?;
        let cart = self.repriced(&held, snapshot).await?;
        let mut shown = cart.clone();
        if !flow.frontend.coupons {
            shown.coupons.clear();
        }
        let over = checkout.quoted.as_ref().is_none_or(|quoted| self.engine.clock.now() >= quoted.expires_at);
        if !over && !changed_since(checkout, &shown) {
            return Ok(None);
        }
        let mut fresh = checkout.clone();
        fresh.lines = shown.lines;
        fresh.coupons = shown.coupons;
        let now = self.engine.clock.now();
        fresh.details.selections.retain(|selection| {
            now < selection.expires_at
                || matches!(selection.kind, crate::domain::checkout::SelectionKind::Pickup { .. })
        });
        for selection in &mut fresh.details.selections {
            if now >= selection.expires_at {
                selection.expires_at = crate::domain::payment::policy::after(now, self.times.quote_life);
            }
        }
        self.requote(&mut fresh, flow).await?;
        if fresh == *checkout {
            return Ok(None);
        }
        let mut records = vec![Record::Checkout(Box::new(fresh.clone()))];
        if cart != held {
            records.push(Record::Cart(Box::new(cart)));
        }
        Ok(Some((fresh, records)))
    }

    fn encode_view(&self, shown: &[Versioned<Record>], encode: EncodeCheckout<'_>) -> Bytes {
        match shown.first() {
            Some(Versioned { row: Record::Checkout(checkout), etag }) => {
                self.view((**checkout).clone(), etag.clone()).map(|view| encode(&view)).unwrap_or_default()
            }
            _ => Bytes::new(),
        }
    }
}

/// Everything that keeps a session from being placed. Where its tax rests on a guess at the place there must be
/// an address first: what the buyer agrees to is not an estimate.
pub(super) fn blocking(checkout: &Checkout, flow: &Flow, now: Timestamp) -> Vec<Problem> {
    let mut found = problems(checkout, flow, now);
    let guessed = checkout
        .quoted
        .as_ref()
        .is_some_and(|quoted| quoted.estimated && !quoted.quote.totals.total.is_zero());
    let asked = |problem: &Problem| {
        matches!(problem.code, ProblemCode::DeliveryAddressRequired | ProblemCode::BillingAddressRequired)
    };
    if guessed && !found.iter().any(asked) {
        found.push(Problem::new(ProblemCode::BillingAddressRequired, "details.billing"));
    }
    found
}

/// The session that stands under `key`, with the count of its events.
pub(super) fn checkout_of(key: &Key, snapshot: &Snapshot<Record>) -> Result<(Checkout, u64), Error> {
    match snapshot.rows.get(key) {
        Some(row) => match &row.row {
            Record::Checkout(checkout) => Ok(((**checkout).clone(), row.sequence)),
            _ => Err(Error::not_found("checkout")),
        },
        None => Err(Error::not_found("checkout")),
    }
}

/// The cart that was read along.
pub(super) fn cart_of(store: &StoreId, id: CartId, snapshot: &Snapshot<Record>) -> Result<Cart, Error> {
    match snapshot.rows.get(&Key::new(store, Kind::Cart, id)).map(|row| &row.row) {
        Some(Record::Cart(cart)) if cart.state != CartState::Deleted => Ok((**cart).clone()),
        _ => Err(Error::not_found("cart")),
    }
}

/// The session's placement with another wish.
pub(super) fn wished(
    checkout: &Checkout,
    snapshot: &Snapshot<Record>,
    wish: Wish,
) -> Result<Placement, Error> {
    let id = checkout.placement.ok_or_else(super::mutation::conflict)?;
    match snapshot.rows.get(&Key::new(&checkout.store, Kind::Placement, id)).map(|row| &row.row) {
        Some(Record::Placement(placement)) => Ok(Placement { wish, ..(**placement).clone() }),
        _ => Err(super::mutation::conflict()),
    }
}

/// Refuses a session that cannot be changed, with what to do instead.
pub(super) fn open(checkout: &Checkout) -> Result<(), Error> {
    let remedy = match checkout.state {
        CheckoutState::Open => return Ok(()),
        CheckoutState::Placing => "wait until its placement has ended, or cancel it",
        CheckoutState::AwaitingAction => "finish the payment, or wait a moment and try again",
        CheckoutState::Completed => return Err(Error::already_ordered(checkout.order)),
        CheckoutState::Cancelled => "open another checkout of the cart",
    };
    let state = checkout.state.as_str();
    let message = format!("the checkout is {state} and cannot be changed: {remedy}");
    Err(Error::new(Reason::CheckoutNotOpen, message).with("state", state.to_owned()))
}

#[expect(clippy::option_option, clippy::ref_option, reason = "absent leaves a part, empty clears it")]
fn replace<T: Clone>(part: &mut Option<T>, edit: &Option<Option<T>>) {
    if let Some(value) = edit {
        part.clone_from(value);
    }
}

fn first_of(given: &str, otherwise: &str) -> String {
    if given.is_empty() { otherwise.to_owned() } else { given.to_owned() }
}
