//! Quotes: one whole, and one for each standing of the tax, rule and rounding.

use super::{at, euro, id, read};
use crate::domain::checkout::{Degraded, DegradedReason, Dependency, Quoted};
use crate::domain::coupon::CouponProblem;
use crate::domain::ids::LineId;
use crate::domain::money::{Money, MoneyError};
use crate::domain::pricing::{
    AppliedTax, Explanation, LineDiscount, Quote, QuoteDiscount, QuotedDelivery, QuotedLine, RefusedCoupon,
    RoundingLevel, RoundingMode, RoundingPolicy, Rule, Share, TaxLine, TaxStanding, Totals,
};
use crate::domain::product::TaxCategory;

const ROUNDING: RoundingPolicy = RoundingPolicy { mode: RoundingMode::HalfUp, level: RoundingLevel::Line };

fn explained(rule: Rule, base: i64, exact: &str) -> Explanation {
    Explanation { rule, base: euro(base), exact_minor: read(exact), rounding: ROUNDING, share: None }
}

fn taxed(percent: &str, net: i64, tax: i64, exact: &str) -> AppliedTax {
    AppliedTax {
        name: "MwSt".to_owned(),
        jurisdiction: "DE".to_owned(),
        percent: read(percent),
        tax: euro(tax),
        explanation: explained(Rule::TaxContained(read(percent)), net + tax, exact),
    }
}

fn line() -> QuotedLine {
    let rule = Rule::PercentOff(read("12.5"));
    QuotedLine {
        id: id(LineId, 1),
        sku: read("TEA-1"),
        quantity: 2,
        unit_price: euro(1_250),
        tax_category: TaxCategory::Reduced,
        subtotal: euro(2_500),
        discounts: vec![LineDiscount {
            code: read("TENTH"),
            reason: "Ten per cent off".to_owned(),
            amount: euro(300),
            base: euro(2_500),
            explanation: Explanation {
                share: Some(Share { of: euro(300), remainder_minor: 1 }),
                ..explained(rule, 2_500, "299.500000")
            },
        }],
        net: euro(2_056),
        tax: euro(144),
        gross: euro(2_200),
        taxes: vec![taxed("7", 2_056, 144, "143.925234")],
        tax_explanation: Some(explained(Rule::TaxContained(read("7")), 2_200, "143.925234")),
    }
}

fn quote() -> Quote {
    Quote {
        currency: read("EUR"),
        prices_include_tax: true,
        rounding: ROUNDING,
        lines: vec![line()],
        delivery: vec![QuotedDelivery {
            id: "shipment".to_owned(),
            amount: euro(490),
            tax_category: TaxCategory::Standard,
            net: euro(412),
            tax: euro(78),
            gross: euro(490),
            taxes: vec![taxed("19", 412, 78, "78.235294")],
            tax_explanation: None,
        }],
        discounts: vec![QuoteDiscount {
            code: read("TENTH"),
            reason: String::new(),
            amount: euro(300),
            base: euro(2_500),
            explanation: explained(Rule::FixedOff(euro(300)), 2_500, "300"),
        }],
        refused: Vec::new(),
        tax_lines: vec![TaxLine {
            jurisdiction: "DE".to_owned(),
            category: TaxCategory::Reduced,
            name: "MwSt".to_owned(),
            percent: read("7"),
            taxable: euro(2_056),
            tax: euro(144),
        }],
        tax: TaxStanding::Known,
        totals: Totals {
            subtotal: euro(2_500),
            discount: euro(300),
            delivery: euro(490),
            tax: euro(222),
            total: euro(2_690),
        },
    }
}

fn hold(quote: Quote) -> Quoted {
    Quoted {
        quote,
        estimated: false,
        tax_source: "table:2026-01".to_owned(),
        degraded: Vec::new(),
        digest: "v1:5f0c".to_owned(),
        expires_at: at(900),
    }
}

/// The whole one.
pub fn quoted() -> Quoted {
    hold(quote())
}

fn problems() -> Vec<RefusedCoupon> {
    [
        CouponProblem::NotYet { starts_at: at(10) },
        CouponProblem::Ended { ended_at: at(5) },
        CouponProblem::OtherCurrency,
        CouponProblem::NothingEligible,
        CouponProblem::NothingLeft,
        CouponProblem::BelowMinimum { minimum: euro(5_000), missing: euro(2_500) },
        CouponProblem::BadBenefit,
        CouponProblem::Amount(MoneyError::Mixed(read("EUR"), read("JPY"))),
        CouponProblem::Amount(MoneyError::Overflow),
        CouponProblem::Amount(MoneyError::TooFine),
    ]
    .map(|problem| RefusedCoupon { code: read("FIVER"), problem })
    .into()
}

/// Backups for every reason.
fn degraded() -> Vec<Degraded> {
    let one = |(place, reason): (usize, DegradedReason)| Degraded {
        dependency: if place.is_multiple_of(2) { Dependency::Tax } else { Dependency::Carrier },
        from: read(&format!("first-{place}")),
        to: read("second"),
        reason,
    };
    DegradedReason::ALL.into_iter().enumerate().map(one).collect()
}

/// The others, by name.
pub fn standings() -> Vec<(&'static str, Quoted)> {
    let exempt = TaxStanding::Exempt { reason: "certificate on file".to_owned() };
    let given = [Rule::TaxGiven, Rule::TaxAdded(read("6.625"))].map(|rule| AppliedTax {
        explanation: explained(rule, 2_056, "143.925234"),
        ..taxed("6.625", 2_056, 144, "0")
    });
    let by_unit = RoundingPolicy { mode: RoundingMode::HalfEven, level: RoundingLevel::Unit };
    let by_order = RoundingPolicy { mode: RoundingMode::HalfDown, level: RoundingLevel::Order };
    // An amount in another currency than the quote's shows itself.
    let stray = Totals { tax: Money::new(222, read("KWD")), ..quote().totals };
    vec![
        ("refusing_coupons", hold(Quote { refused: problems(), ..quote() })),
        ("exempt", hold(Quote { tax: exempt, rounding: by_unit, ..quote() })),
        (
            "estimated",
            Quoted {
                estimated: true,
                ..hold(Quote { tax: TaxStanding::NotYetKnown, rounding: by_order, ..quote() })
            },
        ),
        ("given", hold(Quote { lines: vec![QuotedLine { taxes: given.into(), ..line() }], ..quote() })),
        ("degraded", Quoted { degraded: degraded(), ..hold(quote()) }),
        ("stray_currency", hold(Quote { totals: stray, ..quote() })),
    ]
}
