//! A placement or a payment with everything it speaks for, as it is driven.
//!
//! A case remembers what the store holds, so that a commit writes exactly what changed, and which outcomes it
//! learnt since, so that they survive when another writer (a cancel, a customer's return) came in between.
//!
//! The card books are not kept beside the payments but follow from what the store holds of them and from the tries
//! that were begun or ended since (R19): however often a commit is tried again, a try is open once and a decline
//! counts once. A try opens in the commit of its intent and closes in that of its outcome.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;

use super::events;
use crate::domain::ids::{AttemptId, OperationId, OrderId, StoreId};
use crate::domain::order::{Order, payment_state};
use crate::domain::payment::decide::{self as payment_decide, Decision, Facts};
use crate::domain::payment::react::react as react_payment;
use crate::domain::payment::scheme::{CardName, Declined};
use crate::domain::payment::{
    AttemptState, Books, Impossible, Input, Network, Payment, Policy, invariants as payment_invariants,
};
use crate::domain::placement::invariants::{self, Violation};
use crate::domain::placement::{self, Conclusion, Effects, Step};
use crate::ports::Record;
use crate::ports::store::{Key, Kind, ReplyWrite, Row, Snapshot, Write};

/// What is driven.
#[derive(Debug, Clone)]
pub enum Whole {
    /// A placement with its payments, checkout, cart and order.
    Placement(Box<Effects>),
    /// A payment whose placement is over, with its order.
    Payment {
        /// The payment.
        payment: Box<Payment>,
        /// Its order, if it has one.
        order: Option<Box<Order>>,
    },
}

/// A row as the store holds it.
#[derive(Debug, Clone)]
struct Held {
    version: u64,
    record: Option<Record>,
}

/// A fact of the outside world that no commit holds yet.
#[derive(Debug, Clone)]
struct Learnt {
    index: usize,
    input: Input,
    card: Option<LearntCard>,
    at: Timestamp,
}

/// What a gateway's answer told of a card: a name of it, where it gave one, and its scheme.
#[derive(Debug, Clone)]
pub struct LearntCard {
    /// The name.
    pub name: Option<CardName>,
    /// The scheme.
    pub network: Network,
}

/// What is driven, and what the store knows of it.
#[derive(Debug, Clone)]
pub struct Case {
    store: StoreId,
    subject: Key,
    whole: Whole,
    held: BTreeMap<Key, Held>,
    learnt: Vec<Learnt>,
    /// When the tries were begun whose intent no commit holds yet.
    begun: BTreeMap<AttemptId, Timestamp>,
    /// When the tries ended whose outcome no commit holds yet.
    ended: BTreeMap<AttemptId, Timestamp>,
    reply: Option<Bytes>,
}

impl Case {
    /// A case over a whole, of which the store holds `rows`.
    pub fn new(store: StoreId, subject: Key, whole: Whole, rows: BTreeMap<Key, Row<Record>>) -> Self {
        let held = rows
            .into_iter()
            .map(|(key, row)| (key, Held { version: row.version, record: Some(row.row) }))
            .collect();
        let (begun, ended) = (BTreeMap::new(), BTreeMap::new());
        Self { store, subject, whole, held, learnt: Vec::new(), begun, ended, reply: None }
    }

    /// The case of `subject` out of what was read with its links; `None` when something is missing.
    pub fn load(subject: &Key, snapshot: Snapshot<Record>) -> Option<Self> {
        let store = subject.store.clone();
        let whole = match &snapshot.rows.get(subject)?.row {
            Record::Placement(placement) => {
                let key = |kind, id: String| Key::new(&store, kind, id);
                let find = |key: Key| snapshot.rows.get(&key).map(|row| row.row.clone());
                let Some(Record::Checkout(checkout)) =
                    find(key(Kind::Checkout, placement.checkout.to_string()))
                else {
                    return None;
                };
                let Some(Record::Cart(cart)) = find(key(Kind::Cart, placement.cart.to_string())) else {
                    return None;
                };
                let payments: Option<Vec<Payment>> = placement
                    .payments
                    .iter()
                    .map(|id| match find(key(Kind::Payment, id.to_string())) {
                        Some(Record::Payment(payment)) => Some(*payment),
                        _ => None,
                    })
                    .collect();
                Whole::Placement(Box::new(Effects {
                    placement: (**placement).clone(),
                    payments: payments?,
                    checkout: *checkout,
                    cart: *cart,
                    order: None,
                }))
            }
            Record::Payment(payment) => Whole::Payment {
                payment: payment.clone(),
                order: payment.order.and_then(|id| {
                    match snapshot.rows.get(&Key::new(&store, Kind::Order, id)).map(|row| &row.row) {
                        Some(Record::Order(order)) => Some(order.clone()),
                        _ => None,
                    }
                }),
            },
            _ => return None,
        };
        Some(Self::new(store, subject.clone(), whole, snapshot.rows))
    }

    /// The row that is driven.
    pub const fn subject(&self) -> &Key {
        &self.subject
    }

