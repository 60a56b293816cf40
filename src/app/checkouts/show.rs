//! A session as a client sees it: read, quoted anew where that is due, with everything that follows from it.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::super::error::Error;
use super::super::house::{House, flow_gone};
use super::super::mutation::{Versioned, etag};
use super::super::reach::Reach;
use super::edit::leave_out;
use super::rows::{cart_beside, checkout_of};
use crate::domain::cart::{CartState, Shortage, shortages};
use crate::domain::checkout::{Checkout, CheckoutState, Outside, cart_problem, problems, session_facts};
use crate::domain::flow::{
    ActionCode, Flow, PrimaryAction, Problem, ProblemCode, Severity, Step, primary_action, step_plan,
};
use crate::domain::ids::{CheckoutId, StoreId};
use crate::ports::Record;
use crate::ports::store::{Key, Kind, Query, Snapshot};

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
    /// Its flow; `None` where that is no longer served.
    pub flow: Option<Flow>,
}

impl CheckoutView {
    /// Its flow, for what cannot be told without one.
    pub fn flow(&self) -> Result<&Flow, Error> {
        self.flow.as_ref().ok_or_else(flow_gone)
    }

    /// A session whose flow is no longer served: what was placed, or given up, is still shown, and an open one says
    /// that it leads nowhere.
    fn without_plan(checkout: Checkout, etag: String, cart: Option<CartState>) -> Self {
        let gone = Problem::new(ProblemCode::FlowUnavailable, "flow");
        let problems: Vec<Problem> = match checkout.state {
            CheckoutState::Open => cart_problem(cart).into_iter().chain([gone]).collect(),
            _ => Vec::new(),
        };
        let primary_action = PrimaryAction {
            code: ActionCode::PlaceOrder,
            label: None,
            enabled: false,
            blocking_problems: problems.clone(),
        };
        Self { checkout, etag, steps: Vec::new(), primary_action, problems, flow: None }
    }
}

/// What is left of counters, by name.
type Left = BTreeMap<String, i64>;

/// What tells two states of a session apart, without the work of showing them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// How many events the session has emitted.
    pub sequence: u64,
    /// The version of its cart.
    pub cart: u64,
    /// Where its cart stands, which the session's events do not tell; `None` where it is gone.
    pub cart_state: Option<CartState>,
    /// The lines that ask for more than is left: stock goes without a word to the session.
    pub short: Vec<Shortage>,
    /// The versions of the catalogue's rows that it rests on: they are loaded anew without a word to the session.
    pub catalogue: Vec<u64>,
    /// Whether its quote, or the price of a chosen delivery, is over: time passes without a word.
    pub over: bool,
}

/// Encodes the reply that shows a session.
pub type EncodeCheckout<'a> = &'a (dyn Fn(&CheckoutView) -> Bytes + Sync);

impl House {
    /// Reads a session, quoted anew where its cart changed or its quote is over.
    pub async fn get_checkout(
        &self,
        store: &StoreId,
        id: CheckoutId,
        reach: &Reach,
    ) -> Result<CheckoutView, Error> {
        self.store(store)?;
        let key = Key::new(store, Kind::Checkout, id);
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let snapshot = self.engine.store.read(&query).await?;
        let (checkout, sequence) = checkout_of(&key, &snapshot)?;
        // Before anything is kept: nobody writes to what is not theirs.
        reach.check("checkout", checkout.context.customer.id.as_deref())?;
        let Some((fresh, records)) = self.freshened(&checkout, &snapshot).await? else {
            return Ok(self.view(checkout, etag(sequence), &snapshot));
        };
        Ok(match self.keep_fresh(store, &snapshot, records).await {
            Some(tag) => self.view(fresh, tag, &snapshot),
            // Somebody else changed it meanwhile: what was read is still a true answer.
            None => self.view(checkout, etag(sequence), &snapshot),
        })
    }

