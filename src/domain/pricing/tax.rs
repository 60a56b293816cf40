//! Puts tax on lines and delivery charges: on top of them, or found inside them.
//!
//! What a place is taxed with comes in as rates or as a provider's amounts; here it is only computed, rounded
//! at the level that the store chose, and shared out. Net + tax = gross holds for each part because one of the
//! three is always the difference of the other two.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::allocation::{Allocated, allocate};
use super::input::{GivenTax, PricingError, PricingInput, TaxRate, TaxTreatment, TaxedPart};
use super::quote::{AppliedTax, Explanation, Rule, Share};
use super::rounding::{RoundingLevel, WHOLE, divide, parts_of_whole, shown};
use crate::domain::money::{Money, MoneyError};
use crate::domain::product::TaxCategory;

/// A line after discounts, or a delivery charge.
pub(super) struct Taxable<'a> {
    pub part: TaxedPart,
    pub amount: Money,
    pub quantity: u32,
    pub category: TaxCategory,
    pub own_rates: Option<&'a [TaxRate]>,
}

/// The same, taxed.
pub(super) struct Taxed {
    pub net: Money,
    pub tax: Money,
    pub gross: Money,
    pub taxes: Vec<AppliedTax>,
    pub explanation: Option<Explanation>,
}

/// The rates of a part, and their sum in parts of the whole.
struct Rated<'a> {
    rates: &'a [TaxRate],
    parts: Vec<i64>,
    sum: i128,
}

/// A computed tax, and of which sum it is a share.
struct Computed {
    minor: i64,
    share: Option<Share>,
}

/// Taxes the parts, in their order; remainders are given out in it too.
pub(super) fn tax(input: &PricingInput, parts: &[Taxable<'_>]) -> Result<Vec<Taxed>, PricingError> {
    match &input.tax {
        TaxTreatment::Rates(by_category) => by_rates(input, parts, by_category),
        TaxTreatment::Given(amounts) => parts.iter().map(|part| by_amounts(input, part, amounts)).collect(),
        TaxTreatment::Exempt { .. } | TaxTreatment::NotYetKnown => {
            parts.iter().map(|part| taxed(input, part, 0, Vec::new(), None)).collect()
        }
    }
}

fn by_rates(
    input: &PricingInput,
    parts: &[Taxable<'_>],
    by_category: &BTreeMap<TaxCategory, Vec<TaxRate>>,
) -> Result<Vec<Taxed>, PricingError> {
    let rated: Vec<Rated<'_>> =
        parts.iter().map(|part| rates_of(part, by_category)).collect::<Result<_, _>>()?;
    let computed = match input.rounding.level {
        RoundingLevel::Unit => each(input, parts, &rated, per_unit)?,
        RoundingLevel::Line => each(input, parts, &rated, per_line)?,
        RoundingLevel::Order => per_order(input, parts, &rated)?,
    };
    parts
        .iter()
        .zip(&rated)
        .zip(computed)
        .map(|((part, rated), computed)| {
            let taxes = split(input, part, rated, computed.minor)?;
            let sum = percent_sum(rated.rates);
            let whole = explanation(input, part.amount, sum, rated.sum, rated.sum, computed.share);
            taxed(input, part, computed.minor, taxes, Some(whole))
        })
        .collect()
}

fn rates_of<'a>(
    part: &Taxable<'a>,
    by_category: &'a BTreeMap<TaxCategory, Vec<TaxRate>>,
) -> Result<Rated<'a>, PricingError> {
    let rates = part
        .own_rates
        .or_else(|| by_category.get(&part.category).map(Vec::as_slice))
        .filter(|rates| !rates.is_empty())
        .ok_or_else(|| PricingError::NoRate { id: part.part.to_string(), category: part.category })?;
    let parts: Vec<i64> = rates
        .iter()
        .map(|rate| {
            parts_of_whole(rate.percent).and_then(|parts| i64::try_from(parts).ok()).ok_or_else(|| {
                PricingError::BadRate { percent: rate.percent, jurisdiction: rate.jurisdiction.clone() }
            })
        })
        .collect::<Result<_, _>>()?;
    let sum = parts.iter().map(|&parts| i128::from(parts)).sum();
    if sum > WHOLE {
        let jurisdiction = rates.iter().map(|rate| rate.jurisdiction.as_str()).collect::<Vec<_>>().join("+");
        return Err(PricingError::BadRate { percent: percent_sum(rates), jurisdiction });
    }
    Ok(Rated { rates, parts, sum })
}

/// The tax of an amount as a fraction: inside of prices the whole is the net and the tax together.
fn denominator(input: &PricingInput, sum: i128) -> i128 {
    if input.prices_include_tax { WHOLE + sum } else { WHOLE }
}

fn rounded(input: &PricingInput, amount_minor: i128, sum: i128) -> Result<i64, PricingError> {
    let quotient = divide(amount_minor * sum, denominator(input, sum), input.rounding.mode);
    Ok(i64::try_from(quotient).map_err(|_| MoneyError::Overflow)?)
}

