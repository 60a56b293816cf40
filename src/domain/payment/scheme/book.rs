//! The rows in which ledgers stand, and what several of them say together.
//!
//! A try opens under every name that its card has by then and is closed under the same. A name that only a reply
//! tells has its first decline without an open try before it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::ledger::{CardLedger, Declined, HORIZON, OpenTry};
use super::name::{BookId, CardName, Digest, TenderCard};
use super::verdict::{Say, Try, Why, may_try};
use crate::domain::ids::{AttemptId, StoreId};
use crate::domain::payment::Payment;
use crate::domain::payment::decline::DeclineClass;
use crate::domain::payment::policy::after;

/// How many declined cards of one customer are told apart. Beyond them a customer is trying cards out: those that
/// are not listed share one ledger, which forbids whatever any of them forbade.
pub const MAX_CARDS: usize = 32;

/// How many references a token may lead to: one card has one, so that more is a gateway's fault.
const MAX_SAME: usize = 4;

/// How long a book in which nothing stands is kept: most sales leave one, and whoever read it before has long
/// written by then.
const EMPTY: Duration = Duration::from_hours(24);

/// How long a token's book is kept for where it leads alone, because a card that it leads to may have been stopped
/// by another token: cards are issued for five years at most.
const LINKED: Duration = Duration::from_hours(5 * 366 * 24);

/// The ledgers under one name: of one card, or of a customer's cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardBook {
    /// The store: schemes count per merchant, and no row crosses stores.
    pub store: StoreId,
    /// The name.
    pub id: BookId,
    /// When it last took in anything.
    pub used_at: Timestamp,
    /// The cards that were declined or are being tried.
    pub cards: BTreeMap<Digest, CardLedger>,
    /// Of the cards that found no place of their own.
    pub others: CardLedger,
    /// Books that a gateway's reply showed to be of the same card: they are read along.
    pub same_as: Vec<BookId>,
}

impl CardBook {
    /// An empty book.
    pub fn new(store: StoreId, id: BookId, now: Timestamp) -> Self {
        let (cards, others) = (BTreeMap::new(), CardLedger::default());
        Self { store, id, used_at: now, cards, others, same_as: Vec::new() }
    }

    /// From when on nothing of it counts, unless it is written again; never where it knows of a stop.
    pub fn void_at(&self) -> Option<Timestamp> {
        let ledgers = || self.cards.values().chain([&self.others]);
        if ledgers().any(|ledger| ledger.stopped.is_some()) {
            return None;
        }
        let keep = match (self.same_as.is_empty(), ledgers().all(CardLedger::is_empty)) {
            (false, _) => LINKED,
            (true, true) => EMPTY,
            (true, false) => HORIZON,
        };
        Some(
            ledgers().filter_map(|ledger| ledger.pause_until).fold(after(self.used_at, keep), Timestamp::max),
        )
    }

    /// What is known of a card.
    pub fn ledger(&self, card: Digest) -> &CardLedger {
        self.cards.get(&card).unwrap_or(&self.others)
    }

    /// Takes in a try of one of its cards. One that finds no place of its own counts for all that have none: a try
    /// moves no decline about.
    pub fn open(&mut self, card: Digest, attempt: OpenTry) {
        self.used_at = self.used_at.max(attempt.at);
        let room = self.cards.len() < MAX_CARDS && self.others.is_empty();
        match self.cards.get_mut(&card) {
            Some(ledger) => ledger.open(attempt),
            None if room => self.cards.entry(card).or_default().open(attempt),
            None => self.others.open(attempt),
        }
    }

    /// A try is over, wherever it stands.
    pub fn close(&mut self, attempt: AttemptId, now: Timestamp) {
        for ledger in self.cards.values_mut().chain([&mut self.others]) {
            if ledger.close(attempt) {
                self.used_at = self.used_at.max(now);
            }
        }
        if self.others.is_empty() {
            self.cards.retain(|_, ledger| !ledger.is_empty());
        }
    }

    /// Takes in a decline of one of its cards.
    pub fn note(&mut self, card: Digest, declined: &Declined) {
        self.used_at = self.used_at.max(declined.at);
        if !self.cards.contains_key(&card) && self.cards.len() >= MAX_CARDS {
            self.make_room(declined.at);
        }
        // A card that was among the others brings along what was known of them: it may be the one meant.
        let others = &self.others;
        self.cards.entry(card).or_insert_with(|| others.clone()).note(declined);
    }

    /// Gives up a card of which nothing matters any more, else the one that was declined longest ago and may
    /// still be tried, else any: what still matters of it goes to the others.
    fn make_room(&mut self, now: Timestamp) {
        let weight = |ledger: &CardLedger| (!ledger.is_idle(now), ledger.stopped.is_some(), ledger.last());
        let oldest = self.cards.iter().min_by_key(|(_, ledger)| weight(ledger)).map(|(card, _)| *card);
        if let Some(ledger) = oldest.and_then(|card| self.cards.remove(&card))
            && !ledger.is_idle(now)
        {
            self.others.join(&ledger, now);
        }
    }

    /// Remembers which references this token's card has.
    fn remember(&mut self, names: &[CardName]) {
        if !matches!(self.id, BookId::Token(_)) {
            return;
        }
        for name in names {
            let reference = matches!(name.book, BookId::Par(_) | BookId::Fingerprint(_));
            if reference && !self.same_as.contains(&name.book) && self.same_as.len() < MAX_SAME {
                self.same_as.push(name.book.clone());
            }
        }
    }
}

