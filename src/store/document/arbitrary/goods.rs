//! Arbitrary products, coupons and carts.

use super::Tape;
use crate::domain::cart::{Cart, CartLine};
use crate::domain::coupon::{Benefit, Coupon};
use crate::domain::ids::{CartId, LineId, OrderId, PlacementId};
use crate::domain::product::Product;

pub fn product(tape: &mut Tape) -> Product {
    Product {
        sku: tape.capitals(),
        title: tape.text(),
        unit_price: tape.money(),
        compare_at: tape.option(Tape::money),
        image: tape.option(Tape::text),
        tax_category: tape.word(),
        weight_grams: tape.u32(),
        requires_delivery: tape.flag(),
        tags: tape.list(Tape::text),
        tracked: tape.flag(),
    }
}

pub fn coupon(tape: &mut Tape) -> Coupon {
    Coupon {
        code: tape.capitals(),
        reason: tape.text(),
        benefit: if tape.flag() { Benefit::Percent(tape.decimal()) } else { Benefit::Fixed(tape.money()) },
        minimum_subtotal: tape.option(Tape::money),
        limit: tape.option(Tape::u32),
        starts_at: tape.option(Tape::time),
        ends_at: tape.option(Tape::time),
        excluded_skus: tape.list(Tape::capitals),
        excluded_tags: tape.list(Tape::text),
    }
}

pub fn line(tape: &mut Tape) -> CartLine {
    CartLine {
        id: tape.id(LineId),
        product: product(tape),
        quantity: tape.u32(),
        unit_price_when_added: tape.money(),
    }
}

pub fn cart(tape: &mut Tape) -> Cart {
    Cart {
        id: tape.id(CartId),
        store: tape.name(),
        state: tape.word(),
        currency: tape.currency(),
        region: tape.text(),
        language: tape.text(),
        customer: tape.option(Tape::text),
        lines: tape.list(line),
        coupons: tape.list(coupon),
        placement: tape.option(|tape| tape.id(PlacementId)),
        order: tape.option(|tape| tape.id(OrderId)),
        created_at: tape.time(),
        updated_at: tape.time(),
    }
}
