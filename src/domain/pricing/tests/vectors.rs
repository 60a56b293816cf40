//! Vectors: amounts that are known beforehand.

use std::collections::{BTreeMap, BTreeSet};

use super::given::{at_level, currency, delivery, euro, fixed_off, input, line, percent_off, rate};
use crate::domain::coupon::CouponProblem;
use crate::domain::money::{MAX_MINOR, Money, MoneyError};
use crate::domain::pricing::{
    GivenTax, Imbalance, PricingError, PricingInput, PricingLine, Quote, RoundingLevel, RoundingMode, Rule,
    TaxLine, TaxStanding, TaxTreatment, TaxedPart, price,
};
use crate::domain::product::TaxCategory;

fn gross(quote: &Quote) -> Vec<i64> {
    quote.lines.iter().map(|line| line.gross.minor).collect()
}

fn taken_off(quote: &Quote) -> Vec<i64> {
    let sum = |line: &crate::domain::pricing::QuotedLine| -> i64 {
        line.discounts.iter().map(|discount| discount.amount.minor).sum()
    };
    quote.lines.iter().map(sum).collect()
}

#[test]
fn four_lines_at_21_percent_cost_a_cent_less_when_the_order_is_rounded() {
    let lines = (1..=4).map(|number| line(number, 4, euro(227))).collect();
    let per_line = price(&input("21", lines)).unwrap();
    assert_eq!(per_line.totals.total, euro(4_396));
    assert_eq!(gross(&per_line), [1_099; 4]);

    let lines = (1..=4).map(|number| line(number, 4, euro(227))).collect();
    let per_order = price(&at_level(input("21", lines), RoundingLevel::Order)).unwrap();
    assert_eq!(per_order.totals.total, euro(4_395));
    assert_eq!(gross(&per_order), [1_099, 1_099, 1_099, 1_098]);
    let remainders: Vec<i64> = per_order
        .lines
        .iter()
        .map(|line| line.tax_explanation.unwrap().share.unwrap().remainder_minor)
        .collect();
    assert_eq!(remainders, [1, 1, 1, 0]);
}

#[test]
fn three_lines_of_250_with_19_percent_inside_hold_a_cent_less_when_the_order_is_rounded() {
    let lines = || (1..=3).map(|number| line(number, 1, euro(25_000))).collect();
    for (level, tax) in [(RoundingLevel::Order, 11_975), (RoundingLevel::Line, 11_976)] {
        let inclusive = PricingInput { prices_include_tax: true, ..at_level(input("19", lines()), level) };
        let quote = price(&inclusive).unwrap();
        assert_eq!(quote.totals.tax, euro(tax), "{level:?}");
        assert_eq!(quote.totals.total, euro(75_000), "{level:?}");
    }
}

#[test]
fn three_of_1_08_at_19_percent_cost_a_cent_more_when_each_unit_is_rounded() {
    for (level, total) in [(RoundingLevel::Line, 386), (RoundingLevel::Unit, 387)] {
        let quote = price(&at_level(input("19", vec![line(1, 3, euro(108))]), level)).unwrap();
        assert_eq!(quote.totals.total, euro(total), "{level:?}");
    }
}

#[test]
fn percentages_of_38_48_are_the_same_as_tax_and_as_discount() {
    for (percent, amount) in [(5, 192), (7, 269)] {
        let taxed = price(&input(&percent.to_string(), vec![line(1, 1, euro(3_848))])).unwrap();
        assert_eq!(taxed.totals.tax, euro(amount));
        let coupons = vec![percent_off("OFF", percent)];
        let reduced = PricingInput { coupons, ..input("0", vec![line(1, 1, euro(3_848))]) };
        assert_eq!(price(&reduced).unwrap().totals.discount, euro(amount));
    }
}

#[test]
fn a_discount_ends_on_lines_and_never_on_one_that_costs_nothing() {
    let lines = [0, 100, 100, 100];
    let lines = (1..).zip(lines).map(|(number, minor)| line(number, 1, euro(minor))).collect();
    let coupons = vec![fixed_off("OFF", euro(100))];
    let quote = price(&PricingInput { coupons, ..input("0", lines) }).unwrap();
    assert_eq!(taken_off(&quote), [0, 34, 33, 33]);

    let lines = (1..=5).map(|number| line(number, 1, euro(1))).collect();
    let coupons = vec![fixed_off("OFF", euro(2))];
    let quote = price(&PricingInput { coupons, ..input("0", lines) }).unwrap();
    assert_eq!(taken_off(&quote), [1, 1, 0, 0, 0]);
}

