//! The declines of cards, by name. A name is a keyed digest in hexadecimal digits, or a customer's id.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::amount::Stated;
use super::scalar::{Text, Version, Word, is_zero, of_texts, shapes, texts, values};
use crate::domain::ids::{AttemptId, CheckoutId, StoreId};
use crate::domain::payment::DeclineClass;
use crate::domain::payment::scheme::{
    BookId, CardBook, CardLedger, CardName, Digest, Network, OpenTry, Stop, Tally, TenderCard,
};

/// A book.
#[derive(Serialize, Deserialize)]
pub(super) struct CardBookShape {
    v: Version,
    store: Text<StoreId>,
    id: Text<BookId>,
    used_at: Text<Timestamp>,
    cards: Vec<CardShape>,
    #[serde(default, skip_serializing_if = "LedgerShape::is_empty")]
    others: LedgerShape,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    same_as: Vec<Text<BookId>>,
}

/// A card of the book.
#[derive(Serialize, Deserialize)]
struct CardShape {
    card: Text<Digest>,
    ledger: LedgerShape,
}

/// The declines of one card.
#[derive(Default, Serialize, Deserialize)]
struct LedgerShape {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stopped: Option<StopShape>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pause_until: Option<Text<Timestamp>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tallies: Vec<TallyShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    open: Vec<OpenShape>,
}

impl LedgerShape {
    const fn is_empty(&self) -> bool {
        self.stopped.is_none()
            && self.pause_until.is_none()
            && self.tallies.is_empty()
            && self.open.is_empty()
    }
}

/// Since when a card is stopped.
#[derive(Serialize, Deserialize)]
struct StopShape {
    at: Text<Timestamp>,
    class: Word<DeclineClass>,
}

/// Declines that are counted together.
#[derive(Serialize, Deserialize)]
struct TallyShape {
    at: Text<Timestamp>,
    declines: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    fixes: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amount: Option<Stated>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checkout: Option<Text<CheckoutId>>,
}

/// A try whose outcome is not known.
#[derive(Serialize, Deserialize)]
struct OpenShape {
    attempt: Text<AttemptId>,
    at: Text<Timestamp>,
    amount: Stated,
    checkout: Text<CheckoutId>,
}

impl From<&CardBook> for CardBookShape {
    fn from(book: &CardBook) -> Self {
        let CardBook { store, id, used_at, cards, others, same_as } = book;
        Self {
            v: Version,
            store: Text(store.clone()),
            id: Text(id.clone()),
            used_at: Text(*used_at),
            cards: cards
                .iter()
                .map(|(card, ledger)| CardShape { card: Text(*card), ledger: ledger.into() })
                .collect(),
            others: others.into(),
            same_as: texts(same_as),
        }
    }
}

impl From<CardBookShape> for CardBook {
    fn from(shape: CardBookShape) -> Self {
        Self {
            store: shape.store.0,
            id: shape.id.0,
            used_at: shape.used_at.0,
            cards: shape.cards.into_iter().map(|each| (each.card.0, each.ledger.into())).collect(),
            others: shape.others.into(),
            same_as: of_texts(shape.same_as),
        }
    }
}

impl From<&CardLedger> for LedgerShape {
    fn from(ledger: &CardLedger) -> Self {
        let CardLedger { stopped, pause_until, tallies, open } = ledger;
        Self {
            stopped: stopped.map(|Stop { at, class }| StopShape { at: Text(at), class: Word(class) }),
            pause_until: pause_until.map(Text),
            tallies: shapes(tallies),
            open: shapes(open),
        }
    }
}

impl From<LedgerShape> for CardLedger {
    fn from(shape: LedgerShape) -> Self {
        Self {
            stopped: shape.stopped.map(|stop| Stop { at: stop.at.0, class: stop.class.0 }),
            pause_until: shape.pause_until.map(|until| until.0),
            tallies: values(shape.tallies),
            open: values(shape.open),
        }
    }
}

impl From<&Tally> for TallyShape {
    fn from(tally: &Tally) -> Self {
        let Tally { at, declines, fixes, amount, checkout } = *tally;
        Self { at: Text(at), declines, fixes, amount: amount.map(Stated::from), checkout: checkout.map(Text) }
    }
}

impl From<TallyShape> for Tally {
    fn from(shape: TallyShape) -> Self {
        Self {
            at: shape.at.0,
            declines: shape.declines,
            fixes: shape.fixes,
            amount: shape.amount.map(Into::into),
            checkout: shape.checkout.map(|checkout| checkout.0),
        }
    }
}

impl From<&OpenTry> for OpenShape {
    fn from(open: &OpenTry) -> Self {
        let OpenTry { attempt, at, amount, checkout } = *open;
        Self { attempt: Text(attempt), at: Text(at), amount: amount.into(), checkout: Text(checkout) }
    }
}

impl From<OpenShape> for OpenTry {
    fn from(shape: OpenShape) -> Self {
        Self {
            attempt: shape.attempt.0,
            at: shape.at.0,
            amount: shape.amount.into(),
            checkout: shape.checkout.0,
        }
    }
}

/// Who the card of a payment is.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct TenderCardShape {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<CardNameShape>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    network: Option<Word<Network>>,
}

impl TenderCardShape {
    /// Whether nothing is known, as in rows of before it was asked.
    pub(super) const fn is_unknown(&self) -> bool {
        self.names.is_empty() && self.network.is_none()
    }
}

/// A name: a book, and where that holds several cards, which.
#[derive(Serialize, Deserialize)]
struct CardNameShape {
    book: Text<BookId>,
    card: Text<Digest>,
}

impl From<&TenderCard> for TenderCardShape {
    fn from(card: &TenderCard) -> Self {
        let TenderCard { names, network } = card;
        let known = !names.is_empty() || *network != Network::Other;
        let network = known.then_some(Word(*network));
        Self { names: shapes(names), network }
    }
}

impl From<TenderCardShape> for TenderCard {
    fn from(shape: TenderCardShape) -> Self {
        Self {
            names: values(shape.names),
            network: shape.network.map(|network| network.0).unwrap_or_default(),
        }
    }
}

impl From<&CardName> for CardNameShape {
    fn from(name: &CardName) -> Self {
        let CardName { book, card } = name.clone();
        Self { book: Text(book), card: Text(card) }
    }
}

impl From<CardNameShape> for CardName {
    fn from(shape: CardNameShape) -> Self {
        Self { book: shape.book.0, card: shape.card.0 }
    }
}
