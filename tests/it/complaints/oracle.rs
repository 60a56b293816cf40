//! The one oracle that every scenario ends with: what store, gateways and witness hold together, and what of it
//! must never be.
//!
//! 1. Captured − refunded is 0, the order's total, or what the rows record as a part of it.
//! 2. Stock and what is reserved of it are not negative, and are what the placements hold and took.
//! 3. There is at most one order for each checkout and for each cart.
//! 4. There is at most one live authorisation for each tender, and none is used for two orders.
//! 5. Every external effect has the row of its operation, written before the call.
//!
//! The books are plain data, so that a test can falsify them and see each clause fail. Nothing here knows what a
//! scenario did: an exception for one of them would be an exception for all.

use std::collections::{BTreeMap, BTreeSet};

use cashwrap::domain::cart::Cart;
use cashwrap::domain::checkout::{Checkout, CheckoutState};
use cashwrap::domain::ids::PaymentId;
use cashwrap::domain::order::{Order, PaymentState};
use cashwrap::domain::payment::{Payment, invariants};
use cashwrap::domain::placement::{Placement, PlacementState};
use cashwrap::ports::Record;
use cashwrap::ports::store::{Kind, Listing, Store};
use cashwrap::store::MemoryStore;
use cashwrap::store::records::Counter;

use crate::placing::till::{Till, Totals};
use crate::placing::witness::{Calls, Witnessing};
use crate::placing::world::store_id;

/// Everything that the oracle looks at.
#[derive(Debug, Clone)]
pub(crate) struct Books {
    pub(crate) carts: Vec<Cart>,
    pub(crate) checkouts: Vec<Checkout>,
    pub(crate) placements: Vec<Placement>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) orders: Vec<Order>,
    pub(crate) counters: BTreeMap<String, Counter>,
    /// What each gateway holds, by our reference.
    pub(crate) tills: Vec<BTreeMap<String, Vec<Totals>>>,
    /// The idempotency keys that arrived at a gateway.
    pub(crate) keys: Vec<String>,
    /// The calls, as they were witnessed.
    pub(crate) calls: Vec<Witnessing>,
}

type Complaints = Vec<String>;

impl Books {
    /// What they all hold now.
    pub(crate) async fn of(
        store: &dyn Store<Record>,
        memory: &MemoryStore,
        tills: [&Till; 2],
        calls: &Calls,
    ) -> Self {
        let counters = memory.dump().counters.into_iter();
        let counters = counters.filter(|((store, _), _)| *store == store_id());
        let mut books = Self {
            carts: Vec::new(),
            checkouts: Vec::new(),
            placements: Vec::new(),
            payments: Vec::new(),
            orders: Vec::new(),
            counters: counters.map(|((_, name), counter)| (name, counter)).collect(),
            tills: tills.iter().map(|till| till.totals()).collect(),
            keys: tills.iter().flat_map(|till| till.keys()).collect(),
            calls: calls.seen(),
        };
        for kind in [Kind::Cart, Kind::Checkout, Kind::Placement, Kind::Payment, Kind::Order] {
            let listing = Listing { store: store_id(), kind, label: None, before: None, limit: 10_000 };
            for (_, row) in store.list(&listing).await.unwrap() {
                match row.row {
                    Record::Cart(row) => books.carts.push(*row),
                    Record::Checkout(row) => books.checkouts.push(*row),
                    Record::Placement(row) => books.placements.push(*row),
                    Record::Payment(row) => books.payments.push(*row),
                    Record::Order(row) => books.orders.push(*row),
                    other => panic!("not a row of a purchase: {other:?}"),
                }
            }
        }
        books
    }

    /// As [`Self::judged`], once everything has ended.
    pub(crate) fn ended(&self) -> Result<usize, Complaints> {
        let running = self.placements.iter().filter(|placement| !placement.state.terminal());
        let running: Complaints = running.map(|each| format!("{} never ended: {each:?}", each.id)).collect();
        if running.is_empty() { self.judged() } else { Err(running) }
    }

    /// How many orders there are, or what must not be.
    pub(crate) fn judged(&self) -> Result<usize, Complaints> {
        let clauses = [self.money(), self.stock(), self.single(), self.tenders(), self.effects()];
        let complaints: Complaints = clauses.into_iter().flatten().collect();
        if complaints.is_empty() { Ok(self.orders.len()) } else { Err(complaints) }
    }

    /// What the gateways have of a payment.
    fn at_tills(&self, payment: PaymentId) -> impl Iterator<Item = &Totals> {
        let reference = payment.to_string();
        self.tills.iter().filter_map(move |till| till.get(&reference)).flatten()
    }