/// A try that the rules forbid, as it is answered and kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limited {
    /// Why.
    pub why: Why,
    /// What the decline said, or comes down to.
    pub class: DeclineClass,
    /// When it may be tried again; `None` for never.
    pub until: Option<Timestamp>,
    /// Whether no gateway has told who the card is.
    pub approximate: bool,
}

/// The books that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books(pub BTreeMap<BookId, CardBook>);

impl Books {
    /// Adds what the token's books lead to, so that the payment is counted under these names too.
    pub fn follow(&self, card: &mut TenderCard) {
        let books = card.names.iter().filter_map(|name| self.0.get(&name.book));
        let same: Vec<CardName> =
            books.flat_map(|book| &book.same_as).filter_map(CardName::of_book).collect();
        for name in same {
            card.name(Some(name));
        }
    }

    /// What the rules say of one more try of a payment: the strictest over all the names of its card.
    pub fn say(&self, payment: &Payment, now: Timestamp) -> Say {
        let attempt =
            Try { network: payment.card.network, amount: payment.amount, checkout: payment.checkout };
        let names = payment.card.names.iter();
        names
            .filter_map(|name| Some(may_try(self.0.get(&name.book)?.ledger(name.card), &attempt, now)))
            .fold(Say::Allowed, Say::max)
    }

    /// Why one more try of a payment is forbidden, if it is.
    pub fn forbids(&self, payment: &Payment, now: Timestamp) -> Option<Limited> {
        let approximate = payment.card.approximate();
        match self.say(payment, now) {
            Say::Allowed => None,
            Say::Wait { until, why } => {
                let class = DeclineClass::LimitVelocity;
                Some(Limited { why, class, until: Some(until), approximate })
            }
            Say::Never { why, class } => Some(Limited { why, class, until: None, approximate }),
        }
    }

    /// Takes in a try of a payment's card that is about to be made, under each of its names.
    pub fn open(&mut self, payment: &Payment, attempt: AttemptId, at: Timestamp) {
        let open = OpenTry { attempt, at, amount: payment.amount, checkout: payment.checkout };
        for name in &payment.card.names {
            self.book(payment, &name.book, at).open(name.card, open);
        }
    }

    /// A try of a payment's card is over. Nothing is written where it never stood.
    pub fn close(&mut self, payment: &Payment, attempt: AttemptId, now: Timestamp) {
        for name in &payment.card.names {
            if let Some(book) = self.0.get_mut(&name.book) {
                book.close(attempt, now);
            }
        }
    }

    fn book(&mut self, payment: &Payment, id: &BookId, now: Timestamp) -> &mut CardBook {
        let empty = || CardBook::new(payment.store.clone(), id.clone(), now);
        self.0.entry(id.clone()).or_insert_with(empty)
    }

    /// Takes in a decline of a payment's card, under each of its names.
    pub fn note(&mut self, payment: &Payment, declined: &Declined) {
        for name in payment.card.names.iter().filter(|_| declined.counts()) {
            let book = self.book(payment, &name.book, declined.at);
            book.note(name.card, declined);
            book.remember(&payment.card.names);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CheckoutId;
    use crate::domain::money::Money;
    use crate::domain::payment::scheme::Network;
    use uuid::Uuid;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + seconds).unwrap()
    }

    fn declined(class: DeclineClass, seconds: i64) -> Declined {
        Declined {
            at: at(seconds),
            class,
            advice: None,
            network: Network::Visa,
            amount: Money::new(100, "EUR".parse().unwrap()),
            checkout: CheckoutId(Uuid::from_u128(1)),
        }
    }

    fn card(number: usize) -> Digest {
        Digest([u8::try_from(number).unwrap(); 32])
    }

    #[test]
    fn r19_a_stop_of_one_of_very_many_cards_is_never_forgotten() {
        let mut book = CardBook::new("shop".parse().unwrap(), BookId::Customer("c1".to_owned()), at(0));
        for number in 0..2 * MAX_CARDS {
            let seconds = i64::try_from(number).unwrap();
            book.note(card(number), &declined(DeclineClass::SchemeStop, seconds));
            let forgotten = (0..=number).find(|earlier| book.ledger(card(*earlier)).stopped.is_none());
            assert_eq!(forgotten, None, "at card {number}");
        }
        assert_eq!(book.cards.len(), MAX_CARDS);
    }

    #[test]
    fn a_stopped_card_keeps_its_place_and_casts_no_shadow_on_a_customers_other_cards() {
        let mut book = CardBook::new("shop".parse().unwrap(), BookId::Customer("c1".to_owned()), at(0));
        book.note(card(0), &declined(DeclineClass::SchemeStop, 0));
        for number in 1..=2 * MAX_CARDS {
            let seconds = i64::try_from(number).unwrap();
            book.note(card(number), &declined(DeclineClass::InsufficientFunds, seconds));
        }
        assert!(book.ledger(card(0)).stopped.is_some());
        assert!(book.ledger(card(250)).stopped.is_none());
    }

    #[test]
    fn a_card_of_long_ago_makes_room_for_another_and_leaves_nothing() {
        let mut book = CardBook::new("shop".parse().unwrap(), BookId::Customer("c1".to_owned()), at(0));
        let month = 31 * 24 * 3_600;
        for number in 0..MAX_CARDS {
            book.note(card(number), &declined(DeclineClass::InsufficientFunds, 0));
        }
        book.note(card(200), &declined(DeclineClass::InsufficientFunds, month));
        assert_eq!(book.others, CardLedger::default());
        assert_eq!(book.cards.len(), MAX_CARDS);
    }
}
