//! A session as a client sees it: read, quoted anew where that is due, with everything that follows from it.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::super::error::Error;
use super::super::house::House;
use super::super::mutation::{Versioned, etag};
use super::edit::leave_out;
use super::rows::{cart_of, checkout_of};
use crate::domain::cart::{Shortage, shortages};
use crate::domain::checkout::{Checkout, CheckoutState, Outside, problems, session_facts};
use crate::domain::flow::{Flow, PrimaryAction, Problem, ProblemCode, Step, primary_action, step_plan};
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
    /// Its flow.
    pub flow: Flow,
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
    /// The lines that ask for more than is left: stock goes without a word to the session.
    pub short: Vec<Shortage>,
}

/// Encodes the reply that shows a session.
pub type EncodeCheckout<'a> = &'a (dyn Fn(&CheckoutView) -> Bytes + Sync);

impl House {
    /// Reads a session, quoted anew where its cart changed or its quote is over.
    pub async fn get_checkout(&self, store: &StoreId, id: CheckoutId) -> Result<CheckoutView, Error> {
        self.store(store)?;
        let key = Key::new(store, Kind::Checkout, id);
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let snapshot = self.engine.store.read(&query).await?;
        let (checkout, sequence) = checkout_of(&key, &snapshot)?;
        let Some((fresh, records)) = self.freshened(&checkout, &snapshot).await? else {
            return self.view(checkout, etag(sequence), &snapshot.left);
        };
        match self.keep_fresh(store, &snapshot, records).await {
            Some(tag) => self.view(fresh, tag, &snapshot.left),
            // Somebody else changed it meanwhile: what was read is still a true answer.
            None => self.view(checkout, etag(sequence), &snapshot.left),
        }
    }

    /// What a watcher compares: it changes whenever a read of the session might show something else.
    pub async fn checkout_mark(&self, store: &StoreId, id: CheckoutId) -> Result<Mark, Error> {
        let key = Key::new(store, Kind::Checkout, id);
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let snapshot = self.engine.store.read(&query).await?;
        let (checkout, sequence) = checkout_of(&key, &snapshot)?;
        let cart = snapshot.rows.get(&Key::new(store, Kind::Cart, checkout.cart));
        let open = checkout.state == CheckoutState::Open;
        let short = if open { shortages(&checkout.lines, &snapshot.left) } else { Vec::new() };
        Ok(Mark { sequence, cart: cart.map_or(0, |row| row.version), short })
    }

    /// A session with everything that follows from it; `left` is what is left of its goods.
    pub fn view(&self, checkout: Checkout, etag: String, left: &Left) -> Result<CheckoutView, Error> {
        let flow = self.flow(&checkout.flow.id, checkout.flow.version)?.clone();
        let problems = if checkout.state == CheckoutState::Open {
            self.blocking(&checkout, &flow, left)
        } else {
            Vec::new()
        };
        let steps = step_plan(&flow, &session_facts(&checkout));
        let primary_action = primary_action(&flow, &steps, &problems);
        Ok(CheckoutView { checkout, etag, steps, primary_action, problems, flow })
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
        let flow = self.flow(&checkout.flow.id, checkout.flow.version)?;
        let held = cart_of(&checkout.store, checkout.cart, snapshot)?;
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
        let view = self.view((**checkout).clone(), etag.clone(), &snapshot.left);
        view.map(|view| encode(&view)).unwrap_or_default()
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
