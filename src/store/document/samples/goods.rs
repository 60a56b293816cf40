//! Products, coupons, carts.

use std::collections::BTreeSet;

use super::{at, euro, id, read};
use crate::domain::cart::{Cart, CartLine, CartState};
use crate::domain::coupon::{Benefit, Coupon};
use crate::domain::ids::{CartId, LineId, OrderId, PlacementId};
use crate::domain::money::Money;
use crate::domain::product::{Product, TaxCategory};
use crate::ports::record::Record;

fn tea() -> Product {
    Product {
        sku: read("TEA-1"),
        title: "Darjeeling \"First Flush\", 100 g".to_owned(),
        unit_price: euro(1_250),
        compare_at: Some(euro(1_490)),
        image: Some("/img/tea.jpg".to_owned()),
        tax_category: TaxCategory::Reduced,
        weight_grams: 120,
        requires_delivery: true,
        tags: BTreeSet::from(["gift".to_owned(), "tea".to_owned()]),
        tracked: true,
    }
}

fn gift_card(tax_category: TaxCategory) -> Product {
    Product {
        sku: read("CARD/25"),
        title: "ギフトカード".to_owned(),
        unit_price: Money::new(2_500, read("JPY")),
        compare_at: None,
        image: None,
        tax_category,
        weight_grams: 0,
        requires_delivery: false,
        tags: BTreeSet::new(),
        tracked: false,
    }
}

fn tenth() -> Coupon {
    Coupon {
        code: read("TENTH"),
        reason: "Ten per cent off".to_owned(),
        benefit: Benefit::Percent(read("10")),
        minimum_subtotal: Some(euro(2_000)),
        limit: Some(500),
        starts_at: Some(at(0)),
        ends_at: Some(at(86_400)),
        excluded_skus: BTreeSet::from([read("CARD/25")]),
        excluded_tags: BTreeSet::from(["sale".to_owned()]),
    }
}

fn fiver() -> Coupon {
    Coupon {
        code: read("FIVER"),
        reason: String::new(),
        benefit: Benefit::Fixed(euro(500)),
        minimum_subtotal: None,
        limit: None,
        starts_at: None,
        ends_at: None,
        excluded_skus: BTreeSet::new(),
        excluded_tags: BTreeSet::new(),
    }
}

/// Two teas, one of them dearer since it was added.
pub fn lines() -> Vec<CartLine> {
    vec![CartLine { id: id(LineId, 1), product: tea(), quantity: 2, unit_price_when_added: euro(1_190) }]
}

pub fn coupons() -> Vec<Coupon> {
    vec![tenth(), fiver()]
}

fn cart(state: CartState) -> Cart {
    let locked = matches!(state, CartState::Locked | CartState::Ordered);
    Cart {
        id: id(CartId, 2),
        store: read("main"),
        state,
        currency: read("EUR"),
        region: "DE".to_owned(),
        language: "de-DE".to_owned(),
        customer: Some("cust-17".to_owned()),
        lines: lines(),
        coupons: coupons(),
        placement: locked.then(|| id(PlacementId, 4)),
        order: (state == CartState::Ordered).then(|| id(OrderId, 6)),
        created_at: at(0),
        updated_at: at(60),
    }
}

pub fn samples() -> Vec<(String, Record)> {
    let mut samples = vec![
        ("product-tea".to_owned(), Record::Product(Box::new(tea()))),
        ("coupon-percent".to_owned(), Record::Coupon(Box::new(tenth()))),
        ("coupon-fixed".to_owned(), Record::Coupon(Box::new(fiver()))),
    ];
    for category in TaxCategory::ALL {
        let name = format!("product-gift_card_{}", category.as_str());
        samples.push((name, Record::Product(Box::new(gift_card(category)))));
    }
    for state in
        [CartState::Open, CartState::Locked, CartState::Ordered, CartState::Deleted, CartState::Expired]
    {
        let name = format!("cart-{}", state.as_str().to_lowercase());
        samples.push((name, Record::Cart(Box::new(cart(state)))));
    }
    let empty = Cart {
        region: String::new(),
        language: String::new(),
        customer: None,
        lines: Vec::new(),
        coupons: Vec::new(),
        ..cart(CartState::Open)
    };
    samples.push(("cart-empty_of_a_guest".to_owned(), Record::Cart(Box::new(empty))));
    samples
}
