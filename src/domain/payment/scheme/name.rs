//! The names by which a card is known: keyed digests, made with the vault's key where the plain text is at hand.
//!
//! One card has several names: each token, the account's reference that a gateway returns (PAR), a gateway's
//! own fingerprint of it, and what the caller describes of it together with the buyer. A decline is written
//! under all that are known, and all are asked: the strictest answer counts.

use std::fmt;
use std::str::FromStr;

use crate::domain::hex;

/// The scheme of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Network {
    /// Visa.
    Visa,
    /// Mastercard.
    Mastercard,
    /// Another, or not known: the strictest rules hold.
    #[default]
    Other,
}

impl Network {
    /// The scheme's name for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visa => "VISA",
            Self::Mastercard => "MASTERCARD",
            Self::Other => "OTHER",
        }
    }
}

/// A keyed digest: it can be compared and not be read back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(hex::text(&hex::of_digest(&self.0)))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// The text names no book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a card book: a kind, a colon and 64 hexadecimal digits or a customer's id")]
pub struct BadBookId;

impl FromStr for Digest {
    type Err = BadBookId;

    fn from_str(text: &str) -> Result<Self, BadBookId> {
        hex::digest(text).map(Self).ok_or(BadBookId)
    }
}

/// A row of ledgers: of one card, or of all the cards that a customer described.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BookId {
    /// A token of one partner account.
    Token(Digest),
    /// A gateway's own fingerprint of a card: the same for each token of it, at that account.
    Fingerprint(Digest),
    /// A payment account reference (PAR): the card, at whichever gateway.
    Par(Digest),
    /// BIN, last four digits and expiry, within one checkout of a guest.
    Guest(Digest),
    /// The cards that this customer described. The id is the caller's own and stands in orders as well; a
    /// book for all of them, because the customer is known only once the session was read.
    Customer(String),
}

impl fmt::Display for BookId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, digest) = match self {
            Self::Token(digest) => ("token:", digest),
            Self::Fingerprint(digest) => ("fingerprint:", digest),
            Self::Par(digest) => ("par:", digest),
            Self::Guest(digest) => ("guest:", digest),
            Self::Customer(id) => {
                out.write_str("customer:")?;
                return out.write_str(id);
            }
        };
        out.write_str(kind)?;
        digest.fmt(out)
    }
}

impl FromStr for BookId {
    type Err = BadBookId;

    fn from_str(text: &str) -> Result<Self, BadBookId> {
        let (kind, name) = text.split_once(':').ok_or(BadBookId)?;
        Ok(match kind {
            "token" => Self::Token(name.parse()?),
            "fingerprint" => Self::Fingerprint(name.parse()?),
            "par" => Self::Par(name.parse()?),
            "guest" => Self::Guest(name.parse()?),
            "customer" => Self::Customer(name.to_owned()),
            _ => return Err(BadBookId),
        })
    }
}

/// A name of a card: the book in which its ledger stands, and which of the book's cards it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CardName {
    /// The book.
    pub book: BookId,
    /// The card within it.
    pub card: Digest,
}

impl CardName {
    /// The only card of a token's book.
    pub const fn token(digest: Digest) -> Self {
        Self { book: BookId::Token(digest), card: digest }
    }

    /// The only card of a fingerprint's book.
    pub const fn fingerprint(digest: Digest) -> Self {
        Self { book: BookId::Fingerprint(digest), card: digest }
    }

    /// The only card of a reference's book.
    pub const fn par(digest: Digest) -> Self {
        Self { book: BookId::Par(digest), card: digest }
    }

    /// A described card of a guest.
    pub const fn guest(digest: Digest) -> Self {
        Self { book: BookId::Guest(digest), card: digest }
    }

    /// A described card of a customer.
    pub const fn of_customer(id: String, card: Digest) -> Self {
        Self { book: BookId::Customer(id), card }
    }

    /// The name that a book of one card stands for; a customer's book stands for none.
    pub const fn of_book(book: &BookId) -> Option<Self> {
        match book {
            BookId::Token(digest) => Some(Self::token(*digest)),
            BookId::Fingerprint(digest) => Some(Self::fingerprint(*digest)),
            BookId::Par(digest) => Some(Self::par(*digest)),
            BookId::Guest(digest) => Some(Self::guest(*digest)),
            BookId::Customer(_) => None,
        }
    }
}

/// The card of a tender, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct TenderCard {
    /// Its names.
    pub names: Vec<CardName>,
    /// Its scheme, once a gateway has told it. What a caller claims never stands here: the strictest rules hold
    /// until a gateway confirms which are the card's.
    pub network: Network,
}

/// More names tell nothing new: eight tokens, a description, and what the gateways return.
const MAX_NAMES: usize = 24;

impl TenderCard {
    /// Whether no gateway has told who the card is: what is counted under its other names is approximate.
    pub fn approximate(&self) -> bool {
        !self.names.iter().any(|name| matches!(name.book, BookId::Par(_)))
    }

    /// Takes in what a gateway told: a name, and the scheme, which replaces what was thought before.
    pub fn learn(&mut self, name: Option<CardName>, network: Network) {
        if network != Network::Other {
            self.network = network;
        }
        self.name(name);
    }

    /// Takes in a name alone.
    pub fn name(&mut self, name: Option<CardName>) {
        self.names.extend(name.filter(|name| !self.names.contains(name)));
        self.names.truncate(MAX_NAMES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_book_is_read_back_and_nothing_else_is() {
        let digest = Digest([0xab; 32]);
        for book in [
            BookId::Token(digest),
            BookId::Fingerprint(digest),
            BookId::Par(digest),
            BookId::Guest(digest),
            BookId::Customer("a:b".to_owned()),
        ] {
            assert_eq!(book.to_string().parse(), Ok(book));
        }
        for bad in ["", "token", "token:", "token:AB", "other:x", &format!("par:{}", "A".repeat(64))] {
            assert_eq!(bad.parse::<BookId>(), Err(BadBookId), "{bad}");
        }
    }

    #[test]
    fn r19_what_is_counted_without_a_par_is_approximate() {
        let mut card = TenderCard::default();
        card.learn(Some(CardName::token(Digest([1; 32]))), Network::Visa);
        card.learn(Some(CardName::fingerprint(Digest([2; 32]))), Network::Mastercard);
        assert!(card.approximate());
        assert_eq!(card.network, Network::Mastercard, "the later word of a gateway counts");
        card.learn(Some(CardName::par(Digest([3; 32]))), Network::Other);
        card.learn(Some(CardName::par(Digest([3; 32]))), Network::Other);
        assert!(!card.approximate());
        assert_eq!(card.network, Network::Mastercard, "no word takes nothing back");
        assert_eq!(card.names.len(), 3);
    }
}