#[test]
fn a_discount_never_ends_on_an_excluded_line() {
    let mut lines: Vec<PricingLine> = (1..=4).map(|number| line(number, 1, euro(1_000))).collect();
    lines[0].discountable = false;
    lines[1].tags = BTreeSet::from(["sale".to_owned()]);
    let mut tenth = percent_off("TENTH", 10);
    tenth.excluded_tags = BTreeSet::from(["sale".to_owned()]);
    tenth.excluded_skus = BTreeSet::from([lines[2].sku.clone()]);
    let quote = price(&PricingInput { coupons: vec![tenth], ..input("0", lines) }).unwrap();
    assert_eq!(taken_off(&quote), [0, 0, 0, 100]);
    assert_eq!(quote.discounts[0].base, euro(1_000));
}

#[test]
fn a_later_percentage_is_of_what_the_earlier_ones_left_and_the_order_of_coupons_counts() {
    let of = |coupons| {
        let input = PricingInput { coupons, ..input("0", vec![line(1, 1, euro(10_000))]) };
        price(&input).unwrap().totals.total
    };
    let (half, ten) = (percent_off("HALF", 50), fixed_off("TEN", euro(1_000)));
    assert_eq!(of(vec![half.clone(), percent_off("HALF-2", 50)]), euro(2_500));
    assert_eq!(of(vec![half.clone(), ten.clone()]), euro(4_000));
    assert_eq!(of(vec![ten, half]), euro(4_500));
}

#[test]
fn a_coupon_is_judged_on_the_undiscounted_lines_and_so_never_undoes_itself_or_another() {
    let mut half = percent_off("HALF", 50);
    half.minimum_subtotal = Some(euro(10_000));
    let mut ten = fixed_off("TEN", euro(1_000));
    ten.minimum_subtotal = Some(euro(10_000));
    let lines = vec![line(1, 1, euro(10_000))];
    let quote = price(&PricingInput { coupons: vec![half, ten], ..input("0", lines) }).unwrap();
    assert_eq!(quote.totals.total, euro(4_000));
    assert_eq!(quote.refused, vec![]);
}

#[test]
fn a_fixed_amount_above_the_lines_takes_all_and_what_comes_after_it_says_so() {
    let coupons = vec![fixed_off("ALL", euro(99_999)), percent_off("MORE", 10)];
    let quote = price(&PricingInput { coupons, ..input("19", vec![line(1, 2, euro(500))]) }).unwrap();
    assert_eq!((quote.totals.discount, quote.totals.total), (euro(1_000), euro(0)));
    assert_eq!(quote.refused[0].problem, CouponProblem::NothingLeft);
}

#[test]
fn a_discount_that_does_not_divide_by_the_quantity_leaves_two_kinds_of_units() {
    let coupons = vec![fixed_off("TWO", euro(2))];
    let lines = vec![line(1, 3, euro(108))];
    let reduced = PricingInput { coupons, ..at_level(input("19", lines), RoundingLevel::Unit) };
    // 3.22 are two units of 1.07 (tax 0.2033) and one of 1.08 (0.2052).
    assert_eq!(price(&reduced).unwrap().totals.tax, euro(20 + 20 + 21));
}

#[test]
fn halves_go_where_the_mode_says() {
    // 5 % of 0.50 is 0.025.
    for (mode, tax) in [(RoundingMode::HalfEven, 2), (RoundingMode::HalfUp, 3), (RoundingMode::HalfDown, 2)] {
        let mut half = input("5", vec![line(1, 1, euro(50))]);
        half.rounding.mode = mode;
        assert_eq!(price(&half).unwrap().totals.tax, euro(tax), "{mode:?}");
    }
}

#[test]
fn exponents_of_none_and_three_places_are_rounded_at_their_own_unit() {
    for (code, minor, tax) in [("JPY", 105, 11), ("KWD", 10_005, 1_001)] {
        let unit_price = Money::new(minor, currency(code));
        let priced = PricingInput { currency: currency(code), ..input("10", vec![line(1, 1, unit_price)]) };
        assert_eq!(price(&priced).unwrap().totals.tax.minor, tax, "{code}");
    }
}

#[test]
fn delivery_is_taxed_like_a_line_and_shares_the_rounding_of_the_order() {
    let mut priced = input("21", (1..=3).map(|number| line(number, 4, euro(227))).collect());
    priced.delivery = vec![delivery("one", euro(908))];
    priced.rounding.level = RoundingLevel::Order;
    let quote = price(&priced).unwrap();
    assert_eq!(quote.totals.total, euro(4_395));
    assert_eq!(quote.delivery[0].gross, euro(1_098));
    assert_eq!(quote.totals.delivery, euro(908));
}