fn each(
    input: &PricingInput,
    parts: &[Taxable<'_>],
    rated: &[Rated<'_>],
    compute: fn(&PricingInput, &Taxable<'_>, i128) -> Result<i64, PricingError>,
) -> Result<Vec<Computed>, PricingError> {
    parts
        .iter()
        .zip(rated)
        .map(|(part, rated)| Ok(Computed { minor: compute(input, part, rated.sum)?, share: None }))
        .collect()
}

fn per_line(input: &PricingInput, part: &Taxable<'_>, sum: i128) -> Result<i64, PricingError> {
    rounded(input, i128::from(part.amount.minor), sum)
}

/// Rounds the tax of a single unit. A discount may leave units that differ by one minor unit: then there are
/// two kinds of them, and the dearer ones are as many as the division leaves over.
fn per_unit(input: &PricingInput, part: &Taxable<'_>, sum: i128) -> Result<i64, PricingError> {
    let quantity = i64::from(part.quantity);
    let (cheaper, dearer_count) = (part.amount.minor / quantity, part.amount.minor % quantity);
    let cheap = rounded(input, i128::from(cheaper), sum)?.checked_mul(quantity - dearer_count);
    let dear = rounded(input, i128::from(cheaper) + 1, sum)?.checked_mul(dearer_count);
    let all = cheap.zip(dear).and_then(|(cheap, dear)| cheap.checked_add(dear));
    Ok(all.ok_or(MoneyError::Overflow)?)
}

/// Rounds once for all parts that have the same category and the same rates, and shares that out.
fn per_order(
    input: &PricingInput,
    parts: &[Taxable<'_>],
    rated: &[Rated<'_>],
) -> Result<Vec<Computed>, PricingError> {
    let mut groups: BTreeMap<(TaxCategory, &[TaxRate]), Vec<usize>> = BTreeMap::new();
    for (place, (part, rated)) in parts.iter().zip(rated).enumerate() {
        groups.entry((part.category, rated.rates)).or_default().push(place);
    }
    let mut computed: BTreeMap<usize, Computed> = BTreeMap::new();
    for places in groups.into_values() {
        let weights: Vec<i64> = places.iter().map(|&place| parts[place].amount.minor).collect();
        let base: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
        let sum = places.first().map_or(0, |&place| rated[place].sum);
        let of = rounded(input, base, sum)?;
        let shares = allocate(of, &weights).map_err(|_| MoneyError::Overflow)?;
        for (place, Allocated { amount, remainder }) in places.into_iter().zip(shares) {
            let share = Share { of: Money::new(of, input.currency), remainder_minor: remainder };
            computed.insert(place, Computed { minor: amount, share: Some(share) });
        }
    }
    Ok(computed.into_values().collect())
}

/// Gives each rate of a part its share of the part's tax.
fn split(
    input: &PricingInput,
    part: &Taxable<'_>,
    rated: &Rated<'_>,
    tax_minor: i64,
) -> Result<Vec<AppliedTax>, PricingError> {
    let shares = allocate(tax_minor, &rated.parts).map_err(|_| MoneyError::Overflow)?;
    let of = Money::new(tax_minor, input.currency);
    let several = rated.rates.len() > 1;
    Ok(rated
        .rates
        .iter()
        .zip(&rated.parts)
        .zip(shares)
        .map(|((rate, &parts), share)| {
            let share_of = several.then_some(Share { of, remainder_minor: share.remainder });
            AppliedTax {
                name: rate.name.clone(),
                jurisdiction: rate.jurisdiction.clone(),
                percent: rate.percent,
                tax: Money::new(share.amount, input.currency),
                explanation: explanation(
                    input,
                    part.amount,
                    rate.percent,
                    i128::from(parts),
                    rated.sum,
                    share_of,
                ),
            }
        })
        .collect())
}

fn explanation(
    input: &PricingInput,
    base: Money,
    percent: Decimal,
    parts: i128,
    sum: i128,
    share: Option<Share>,
) -> Explanation {
    let rule = if input.prices_include_tax { Rule::TaxContained(percent) } else { Rule::TaxAdded(percent) };
    let exact_minor = shown(i128::from(base.minor) * parts, denominator(input, sum));
    Explanation { rule, base, exact_minor, rounding: input.rounding, share }
}

fn percent_sum(rates: &[TaxRate]) -> Decimal {
    rates.iter().map(|rate| rate.percent).sum()
}

fn by_amounts(
    input: &PricingInput,
    part: &Taxable<'_>,
    amounts: &BTreeMap<TaxedPart, Vec<GivenTax>>,
) -> Result<Taxed, PricingError> {
    let missing = || PricingError::NoAmount { id: part.part.to_string() };
    let given = amounts.get(&part.part).ok_or_else(missing)?;
    if given.iter().any(|given| given.tax.minor < 0) {
        return Err(missing());
    }
    let sum = Money::sum(given.iter().map(|given| given.tax), input.currency)?;
    if input.prices_include_tax && sum.minor > part.amount.minor {
        return Err(missing());
    }
    let explained = |tax: Money| Explanation {
        rule: Rule::TaxGiven,
        base: part.amount,
        exact_minor: tax.minor.into(),
        rounding: input.rounding,
        share: None,
    };
    let taxes = given
        .iter()
        .map(|given| AppliedTax {
            name: given.rate.name.clone(),
            jurisdiction: given.rate.jurisdiction.clone(),
            percent: given.rate.percent,
            tax: given.tax,
            explanation: explained(given.tax),
        })
        .collect();
    taxed(input, part, sum.minor, taxes, Some(explained(sum)))
}

fn taxed(
    input: &PricingInput,
    part: &Taxable<'_>,
    tax_minor: i64,
    taxes: Vec<AppliedTax>,
    explanation: Option<Explanation>,
) -> Result<Taxed, PricingError> {
    let tax = Money::new(tax_minor, input.currency);
    let (net, gross) = if input.prices_include_tax {
        (part.amount.minus(tax)?, part.amount)
    } else {
        (part.amount, part.amount.plus(tax)?)
    };
    Ok(Taxed { net, tax, gross, taxes, explanation })
}
