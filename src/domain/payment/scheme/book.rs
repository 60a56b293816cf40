//! The rows in which ledgers stand, and what several of them say together.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::ledger::{CardLedger, Declined};
use super::name::{BookId, CardName, Digest, TenderCard};
use super::verdict::{Say, Try, Why, may_try};
use crate::domain::ids::StoreId;
use crate::domain::payment::Payment;
use crate::domain::payment::decline::DeclineClass;

/// How many declined cards of one customer are told apart. Beyond them a customer is trying cards out: those that
/// are not listed share one ledger, which forbids whatever any of them forbade.
pub const MAX_CARDS: usize = 32;

/// How many references a token may lead to: one card has one, so that more is a gateway's fault.
const MAX_SAME: usize = 4;

/// The ledgers under one name: of one card, or of a customer's cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardBook {
    /// The store: schemes count per merchant, and no row crosses stores.
    pub store: StoreId,
    /// The name.
    pub id: BookId,
    /// The declined cards.
    pub cards: BTreeMap<Digest, CardLedger>,
    /// Of the cards that found no place of their own.
    pub others: CardLedger,
    /// Books that a gateway's reply showed to be of the same card: they are read along.
    pub same_as: Vec<BookId>,
}

impl CardBook {
    /// An empty book.
    pub const fn new(store: StoreId, id: BookId) -> Self {
        let others = CardLedger { stopped: None, pause_until: None, tallies: Vec::new() };
        Self { store, id, cards: BTreeMap::new(), others, same_as: Vec::new() }
    }

    /// What is known of a card.
    pub fn ledger(&self, card: Digest) -> &CardLedger {
        self.cards.get(&card).unwrap_or(&self.others)
    }

    /// Takes in a decline of one of its cards.
    pub fn note(&mut self, card: Digest, declined: &Declined) {
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

    /// Takes in a decline of a payment's card, under each of its names.
    pub fn note(&mut self, payment: &Payment, declined: &Declined) {
        for name in payment.card.names.iter().filter(|_| declined.counts()) {
            let empty = || CardBook::new(payment.store.clone(), name.book.clone());
            let book = self.0.entry(name.book.clone()).or_insert_with(empty);
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
        let mut book = CardBook::new("shop".parse().unwrap(), BookId::Customer("c1".to_owned()));
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
        let mut book = CardBook::new("shop".parse().unwrap(), BookId::Customer("c1".to_owned()));
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
        let mut book = CardBook::new("shop".parse().unwrap(), BookId::Customer("c1".to_owned()));
        let month = 31 * 24 * 3_600;
        for number in 0..MAX_CARDS {
            book.note(card(number), &declined(DeclineClass::InsufficientFunds, 0));
        }
        book.note(card(200), &declined(DeclineClass::InsufficientFunds, month));
        assert_eq!(book.others, CardLedger::default());
        assert_eq!(book.cards.len(), MAX_CARDS);
    }
}