    /// Its store.
    pub const fn store(&self) -> &StoreId {
        &self.store
    }

    /// What is driven.
    pub const fn whole(&self) -> &Whole {
        &self.whole
    }

    /// The payment at `index`.
    pub fn payment(&self, index: usize) -> Option<&Payment> {
        match &self.whole {
            Whole::Placement(whole) => whole.payments.get(index),
            Whole::Payment { payment, .. } => (index == 0).then_some(&**payment),
        }
    }

    /// How many payments there are.
    pub fn payments(&self) -> usize {
        match &self.whole {
            Whole::Placement(whole) => whole.payments.len(),
            Whole::Payment { .. } => 1,
        }
    }

    /// The next step.
    pub fn decide(&self, facts: &Facts<'_>) -> Step {
        match &self.whole {
            Whole::Placement(whole) => {
                let payments: Vec<&Payment> = whole.payments.iter().collect();
                placement::decide(&whole.placement, &payments, facts)
            }
            Whole::Payment { payment, .. } => match payment_decide::decide(payment, facts) {
                Decision::Wait { until } => Step::Wait { until },
                Decision::Done => Step::Done,
                decision @ (Decision::Do(_) | Decision::Conclude(_)) => Step::Payment { index: 0, decision },
            },
        }
    }

    /// Applies an input to the payment at `index`. Outcomes are remembered until they are committed. `card` is
    /// what the input told of the card: it is taken in with a decline, and of no use without one.
    pub fn apply(
        &mut self,
        index: usize,
        input: Input,
        card: Option<LearntCard>,
        now: Timestamp,
        policy: &Policy,
    ) -> Result<(), Impossible> {
        let fact = matches!(input, Input::Outcome { .. } | Input::Looked { .. } | Input::Recovered);
        let before = self.payment(index).ok_or(Impossible::NotFound)?;
        let mut next = react_payment(before, input.clone(), now, policy)?;
        let decided = |state: &AttemptState| !state.undecided();
        let declined = turned(before, &next, |state| matches!(state, AttemptState::Declined(_)));
        if let Some(card) = card.clone().filter(|_| !declined.is_empty()) {
            next.card.learn(card.name, card.network);
        }
        let (begun, ended) = (turned(before, &next, |_| true), turned(before, &next, decided));
        self.begun.extend(begun.into_iter().map(|attempt| (attempt, now)));
        self.ended.extend(ended.into_iter().map(|attempt| (attempt, now)));
        match &mut self.whole {
            Whole::Placement(whole) => {
                for name in &next.card.names {
                    if !whole.placement.books.contains(&name.book) {
                        whole.placement.books.push(name.book.clone());
                    }
                }
                if let Some(payment) = whole.payments.get_mut(index) {
                    *payment = next;
                }
            }
            Whole::Payment { payment, order } => {
                if let Some(order) = order {
                    settle(order, &next, now);
                }
                **payment = next;
            }
        }
        if fact {
            self.learnt.push(Learnt { index, input, card, at: now });
        }
        Ok(())
    }

    /// Applies a conclusion to the placement.
    pub fn conclude(
        &mut self,
        conclusion: &Conclusion,
        order: OrderId,
        captures: &[OperationId],
        now: Timestamp,
        policy: &Policy,
    ) -> Result<(), Impossible> {
        let Whole::Placement(whole) = &mut self.whole else { return Err(Impossible::State) };
        **whole = placement::react((**whole).clone(), conclusion, order, captures, now, policy)?;
        Ok(())
    }

    /// The first invariant that what we are about to commit would break: always a bug of ours.
    pub fn check(&self) -> Result<(), Violation> {
        match &self.whole {
            Whole::Placement(whole) => invariants::check(whole),
            Whole::Payment { payment, .. } => payment_invariants::check(payment).map_err(Violation::from),
        }
    }

    /// What differs from what the store holds.
    pub fn writes(&self) -> Vec<Write<Record>> {
        self.records()
            .into_iter()
            .filter_map(|record| {
                let key = record.key(&self.store);
                let held = self.held.get(&key);
                let before = held.and_then(|held| held.record.as_ref());
                if before == Some(&record) {
                    return None;
                }
                let events = events::of(before, &record);
                Some(Write { key, expected: held.map_or(0, |held| held.version), row: record, events })
            })
            .collect()
    }

    /// The payments that `writes` leave alone, to be written as they are by a commit that puts them to rest: a signal
    /// that somebody wrote on one meanwhile makes it stale, and is not slept through.
    pub fn untouched(&self, writes: &[Write<Record>]) -> Vec<Write<Record>> {
        let payments = (0..self.payments()).filter_map(|index| self.payment(index)).cloned();
        payments
            .map(|payment| Record::Payment(Box::new(payment)))
            .filter_map(|row| {
                let key = row.key(&self.store);
                let expected = self.held.get(&key)?.version;
                let written = writes.iter().any(|write| write.key == key);
                (!written).then_some(Write { key, expected, row, events: Vec::new() })
            })
            .collect()
    }

