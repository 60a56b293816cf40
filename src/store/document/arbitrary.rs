//! Arbitrary records for the property tests, read off a tape of bytes.
//!
//! proptest makes the tape and shrinks it; an exhausted tape gives the simplest value of everything, so a
//! failing record shrinks to a small one. Values are as wide as the types are, wider than the domain makes them.

mod cards;
mod goods;
mod money;
mod sale;
mod tape;

pub(super) use tape::Tape;

use crate::ports::record::{PartnerMode, Record};
use crate::ports::store::Kind;

/// A record of `kind`.
pub(super) fn record(kind: Kind, tape: &mut Tape) -> Record {
    match kind {
        Kind::Cart => Record::Cart(Box::new(goods::cart(tape))),
        Kind::Checkout => Record::Checkout(Box::new(sale::checkout(tape))),
        Kind::Placement => Record::Placement(Box::new(sale::placement(tape))),
        Kind::Payment => Record::Payment(Box::new(money::payment(tape))),
        Kind::Order => Record::Order(Box::new(sale::order(tape))),
        Kind::Product => Record::Product(Box::new(goods::product(tape))),
        Kind::Coupon => Record::Coupon(Box::new(goods::coupon(tape))),
        Kind::CardBook => Record::CardBook(Box::new(cards::book(tape))),
        Kind::PartnerMode => {
            Record::PartnerMode(PartnerMode { store: tape.name(), account: tape.name(), mode: tape.word() })
        }
    }
}