/// A cent off two equal lines: half of 2 is a cent of tax, half of 3 are two.
#[test]
fn the_order_in_which_a_cart_was_filled_changes_no_total() {
    let totals = [[1, 2], [2, 1]].map(|[taxed, free]| {
        let zero = |line| PricingLine { tax_category: TaxCategory::Zero, ..line };
        let named = |sku: &str, line| PricingLine { sku: sku.parse().unwrap(), ..line };
        let lines =
            vec![named("TAXED", line(taxed, 1, euro(3))), named("FREE", zero(line(free, 1, euro(3))))];
        let mut priced = PricingInput { coupons: vec![fixed_off("CENT", euro(1))], ..input("50", lines) };
        let TaxTreatment::Rates(rates) = &mut priced.tax else { unreachable!() };
        rates.insert(TaxCategory::Zero, vec![rate("DE", "0")]);
        price(&priced).unwrap().totals.total
    });
    assert_eq!(totals[0], totals[1]);
}

#[test]
fn the_remainder_among_equal_groups_goes_to_the_first_by_id_wherever_it_stands() {
    for order in [["a", "b"], ["b", "a"]] {
        let groups = order.map(|id| delivery(id, euro(5))).to_vec();
        let priced = PricingInput { delivery: groups, ..at_level(input("10", vec![]), RoundingLevel::Order) };
        let quote = price(&priced).unwrap();
        let taxed: Vec<&str> = quote
            .delivery
            .iter()
            .filter(|group| !group.tax.is_zero())
            .map(|group| group.id.as_str())
            .collect();
        assert_eq!((quote.totals.tax, taxed), (euro(1), vec!["a"]));
    }
}

#[test]
fn a_pickup_group_is_taxed_where_it_is_and_tax_lines_are_kept_apart() {
    let mut priced = input("19", vec![line(1, 1, euro(10_000)), line(2, 1, euro(1_000))]);
    priced.lines[1].tax_rates = Some(vec![rate("FR", "20")]);
    priced.delivery = vec![delivery("home", euro(500))];
    let quote = price(&priced).unwrap();
    let tax_line = |jurisdiction: &str, percent: &str, taxable, tax| TaxLine {
        jurisdiction: jurisdiction.to_owned(),
        category: TaxCategory::Standard,
        name: "VAT".to_owned(),
        percent: percent.parse().unwrap(),
        taxable: euro(taxable),
        tax: euro(tax),
    };
    assert_eq!(quote.tax_lines, vec![tax_line("DE", "19", 10_500, 1_995), tax_line("FR", "20", 1_000, 200)]);
}

#[test]
fn several_rates_are_rounded_together_and_shared_by_their_percentages() {
    let mut priced = input("0", vec![line(1, 1, euro(1_010))]);
    let rates = vec![rate("US-NJ", "6.625"), rate("US-NJ-BERGEN", "1.25")];
    priced.tax = TaxTreatment::Rates(BTreeMap::from([(TaxCategory::Standard, rates)]));
    let quote = price(&priced).unwrap();
    let taxes: Vec<i64> = quote.lines[0].taxes.iter().map(|tax| tax.tax.minor).collect();
    assert_eq!((quote.totals.tax, taxes), (euro(80), vec![67, 13]));
}

#[test]
fn a_missing_rate_is_an_error_and_never_zero_tax() {
    let mut priced = input("19", vec![line(1, 1, euro(100))]);
    priced.lines[0].tax_category = TaxCategory::Reduced;
    assert!(matches!(price(&priced), Err(PricingError::NoRate { category: TaxCategory::Reduced, .. })));
    priced.tax = TaxTreatment::Rates(BTreeMap::from([(TaxCategory::Reduced, vec![])]));
    assert!(matches!(price(&priced), Err(PricingError::NoRate { .. })));
}

#[test]
fn an_exempt_buyer_and_an_unknown_place_pay_no_tax_and_the_quote_says_which() {
    let mut priced = input("19", vec![line(1, 1, euro(100))]);
    let reason = "VAT id checked".to_owned();
    priced.tax = TaxTreatment::Exempt { reason: reason.clone() };
    let quote = price(&priced).unwrap();
    assert_eq!((quote.totals.total, quote.tax), (euro(100), TaxStanding::Exempt { reason }));
    priced.tax = TaxTreatment::NotYetKnown;
    assert_eq!(price(&priced).unwrap().tax, TaxStanding::NotYetKnown);
}