    /// The writes are durable: what the store holds is what we have.
    pub fn committed(&mut self, writes: Vec<Write<Record>>, reply: Option<ReplyWrite>) {
        match reply {
            Some(ReplyWrite::Finish { body, .. }) => self.reply = Some(body),
            Some(ReplyWrite::Claim { reply, .. }) => self.reply = reply.body,
            Some(ReplyWrite::Release { .. }) | None => {}
        }
        for write in writes {
            let version = write.expected.saturating_add(1);
            self.held.insert(write.key, Held { version, record: Some(write.row) });
        }
        self.learnt.clear();
        self.begun.clear();
        self.ended.clear();
    }

    /// The reply as it was frozen by our own commit.
    pub const fn reply(&self) -> Option<&Bytes> {
        self.reply.as_ref()
    }

    /// Takes over what somebody else wrote meanwhile, and applies again what we learnt since our last commit.
    /// What we had decided but not committed is decided anew.
    pub fn rebase(&mut self, fresh: Self, policy: &Policy) -> Result<(), Impossible> {
        let learnt = std::mem::take(&mut self.learnt);
        *self = fresh;
        for fact in learnt {
            self.apply(fact.index, fact.input, fact.card, fact.at, policy)?;
        }
        Ok(())
    }

    /// What is known of the cards: what the store holds, and the tries that began, ended or were declined since.
    pub fn books(&self) -> Books {
        let held = self.held.values().filter_map(|held| match &held.record {
            Some(Record::CardBook(book)) => Some((book.id.clone(), (**book).clone())),
            _ => None,
        });
        let mut books = Books(held.collect());
        for payment in (0..self.payments()).filter_map(|index| self.payment(index)) {
            for attempt in &payment.attempts {
                if let Some(at) = self.begun.get(&attempt.id)
                    && attempt.state.undecided()
                {
                    books.open(payment, attempt.id, *at);
                }
                let Some(at) = self.ended.get(&attempt.id) else { continue };
                books.close(payment, attempt.id, *at);
                let AttemptState::Declined(decline) = &attempt.state else { continue };
                let declined = Declined {
                    at: *at,
                    class: decline.class,
                    advice: decline.advice,
                    network: payment.card.network,
                    amount: payment.amount,
                    checkout: payment.checkout,
                };
                books.note(payment, &declined);
            }
        }
        books
    }

    /// Books of which it is not known whether the store has them: a reply has just told the name.
    pub fn unread_books(&self) -> Vec<Key> {
        let names = (0..self.payments()).filter_map(|index| self.payment(index));
        let keys = names
            .flat_map(|payment| &payment.card.names)
            .map(|name| Key::new(&self.store, Kind::CardBook, &name.book));
        keys.filter(|key| !self.held.contains_key(key)).collect()
    }

    /// Takes in rows that were read besides.
    pub fn hold(&mut self, rows: BTreeMap<Key, Row<Record>>) {
        let rows = rows.into_iter().map(|(key, row)| {
            let held = Held { version: row.version, record: Some(row.row) };
            (key, held)
        });
        self.held.extend(rows);
    }

    fn records(&self) -> Vec<Record> {
        let mut records = self.driven();
        records.extend(self.books().0.into_values().map(Box::new).map(Record::CardBook));
        records
    }

    fn driven(&self) -> Vec<Record> {
        match &self.whole {
            Whole::Placement(whole) => {
                let mut records = vec![
                    Record::Placement(Box::new(whole.placement.clone())),
                    Record::Checkout(Box::new(whole.checkout.clone())),
                    Record::Cart(Box::new(whole.cart.clone())),
                ];
                records.extend(whole.payments.iter().cloned().map(Box::new).map(Record::Payment));
                records.extend(whole.order.clone().map(Box::new).map(Record::Order));
                records
            }
            Whole::Payment { payment, order } => {
                let order = order.clone().map(Record::Order);
                std::iter::once(Record::Payment(payment.clone())).chain(order).collect()
            }
        }
    }
}

/// The attempts that became so in between, or came into being so.
fn turned(before: &Payment, after: &Payment, is: impl Fn(&AttemptState) -> bool) -> Vec<AttemptId> {
    let was = |id| before.attempts.iter().any(|attempt| attempt.id == id && is(&attempt.state));
    let now = after.attempts.iter().filter(|attempt| is(&attempt.state));
    now.map(|attempt| attempt.id).filter(|id| !was(*id)).collect()
}

/// Brings the order's money in line with its payment. An order of several payments learns of each in turn; the
/// amounts of the others stay as they are.
fn settle(order: &mut Order, next: &Payment, now: Timestamp) {
    let state = payment_state(order.quoted.quote.totals.total.minor, &[next]);
    let (captured, refunded) = (next.captured_minor(), next.refunded_minor());
    if (order.payment_state, order.captured_minor, order.refunded_minor) != (state, captured, refunded) {
        order.payment_state = state;
        order.captured_minor = captured;
        order.refunded_minor = refunded;
        order.updated_at = now;
    }
}