    /// What a watcher compares: it changes whenever a read of the session might show something else.
    pub async fn checkout_mark(&self, store: &StoreId, id: CheckoutId) -> Result<Mark, Error> {
        let key = Key::new(store, Kind::Checkout, id);
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let snapshot = self.engine.store.read(&query).await?;
        let (checkout, sequence) = checkout_of(&key, &snapshot)?;
        let cart = snapshot.rows.get(&Key::new(store, Kind::Cart, checkout.cart));
        let cart_state = cart_beside(store, checkout.cart, &snapshot).map(|cart| cart.state);
        let cart_state = cart_state.filter(|_| checkout.state == CheckoutState::Open);
        let open = checkout.state == CheckoutState::Open;
        let short = if open { shortages(&checkout.lines, &snapshot.left) } else { Vec::new() };
        let of_catalogue = |key: &Key| open && matches!(key.kind, Kind::Product | Kind::Coupon);
        let catalogue = snapshot.rows.iter().filter(|(key, _)| of_catalogue(key));
        let now = self.engine.clock.now();
        let quoted = checkout.quoted.as_ref().map(|quoted| quoted.expires_at);
        let chosen = checkout.details.selections.iter().map(|selection| selection.expires_at);
        Ok(Mark {
            sequence,
            cart: cart.map_or(0, |row| row.version),
            cart_state,
            short,
            catalogue: catalogue.map(|(_, row)| row.version).collect(),
            over: open && quoted.into_iter().chain(chosen).any(|end| now >= end),
        })
    }

    /// A session with everything that follows from it, and from what was read along: its cart, and what is left of
    /// its goods.
    fn view(&self, checkout: Checkout, etag: String, snapshot: &Snapshot<Record>) -> CheckoutView {
        let cart = cart_beside(&checkout.store, checkout.cart, snapshot).map(|cart| cart.state);
        let Ok(flow) = self.flow(&checkout.flow.id, checkout.flow.version).cloned() else {
            return CheckoutView::without_plan(checkout, etag, cart);
        };
        let problems = if checkout.state == CheckoutState::Open {
            match cart_problem(cart) {
                // Nothing that the buyer could still give would help.
                Some(gone) if gone.severity == Severity::Unrecoverable => vec![gone],
                locked => {
                    let others = self.blocking(&checkout, &flow, &snapshot.left);
                    locked.into_iter().chain(others).collect()
                }
            }
        } else {
            Vec::new()
        };
        let steps = step_plan(&flow, &session_facts(&checkout));
        let primary_action = primary_action(&flow, &steps, &problems);
        CheckoutView { checkout, etag, steps, primary_action, problems, flow: Some(flow) }
    }

    /// The session as it should be shown, where that differs from what is stored.
    pub(super) async fn freshened(
        &self,
        checkout: &Checkout,
        snapshot: &Snapshot<Record>,
    ) -> Result<Option<(Checkout, Vec<Record>)>, Error> {
        if checkout.state != CheckoutState::Open {
            return Ok(None);
        }
        // Without a flow there is nothing to quote by, and what was quoted is shown.
        let Ok(flow) = self.flow(&checkout.flow.id, checkout.flow.version) else { return Ok(None) };
        let held = match cart_beside(&checkout.store, checkout.cart, snapshot) {
            Some(cart) if matches!(cart.state, CartState::Open | CartState::Locked) => cart.clone(),
            _ => return Ok(None),
        };
        let cart = self.repriced(&held, snapshot).await?;
        let mut fresh =
            Checkout { lines: cart.lines.clone(), coupons: cart.coupons.clone(), ..checkout.clone() };
        leave_out(&mut fresh, flow);
        let over = checkout.quoted.as_ref().is_none_or(|quoted| self.engine.clock.now() >= quoted.expires_at);
        if !over && fresh == *checkout {
            return Ok(None);
        }
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

    pub(super) fn encode_view(
        &self,
        shown: &[Versioned<Record>],
        snapshot: &Snapshot<Record>,
        encode: EncodeCheckout<'_>,
    ) -> Bytes {
        let Some(Versioned { row: Record::Checkout(checkout), etag }) = shown.first() else {
            return Bytes::new();
        };
        encode(&self.view((**checkout).clone(), etag.clone(), snapshot))
    }

    /// Everything that keeps a session from being placed. Where its tax rests on a guess at the place there must
    /// be an address first: what the buyer agrees to is not an estimate.
    pub(in crate::app) fn blocking(&self, checkout: &Checkout, flow: &Flow, left: &Left) -> Vec<Problem> {
        let undeliverable = self.undeliverable(checkout, flow);
        let untaxable = if checkout.quoted.is_none() { self.untaxable(checkout, flow) } else { None };
        let outside = Outside { now: self.engine.clock.now(), left, undeliverable, untaxable };
        let mut found = problems(checkout, flow, outside);
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
}