    /// Clause 1.
    fn money(&self) -> Complaints {
        let mut complaints = Vec::new();
        let mut ordered = BTreeSet::new();
        for order in &self.orders {
            let payments: Vec<&Payment> =
                self.payments.iter().filter(|payment| order.payments.contains(&payment.id)).collect();
            let net: i64 = payments
                .iter()
                .flat_map(|payment| self.at_tills(payment.id))
                .map(|totals| totals.captured - totals.refunded)
                .sum();
            let recorded: i64 =
                payments.iter().map(|payment| payment.captured_minor() - payment.refunded_minor()).sum();
            let total = order.quoted.quote.totals.total.minor;
            let part = match order.payment_state {
                PaymentState::PartiallyCaptured | PaymentState::PartiallyRefunded => net > 0 && net < total,
                PaymentState::Paid => net == total,
                _ => net == 0,
            };
            if net != recorded || !part || order.captured_minor - order.refunded_minor != net {
                let state = order.payment_state.as_str();
                complaints
                    .push(format!("{} of {total} is {state}: gateways {net}, rows {recorded}", order.id));
            }
            let checkout = self.checkouts.iter().find(|checkout| checkout.id == order.checkout);
            if checkout.and_then(|checkout| checkout.quoted.as_ref()) != Some(&order.quoted) {
                complaints.push(format!("{} is not what its checkout quoted", order.id));
            }
            ordered.extend(order.payments.iter().map(ToString::to_string));
        }
        for (reference, totals) in self.tills.iter().flatten() {
            let (net, held) = sums(totals);
            if !ordered.contains(reference) && (net != 0 || held != 0) {
                complaints.push(format!("{reference} has no order, is captured {net} and held {held}"));
            }
        }
        complaints
    }

    /// Clause 2.
    fn stock(&self) -> Complaints {
        let mut complaints = Vec::new();
        for (name, counter) in &self.counters {
            let of = |is: fn(PlacementState) -> bool| -> i64 {
                let placements = self.placements.iter().filter(|placement| is(placement.state));
                let holds = placements.flat_map(|placement| &placement.holds);
                holds.filter(|hold| hold.counter == *name).map(|hold| i64::from(hold.quantity)).sum()
            };
            let negative =
                counter.held < 0 || counter.used < 0 || counter.held + counter.used > counter.limit;
            let held = of(|state| !state.terminal());
            let used = of(|state| state == PlacementState::Completed);
            if negative || counter.held != held || counter.used != used {
                complaints.push(format!("{name} is {counter:?}; placements hold {held} and took {used}"));
            }
        }
        complaints
    }

    /// Clause 3.
    fn single(&self) -> Complaints {
        let mut complaints = Vec::new();
        let (mut checkouts, mut carts) = (BTreeSet::new(), BTreeSet::new());
        for order in &self.orders {
            if !checkouts.insert(order.checkout) || !carts.insert(order.cart) {
                complaints.push(format!("{} is a second order of its checkout or cart", order.id));
            }
            let cart = self.carts.iter().find(|cart| cart.id == order.cart);
            if cart.and_then(|cart| cart.order) != Some(order.id) {
                complaints.push(format!("{} is not what its cart became", order.id));
            }
        }
        for checkout in self.checkouts.iter().filter(|each| each.state == CheckoutState::Completed) {
            if !self.orders.iter().any(|order| checkout.order == Some(order.id)) {
                complaints.push(format!("{} is completed without an order", checkout.id));
            }
        }
        complaints
    }

    /// Clause 4.
    fn tenders(&self) -> Complaints {
        let mut complaints = Vec::new();
        let mut used = BTreeSet::new();
        for order in &self.orders {
            for payment in &order.payments {
                if !used.insert(payment) {
                    complaints.push(format!("{payment} pays for {} and another order", order.id));
                }
            }
        }
        for payment in &self.payments {
            complaints.extend(invariants::check(payment).err().map(|each| format!("{}: {each}", payment.id)));
            let alive = |totals: &&Totals| totals.held > 0 || totals.captured > totals.refunded;
            let live = self.at_tills(payment.id).filter(alive).count();
            if live > 1 {
                complaints.push(format!("{} is authorised {live} times", payment.id));
            }
        }
        complaints
    }

    /// Clause 5.
    fn effects(&self) -> Complaints {
        let operations: BTreeSet<String> = (self.payments.iter())
            .flat_map(|payment| &payment.attempts)
            .flat_map(|attempt| &attempt.operations)
            .map(cashwrap::domain::payment::Operation::idempotency_key)
            .collect();
        let rows: BTreeSet<String> = self.payments.iter().map(|payment| payment.id.to_string()).collect();
        let witnessed: BTreeSet<&String> = self.calls.iter().map(|call| &call.key).collect();
        let mut complaints: Complaints =
            self.calls.iter().filter_map(|call| call.complaint.clone()).collect();
        for key in &self.keys {
            if !operations.contains(key) || !witnessed.contains(key) {
                complaints.push(format!("{key} reached a gateway and is the key of no operation row"));
            }
        }
        for reference in self.tills.iter().flat_map(BTreeMap::keys).filter(|each| !rows.contains(*each)) {
            complaints.push(format!("{reference} stands at a gateway and is no payment of ours"));
        }
        complaints
    }
}

/// Captured less refunded, and held.
fn sums(totals: &[Totals]) -> (i64, i64) {
    totals.iter().fold((0, 0), |(net, held), each| (net + each.captured - each.refunded, held + each.held))
}
