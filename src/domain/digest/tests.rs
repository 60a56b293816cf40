//! The worked vector of `docs/digest.md`, and what changes a digest.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{BadDigest, ChosenDelivery, ChosenTender, Confirmation, QuoteDigest, ShownAgreement, encode};
use crate::domain::address::TaxLocation;
use crate::domain::coupon::{Benefit, Coupon};
use crate::domain::ids::LineId;
use crate::domain::money::Money;
use crate::domain::pricing::{
    DeliveryCharge, PricingInput, PricingLine, Quote, RoundingPolicy, TaxRate, TaxTreatment, price,
};
use crate::domain::product::TaxCategory;

const DOCUMENT: &str = include_str!("../../../docs/digest.md");

fn euro(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

fn quote() -> Quote {
    let line = |number, sku: &str, quantity, minor| PricingLine {
        id: LineId(Uuid::from_u128(number)),
        sku: sku.parse().unwrap(),
        quantity,
        unit_price: euro(minor),
        tax_category: TaxCategory::Standard,
        discountable: true,
        tags: BTreeSet::new(),
        tax_rates: None,
    };
    let vat = TaxRate { name: "VAT".to_owned(), jurisdiction: "DE".to_owned(), percent: 19.into() };
    let tenth = Coupon {
        code: "TENTH".parse().unwrap(),
        reason: String::new(),
        benefit: Benefit::Percent(10.into()),
        minimum_subtotal: None,
        limit: None,
        starts_at: None,
        ends_at: None,
        excluded_skus: BTreeSet::new(),
        excluded_tags: BTreeSet::new(),
    };
    price(&PricingInput {
        currency: "EUR".parse().unwrap(),
        at: "2026-06-01T12:00:00Z".parse().unwrap(),
        lines: vec![line(2, "CUP-BLUE", 1, 1_290), line(1, "TEA-GREEN", 2, 850)],
        coupons: vec![tenth],
        delivery: vec![DeliveryCharge {
            id: "home".to_owned(),
            amount: euro(490),
            tax_category: TaxCategory::Standard,
            tax_rates: None,
        }],
        tax: TaxTreatment::Rates(BTreeMap::from([(TaxCategory::Standard, vec![vat])])),
        prices_include_tax: true,
        rounding: RoundingPolicy::default(),
    })
    .unwrap()
}

fn berlin() -> TaxLocation {
    TaxLocation {
        country: "DE".parse().unwrap(),
        administrative_area: String::new(),
        locality: "Berlin".to_owned(),
        postal_code: "10117".to_owned(),
        lines: vec!["Unter den Linden 6".to_owned()],
    }
}

fn confirmation(quote: &Quote) -> Confirmation<'_> {
    Confirmation {
        quote,
        delivery: vec![ChosenDelivery {
            group: "home",
            carrier: "table",
            option: "standard",
            to: Some(berlin()),
        }],
        billing: Some(berlin()),
        tenders: vec![ChosenTender { kind: "card", amount: quote.totals.total }],
        agreements: vec![
            ShownAgreement { name: "terms", version: "3" },
            ShownAgreement { name: "privacy", version: "2026-01" },
        ],
    }
}

/// The first fenced block after a heading of the document.
fn block(heading: &str) -> &'static str {
    let after = DOCUMENT.split_once(heading).unwrap().1;
    after.split_once("```text\n").unwrap().1.split_once("```").unwrap().0
}

#[test]
fn the_worked_vector_of_the_document_is_what_the_code_says() {
    let quote = quote();
    let confirmation = confirmation(&quote);
    assert_eq!(encode(&confirmation), block("## A worked vector"));
    assert_eq!(QuoteDigest::of(&confirmation).to_string(), block("Its digest").trim_end());
}

#[test]
fn the_order_of_lines_choices_and_agreements_changes_nothing() {
    let one = quote();
    let mut other = one.clone();
    other.lines.reverse();
    let mut turned = confirmation(&other);
    turned.agreements.reverse();
    assert_eq!(QuoteDigest::of(&confirmation(&one)), QuoteDigest::of(&turned));
}

#[test]
fn whatever_a_buyer_confirms_changes_the_digest() {
    let sound = quote();
    let digest = QuoteDigest::of(&confirmation(&sound));
    let touches: [fn(&mut Quote); 11] = [
        |quote| quote.lines[0].quantity += 1,
        |quote| quote.lines[0].unit_price.minor += 1,
        |quote| quote.lines[0].tax.minor += 1,
        |quote| quote.lines[0].discounts[0].amount.minor += 1,
        |quote| quote.lines[0].sku = "OTHER".parse().unwrap(),
        |quote| quote.delivery[0].amount.minor += 1,
        |quote| quote.delivery[0].tax.minor += 1,
        |quote| quote.totals.total.minor += 1,
        |quote| quote.currency = "USD".parse().unwrap(),
        |quote| quote.prices_include_tax = false,
        |quote| quote.rounding.level = crate::domain::pricing::RoundingLevel::Order,
    ];
    for (number, touch) in touches.iter().enumerate() {
        let mut other = sound.clone();
        touch(&mut other);
        assert_ne!(QuoteDigest::of(&confirmation(&other)), digest, "touch {number}");
    }
    let changes: [fn(&mut Confirmation<'_>); 7] = [
        |given| given.delivery[0].option = "express",
        |given| given.delivery[0].carrier = "other",
        |given| given.delivery[0].to = None,
        |given| given.billing.as_mut().unwrap().postal_code.push('0'),
        |given| given.tenders[0].amount.minor -= 1,
        |given| given.agreements[0].version = "4",
        |given| given.agreements.clear(),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut other = confirmation(&sound);
        change(&mut other);
        assert_ne!(QuoteDigest::of(&other), digest, "change {number}");
    }
}

#[test]
fn moving_a_byte_from_one_field_to_the_next_changes_the_digest() {
    let quote = quote();
    let with = |name, version| {
        let agreements = vec![ShownAgreement { name, version }];
        QuoteDigest::of(&Confirmation { agreements, ..confirmation(&quote) })
    };
    assert_ne!(with("terms", "3"), with("terms3", ""));
}

#[test]
fn only_a_digest_of_this_version_is_read() {
    let digest = QuoteDigest::of(&confirmation(&quote()));
    assert_eq!(digest.as_str().parse(), Ok(digest.clone()));
    let other_version = digest.as_str().replace("v1.", "v2.");
    for text in ["", "v1.", other_version.as_str(), &digest.as_str().to_uppercase()] {
        assert_eq!(
            text.parse::<QuoteDigest>(),
            Err(if text.is_empty() { BadDigest::Missing } else { BadDigest::Form }),
            "{text}"
        );
    }
}
