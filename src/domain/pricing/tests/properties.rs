//! What holds for any input, in currencies of every exponent, in every rounding, with any coupons.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::given::{coupon, currency, delivery, euro, input, line};
use crate::domain::coupon::{Benefit, Coupon};
use crate::domain::ids::LineId;
use crate::domain::money::{MAX_MINOR, Money};
use crate::domain::pricing::{
    PricingInput, PricingLine, Quote, QuotedLine, RoundingLevel, RoundingMode, RoundingPolicy, TaxRate,
    TaxTreatment, price,
};
use crate::domain::product::TaxCategory;

fn categories() -> impl Strategy<Value = TaxCategory> {
    prop::sample::select(vec![TaxCategory::Standard, TaxCategory::Reduced, TaxCategory::Zero])
}

fn any_rate() -> impl Strategy<Value = TaxRate> {
    (0_i64..=30_000_000, prop::sample::select(vec!["DE", "FR"])).prop_map(|(millionths, jurisdiction)| {
        TaxRate {
            name: "VAT".to_owned(),
            jurisdiction: jurisdiction.to_owned(),
            percent: Decimal::new(millionths, 6),
        }
    })
}

/// Lines in EUR. Half of the prices are of a few, because only equal lines compete for a remainder.
fn any_lines(most_minor: i64, most_quantity: u32) -> impl Strategy<Value = Vec<PricingLine>> {
    let minor = prop_oneof![0..=most_minor, prop::sample::select(vec![0, 1, 100, 227])];
    let quantity = prop_oneof![1..=most_quantity, Just(1)];
    let one = (quantity, minor, categories(), any::<bool>(), any::<bool>());
    prop::collection::vec(one, 0..8).prop_map(|lines| {
        (1..)
            .zip(lines)
            .map(|(number, (quantity, minor, tax_category, discountable, tagged))| PricingLine {
                tax_category,
                discountable,
                tags: if tagged { BTreeSet::from(["sale".to_owned()]) } else { BTreeSet::new() },
                ..line(number, quantity, euro(minor))
            })
            .collect()
    })
}

fn any_coupons() -> impl Strategy<Value = Vec<Coupon>> {
    let benefit = prop_oneof![
        (1_i64..=100_000_000).prop_map(|millionths| Benefit::Percent(Decimal::new(millionths, 6))),
        (1_i64..=20_000).prop_map(|minor| Benefit::Fixed(euro(minor))),
    ];
    prop::collection::vec((benefit, prop::option::of(0_i64..5_000), any::<bool>()), 0..4).prop_map(
        |coupons| {
            (1..)
                .zip(coupons)
                .map(|(number, (benefit, minimum, excludes))| Coupon {
                    minimum_subtotal: minimum.map(euro),
                    excluded_tags: if excludes {
                        BTreeSet::from(["sale".to_owned()])
                    } else {
                        BTreeSet::new()
                    },
                    ..coupon(&format!("CODE-{number}"), benefit)
                })
                .collect()
        },
    )
}

/// The same amounts in another currency.
fn recoined(mut input: PricingInput, code: &str) -> PricingInput {
    let coin = |money: Money| Money::new(money.minor, currency(code));
    input.currency = currency(code);
    input.lines.iter_mut().for_each(|line| line.unit_price = coin(line.unit_price));
    input.delivery.iter_mut().for_each(|group| group.amount = coin(group.amount));
    for coupon in &mut input.coupons {
        coupon.minimum_subtotal = coupon.minimum_subtotal.map(coin);
        if let Benefit::Fixed(amount) = coupon.benefit {
            coupon.benefit = Benefit::Fixed(coin(amount));
        }
    }
    input
}

fn any_input(most_minor: i64, most_quantity: u32) -> impl Strategy<Value = PricingInput> {
    let rates = prop::collection::vec(prop::collection::vec(any_rate(), 1..=3), 3);
    let rounding = (
        prop::sample::select(RoundingMode::ALL.to_vec()),
        prop::sample::select(RoundingLevel::ALL.to_vec()),
        any::<bool>(),
    );
    let charges = prop::collection::vec((0..=most_minor.min(50_000), categories()), 0..3);
    let code = prop::sample::select(vec!["EUR", "JPY", "KWD"]);
    (any_lines(most_minor, most_quantity), any_coupons(), rates, rounding, charges, code).prop_map(
        |(lines, coupons, rates, (mode, level, prices_include_tax), charges, code)| {
            let kinds = [TaxCategory::Standard, TaxCategory::Reduced, TaxCategory::Zero];
            let mut given = input("19", lines);
            given.coupons = coupons;
            given.tax = TaxTreatment::Rates(kinds.into_iter().zip(rates).collect());
            given.rounding = RoundingPolicy { mode, level };
            given.prices_include_tax = prices_include_tax;
            for (number, (minor, tax_category)) in charges.into_iter().enumerate() {
                let mut charge = delivery(&format!("group-{number}"), euro(minor));
                charge.tax_category = tax_category;
                given.delivery.push(charge);
            }
            recoined(given, code)
        },
    )
}

