//! Short ways to say what is priced.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use uuid::Uuid;

use crate::domain::coupon::{Benefit, Coupon};
use crate::domain::currency::Currency;
use crate::domain::ids::LineId;
use crate::domain::money::Money;
use crate::domain::pricing::{
    DeliveryCharge, PricingInput, PricingLine, RoundingLevel, RoundingMode, RoundingPolicy, TaxRate,
    TaxTreatment,
};
use crate::domain::product::TaxCategory;

pub(super) fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

pub(super) fn euro(minor: i64) -> Money {
    Money::new(minor, currency("EUR"))
}

pub(super) fn line(number: u128, quantity: u32, unit_price: Money) -> PricingLine {
    PricingLine {
        id: LineId(Uuid::from_u128(number)),
        sku: format!("SKU-{number}").parse().unwrap(),
        quantity,
        unit_price,
        tax_category: TaxCategory::Standard,
        discountable: true,
        tags: BTreeSet::new(),
        tax_rates: None,
    }
}

pub(super) fn delivery(id: &str, amount: Money) -> DeliveryCharge {
    DeliveryCharge { id: id.to_owned(), amount, tax_category: TaxCategory::Standard, tax_rates: None }
}

pub(super) fn rate(jurisdiction: &str, percent: &str) -> TaxRate {
    TaxRate {
        name: "VAT".to_owned(),
        jurisdiction: jurisdiction.to_owned(),
        percent: percent.parse().unwrap(),
    }
}

pub(super) fn coupon(code: &str, benefit: Benefit) -> Coupon {
    Coupon {
        code: code.parse().unwrap(),
        reason: String::new(),
        benefit,
        minimum_subtotal: None,
        limit: None,
        starts_at: None,
        ends_at: None,
        excluded_skus: BTreeSet::new(),
        excluded_tags: BTreeSet::new(),
    }
}

pub(super) fn percent_off(code: &str, percent: i64) -> Coupon {
    coupon(code, Benefit::Percent(Decimal::from(percent)))
}

pub(super) fn fixed_off(code: &str, amount: Money) -> Coupon {
    coupon(code, Benefit::Fixed(amount))
}

/// Lines in EUR, taxed at one standard rate on top of the prices, rounded half-up per line.
pub(super) fn input(percent: &str, lines: Vec<PricingLine>) -> PricingInput {
    PricingInput {
        currency: currency("EUR"),
        at: "2026-06-01T12:00:00Z".parse().unwrap(),
        lines,
        coupons: Vec::new(),
        delivery: Vec::new(),
        tax: TaxTreatment::Rates(BTreeMap::from([(TaxCategory::Standard, vec![rate("DE", percent)])])),
        prices_include_tax: false,
        rounding: RoundingPolicy { mode: RoundingMode::HalfUp, level: RoundingLevel::Line },
    }
}

pub(super) fn at_level(input: PricingInput, level: RoundingLevel) -> PricingInput {
    PricingInput { rounding: RoundingPolicy { level, ..input.rounding }, ..input }
}