#[test]
fn amounts_of_a_provider_are_taken_as_they_are_and_must_be_there_for_every_part() {
    let mut priced = input("19", vec![line(1, 1, euro(1_500))]);
    let part = TaxedPart::Line(priced.lines[0].id);
    let given = |minor| vec![GivenTax { rate: rate("US-NJ", "7"), tax: euro(minor) }];
    priced.tax = TaxTreatment::Given(BTreeMap::from([(part.clone(), given(106))]));
    let quote = price(&priced).unwrap();
    assert_eq!((quote.totals.tax, quote.totals.total), (euro(106), euro(1_606)));
    priced.tax = TaxTreatment::Given(BTreeMap::from([(part.clone(), given(-1))]));
    assert!(matches!(price(&priced), Err(PricingError::NoAmount { .. })));
    priced.prices_include_tax = true;
    priced.tax = TaxTreatment::Given(BTreeMap::from([(part, given(1_501))]));
    assert!(matches!(price(&priced), Err(PricingError::NoAmount { .. })));
    priced.tax = TaxTreatment::Given(BTreeMap::new());
    assert!(matches!(price(&priced), Err(PricingError::NoAmount { .. })));
}

#[test]
fn nonsense_is_refused_by_name() {
    let good = line(1, 1, euro(100));
    let refused = |lines| price(&input("19", lines)).unwrap_err();
    let none = PricingLine { quantity: 0, ..good.clone() };
    assert!(matches!(refused(vec![none]), PricingError::NoQuantity { .. }));
    assert!(matches!(refused(vec![good.clone(), good.clone()]), PricingError::Duplicate { .. }));
    assert!(matches!(refused(vec![line(1, 1, euro(-1))]), PricingError::Negative { .. }));
    let yen = Money::new(1, currency("JPY"));
    assert!(matches!(refused(vec![line(1, 1, yen)]), PricingError::Amount(MoneyError::Mixed(..))));
    let most = line(1, u32::MAX, euro(MAX_MINOR));
    assert_eq!(refused(vec![most]), PricingError::Amount(MoneyError::Overflow));
    for percent in ["-1", "101", "0.0000001"] {
        let bad = price(&input(percent, vec![good.clone()]));
        assert!(matches!(bad, Err(PricingError::BadRate { .. })), "{percent}");
    }
    let coupons = vec![percent_off("OFF", 1), percent_off("OFF", 2)];
    let twice = price(&PricingInput { coupons, ..input("19", vec![good]) });
    assert!(matches!(twice, Err(PricingError::CouponTwice { .. })));
}

#[test]
fn nothing_costs_nothing() {
    let quote = price(&input("19", vec![])).unwrap();
    assert_eq!(quote.totals.total, euro(0));
}

#[test]
fn an_amount_says_how_it_came_to_be() {
    let coupons = vec![percent_off("TENTH", 10)];
    let quote = price(&PricingInput { coupons, ..input("19", vec![line(1, 1, euro(999))]) }).unwrap();
    let off = &quote.lines[0].discounts[0];
    assert_eq!((off.amount, off.base, off.reason.as_str()), (euro(100), euro(999), "TENTH"));
    assert_eq!(quote.discounts[0].explanation.exact_minor, "99.9".parse().unwrap());
    let tax = &quote.lines[0].taxes[0].explanation;
    assert_eq!(tax.rule, Rule::TaxAdded(19.into()));
    assert_eq!((tax.base, tax.exact_minor), (euro(899), "170.81".parse().unwrap()));
}

#[test]
fn a_quote_that_was_touched_no_longer_adds_up() {
    let coupons = vec![percent_off("TENTH", 10)];
    let mut given = PricingInput { coupons, ..input("19", vec![line(1, 2, euro(999))]) };
    given.delivery = vec![delivery("one", euro(495))];
    let sound = price(&given).unwrap();
    let amounts: [fn(&mut Quote) -> &mut Money; 15] = [
        |quote| &mut quote.totals.subtotal,
        |quote| &mut quote.totals.discount,
        |quote| &mut quote.totals.delivery,
        |quote| &mut quote.totals.tax,
        |quote| &mut quote.totals.total,
        |quote| &mut quote.lines[0].unit_price,
        |quote| &mut quote.lines[0].subtotal,
        |quote| &mut quote.lines[0].net,
        |quote| &mut quote.lines[0].tax,
        |quote| &mut quote.lines[0].gross,
        |quote| &mut quote.lines[0].taxes[0].tax,
        |quote| &mut quote.lines[0].discounts[0].amount,
        |quote| &mut quote.discounts[0].amount,
        |quote| &mut quote.tax_lines[0].tax,
        |quote| &mut quote.delivery[0].net,
    ];
    assert_eq!(sound.check(), Ok(()));
    for (number, amount) in amounts.iter().enumerate() {
        let mut more = sound.clone();
        amount(&mut more).minor += 1;
        assert!(more.check().is_err(), "amount {number} in more");
        let mut foreign = sound.clone();
        amount(&mut foreign).currency = currency("USD");
        assert!(foreign.check().is_err(), "amount {number} in another currency");
    }
    let mut unknown = sound;
    unknown.tax = TaxStanding::NotYetKnown;
    assert_eq!(unknown.check(), Err(Imbalance::Sum { what: "tax that is not known" }));
}