fn by_id(quote: &Quote) -> BTreeMap<LineId, QuotedLine> {
    quote.lines.iter().map(|line| (line.id, line.clone())).collect()
}

proptest! {
    #[test]
    fn every_quote_adds_up_and_no_discount_exceeds_its_line(input in any_input(20_000, 9)) {
        let quote = price(&input).unwrap();
        prop_assert_eq!(quote.check(), Ok(()));
        let (mut lines, mut parts) = (0, 0);
        for (line, given) in quote.lines.iter().zip(&input.lines) {
            prop_assert_eq!(line.net.minor + line.tax.minor, line.gross.minor);
            let taken: i64 = line.discounts.iter().map(|discount| discount.amount.minor).sum();
            prop_assert!((0..=line.subtotal.minor).contains(&taken));
            prop_assert!(given.discountable || taken == 0);
            lines += line.subtotal.minor - taken;
            parts += line.gross.minor;
        }
        for group in &quote.delivery {
            prop_assert_eq!(group.net.minor + group.tax.minor, group.gross.minor);
            lines += group.amount.minor;
            parts += group.gross.minor;
        }
        let tax = if input.prices_include_tax { 0 } else { quote.totals.tax.minor };
        prop_assert_eq!(lines + tax, quote.totals.total.minor);
        prop_assert_eq!(parts, quote.totals.total.minor);
    }

    #[test]
    fn the_order_of_lines_and_groups_changes_no_amount(
        (input, shuffled) in any_input(20_000, 9).prop_flat_map(|input| {
            let lines = Just(input.lines.clone()).prop_shuffle();
            let delivery = Just(input.delivery.clone()).prop_shuffle();
            (Just(input), (lines, delivery))
        }),
    ) {
        let other = PricingInput { lines: shuffled.0, delivery: shuffled.1, ..input.clone() };
        let (one, other) = (price(&input).unwrap(), price(&other).unwrap());
        prop_assert_eq!(one.totals, other.totals);
        prop_assert_eq!(&one.tax_lines, &other.tax_lines);
        prop_assert_eq!(by_id(&one), by_id(&other));
    }

    #[test]
    fn the_tax_of_each_level_is_within_half_a_unit_of_the_exact_one_for_what_it_rounds(
        input in any_input(20_000, 9),
    ) {
        let input = PricingInput { coupons: vec![], ..input };
        let quote = price(&input).unwrap();
        let exact: Decimal = quote
            .lines
            .iter()
            .map(|line| line.tax_explanation.unwrap().exact_minor)
            .chain(quote.delivery.iter().map(|group| group.tax_explanation.unwrap().exact_minor))
            .sum();
        let rounded = match input.rounding.level {
            RoundingLevel::Unit => input.lines.iter().map(|line| line.quantity).sum::<u32>() + 3,
            RoundingLevel::Line => u32::try_from(input.lines.len() + input.delivery.len()).unwrap(),
            RoundingLevel::Order => 3,
        };
        let off = (exact - Decimal::from(quote.totals.tax.minor)).abs();
        // What is shown has six places, and each of them may be off by half of the last.
        prop_assert!(off <= Decimal::new(i64::from(rounded) * 500_001, 6), "{} off over {}", off, rounded);
    }

    #[test]
    fn the_largest_numbers_are_priced_or_refused_and_never_panic(
        input in any_input(MAX_MINOR, u32::MAX),
        wild in prop::collection::vec(any::<i64>(), 0..8),
    ) {
        let mut input = input;
        if let Ok(quote) = price(&input) {
            prop_assert_eq!(quote.check(), Ok(()));
        }
        for (line, minor) in input.lines.iter_mut().zip(wild) {
            line.unit_price.minor = minor;
        }
        if let Ok(quote) = price(&input) {
            prop_assert_eq!(quote.check(), Ok(()));
        }
    }
}
