//! The fingerprint of what a buyer confirms: PlaceOrder must echo it, and what differs is not charged.
//!
//! The encoding is published in `docs/digest.md`, so that a client may compute it too. It holds everything that
//! changes what is paid, for what, and where it goes, and nothing else: no timestamp and no name. Two
//! encodings are equal only when every field is, because each field says how long it is.

use std::fmt;
use std::str::FromStr;

use super::address::TaxLocation;
use super::hex;
use super::money::Money;
use super::pricing::Quote;

/// The first record of the encoding. A change of the encoding is a new version.
const VERSION: &str = "cashwrap-quote-v1";
/// What stands before the hexadecimal digits.
const PREFIX: &str = "v1.";

/// What a buyer confirms.
#[derive(Debug, Clone)]
pub struct Confirmation<'a> {
    /// The prices. Lines and groups may stand in any order.
    pub quote: &'a Quote,
    /// What was chosen for each delivery group, in any order.
    pub delivery: Vec<ChosenDelivery<'a>>,
    /// Where the bill goes.
    pub billing: Option<TaxLocation>,
    /// What pays, in the order in which the tenders are used.
    pub tenders: Vec<ChosenTender<'a>>,
    /// The agreements that were shown, in any order.
    pub agreements: Vec<ShownAgreement<'a>>,
}

/// What was chosen for a delivery group. What it costs stands in the quote.
#[derive(Debug, Clone)]
pub struct ChosenDelivery<'a> {
    /// The group, as in the quote.
    pub group: &'a str,
    /// The carrier or the collection of pickup locations.
    pub carrier: &'a str,
    /// The option's code.
    pub option: &'a str,
    /// Where it goes: the delivery address or the pickup location; none for what is not delivered.
    pub to: Option<TaxLocation>,
}

/// A tender.
#[derive(Debug, Clone)]
pub struct ChosenTender<'a> {
    /// What kind: `card`, `gift_card`.
    pub kind: &'a str,
    /// How much it pays.
    pub amount: Money,
}

/// An agreement that was shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShownAgreement<'a> {
    /// Which: `terms`.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
}

/// A versioned SHA-256: `v1.` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QuoteDigest(String);

/// The text is not a digest of a version that we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadDigest {
    /// Nothing was given.
    #[error("is missing: read the checkout, show its quote, and give back its quote_digest")]
    Missing,
    /// It has another form.
    #[error(
        "is not a quote digest: give back the quote_digest of the checkout as it was, v1. and 64 hexadecimal \
         digits"
    )]
    Form,
}

impl QuoteDigest {
    /// The digest of what a buyer confirms.
    pub fn of(confirmation: &Confirmation<'_>) -> Self {
        let hash = ring::digest::digest(&ring::digest::SHA256, encode(confirmation).as_bytes());
        // SHA-256 is 32 bytes; of another hash there would be no digits, and no digest that anybody could confirm.
        let digits = <&[u8; 32]>::try_from(hash.as_ref()).map(hex::of_digest);
        Self([PREFIX, hex::text(digits.as_ref().map_or(&[], |digits| digits))].concat())
    }

    /// The digest as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for QuoteDigest {
    type Err = BadDigest;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(BadDigest::Missing);
        }
        let digits = text.strip_prefix(PREFIX).ok_or(BadDigest::Form)?;
        hex::digest(digits).map(|_| Self(text.to_owned())).ok_or(BadDigest::Form)
    }
}

impl fmt::Display for QuoteDigest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The encoding of `docs/digest.md`: records of fields, each field as `length:bytes,`, each record on a line.
pub fn encode(confirmation: &Confirmation<'_>) -> String {
    let quote = confirmation.quote;
    let mut out = Encoder::default();
    out.record([VERSION]);
    out.record(["currency", quote.currency.code()]);
    let inclusive = if quote.prices_include_tax { "inclusive" } else { "exclusive" };
    out.record(["policy", quote.rounding.mode.as_str(), quote.rounding.level.as_str(), inclusive]);
    encode_lines(&mut out, quote);
    encode_delivery(&mut out, confirmation);
    if let Some(billing) = &confirmation.billing {
        out.location("billing", billing);
    }
    for tender in &confirmation.tenders {
        out.record(["tender", tender.kind, &tender.amount.minor.to_string(), tender.amount.currency.code()]);
    }
    let totals = &quote.totals;
    let sums = [totals.subtotal, totals.discount, totals.delivery, totals.tax, totals.total];
    out.owned("totals", sums.iter().map(|sum| sum.minor.to_string()));
    let mut agreements = confirmation.agreements.clone();
    agreements.sort();
    for ShownAgreement { name, version } in agreements {
        out.record(["agreement", name, version]);
    }
    out.text
}

fn encode_lines(out: &mut Encoder, quote: &Quote) {
    let mut lines: Vec<_> = quote.lines.iter().collect();
    lines.sort_by_key(|line| line.id);
    for line in lines {
        let discounts = line.discounts.iter().map(|discount| discount.amount.minor);
        let discount = discounts.fold(0_i64, i64::saturating_add);
        let numbers = [i64::from(line.quantity), line.unit_price.minor, discount, line.tax.minor]
            .map(|number| number.to_string());
        let names = [line.id.to_string(), line.sku.to_string()];
        out.owned("line", names.into_iter().chain(numbers));
    }
}

fn encode_delivery(out: &mut Encoder, confirmation: &Confirmation<'_>) {
    let mut groups: Vec<_> = confirmation.quote.delivery.iter().collect();
    groups.sort_by_key(|group| &group.id);
    for group in groups {
        let numbers = [group.amount.minor.to_string(), group.tax.minor.to_string()];
        out.owned("delivery", std::iter::once(group.id.clone()).chain(numbers));
    }
    let mut choices: Vec<_> = confirmation.delivery.iter().collect();
    choices.sort_by_key(|choice| choice.group);
    for choice in choices {
        out.record(["choice", choice.group, choice.carrier, choice.option]);
        if let Some(to) = &choice.to {
            out.location("to", to);
        }
    }
}

#[derive(Default)]
struct Encoder {
    text: String,
}

impl Encoder {
    fn field(&mut self, field: &str) {
        self.text.push_str(&field.len().to_string());
        self.text.push(':');
        self.text.push_str(field);
        self.text.push(',');
    }

    fn record<const N: usize>(&mut self, fields: [&str; N]) {
        for field in fields {
            self.field(field);
        }
        self.text.push('\n');
    }

    fn owned(&mut self, tag: &str, fields: impl IntoIterator<Item = String>) {
        self.field(tag);
        for field in fields {
            self.field(&field);
        }
        self.text.push('\n');
    }

    fn location(&mut self, tag: &str, place: &TaxLocation) {
        let named = [place.country.code(), &place.administrative_area, &place.locality, &place.postal_code];
        let named = named.into_iter().map(str::to_owned);
        self.owned(tag, named.chain(place.lines.iter().cloned()));
    }
}

#[cfg(test)]
mod tests;
