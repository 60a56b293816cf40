//! Prices a cart: checks what was given, calls the rules in their order, and adds up.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::discount::{Discounted, discount};
use super::input::{PricingError, PricingInput, TaxTreatment, TaxedPart};
use super::quote::{AppliedTax, Quote, QuotedDelivery, QuotedLine, TaxLine, TaxStanding, Totals};
use super::tax::{Taxable, Taxed, tax};
use crate::domain::money::{Money, MoneyError};
use crate::domain::product::TaxCategory;
use crate::mutants::{Mutant, planted};

/// Prices a cart. The quote has passed [`Quote::check`]. No lines cost nothing.
pub fn price(input: &PricingInput) -> Result<Quote, PricingError> {
    refuse_nonsense(input)?;
    let subtotals: Vec<Money> = input
        .lines
        .iter()
        .map(|line| line.unit_price.times(line.quantity))
        .collect::<Result<_, MoneyError>>()?;
    Money::sum(subtotals.iter().copied(), input.currency)?;

    // By SKU before the id: a cart that was filled in another order has other ids and must cost the same.
    let mut ranked: Vec<usize> = (0..input.lines.len()).collect();
    let rank = |place: usize| (&input.lines[place].sku, input.lines[place].id);
    ranked.sort_by(|&one, &other| rank(one).cmp(&rank(other)));
    let discounted = discount(input, &subtotals, &ranked)?;

    let mut delivery_by_id: Vec<usize> = (0..input.delivery.len()).collect();
    delivery_by_id.sort_by(|&one, &other| input.delivery[one].id.cmp(&input.delivery[other].id));
    let taxed_as = if planted(Mutant::TaxOnUndiscounted) { &subtotals } else { &discounted.remaining };
    let parts: Vec<Taxable<'_>> = ranked
        .iter()
        .map(|&place| taxable_line(input, place, taxed_as[place]))
        .chain(delivery_by_id.iter().map(|&place| taxable_delivery(input, place)))
        .collect();
    let mut taxed: BTreeMap<TaxedPart, Taxed> = BTreeMap::new();
    for (part, result) in parts.iter().zip(tax(input, &parts)?) {
        taxed.insert(part.part.clone(), result);
    }
    assemble(input, &subtotals, discounted, taxed)
}

fn refuse_nonsense(input: &PricingInput) -> Result<(), PricingError> {
    let mut seen = BTreeSet::new();
    for line in &input.lines {
        let part = TaxedPart::Line(line.id);
        if line.quantity == 0 {
            return Err(PricingError::NoQuantity { id: line.id });
        }
        refuse_amount(input, &part, line.unit_price)?;
        if !seen.insert(part) {
            return Err(PricingError::Duplicate { id: line.id.to_string() });
        }
    }
    for group in &input.delivery {
        let part = TaxedPart::Delivery(group.id.clone());
        refuse_amount(input, &part, group.amount)?;
        if !seen.insert(part) {
            return Err(PricingError::Duplicate { id: group.id.clone() });
        }
    }
    let mut codes = BTreeSet::new();
    match input.coupons.iter().find(|coupon| !codes.insert(&coupon.code)) {
        Some(twice) => Err(PricingError::CouponTwice { code: twice.code.to_string() }),
        None => Ok(()),
    }
}

fn refuse_amount(input: &PricingInput, part: &TaxedPart, amount: Money) -> Result<(), PricingError> {
    // The sum with nothing is asked for its checks: the currency, and the bound.
    Money::zero(input.currency).plus(amount)?;
    if amount.minor < 0 { Err(PricingError::Negative { id: part.to_string() }) } else { Ok(()) }
}

fn taxable_line(input: &PricingInput, place: usize, remaining: Money) -> Taxable<'_> {
    let line = &input.lines[place];
    Taxable {
        part: TaxedPart::Line(line.id),
        amount: remaining,
        quantity: line.quantity,
        category: line.tax_category,
        own_rates: line.tax_rates.as_deref(),
    }
}

fn taxable_delivery(input: &PricingInput, place: usize) -> Taxable<'_> {
    let group = &input.delivery[place];
    Taxable {
        part: TaxedPart::Delivery(group.id.clone()),
        amount: group.amount,
        quantity: 1,
        category: group.tax_category,
        own_rates: group.tax_rates.as_deref(),
    }
}

fn assemble(
    input: &PricingInput,
    subtotals: &[Money],
    discounted: Discounted,
    mut taxed: BTreeMap<TaxedPart, Taxed>,
) -> Result<Quote, PricingError> {
    let mut take =
        |part: TaxedPart| taxed.remove(&part).ok_or_else(|| PricingError::Duplicate { id: part.to_string() });
    let mut lines = Vec::with_capacity(input.lines.len());
    for ((line, &subtotal), discounts) in input.lines.iter().zip(subtotals).zip(discounted.by_line) {
        let Taxed { net, tax, gross, taxes, explanation } = take(TaxedPart::Line(line.id))?;
        lines.push(QuotedLine {
            id: line.id,
            sku: line.sku.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            tax_category: line.tax_category,
            subtotal,
            discounts,
            net,
            tax,
            gross,
            taxes,
            tax_explanation: explanation,
        });
    }
    let mut delivery = Vec::with_capacity(input.delivery.len());
    for group in &input.delivery {
        let Taxed { net, tax, gross, taxes, explanation } = take(TaxedPart::Delivery(group.id.clone()))?;
        delivery.push(QuotedDelivery {
            id: group.id.clone(),
            amount: group.amount,
            tax_category: group.tax_category,
            net,
            tax,
            gross,
            taxes,
            tax_explanation: explanation,
        });
    }
    let quote = Quote {
        currency: input.currency,
        prices_include_tax: input.prices_include_tax,
        rounding: input.rounding,
        tax_lines: tax_lines(input, &lines, &delivery)?,
        totals: totals(input, &lines, &delivery)?,
        lines,
        delivery,
        discounts: discounted.discounts,
        refused: discounted.refused,
        tax: standing(&input.tax),
    };
    quote.check()?;
    Ok(quote)
}

fn standing(treatment: &TaxTreatment) -> TaxStanding {
    match treatment {
        TaxTreatment::Rates(_) | TaxTreatment::Given(_) => TaxStanding::Known,
        TaxTreatment::Exempt { reason } => TaxStanding::Exempt { reason: reason.clone() },
        TaxTreatment::NotYetKnown => TaxStanding::NotYetKnown,
    }
}

fn totals(
    input: &PricingInput,
    lines: &[QuotedLine],
    delivery: &[QuotedDelivery],
) -> Result<Totals, MoneyError> {
    let sum = |amounts: &mut dyn Iterator<Item = Money>| Money::sum(amounts, input.currency);
    let discounts = lines.iter().flat_map(|line| &line.discounts);
    Ok(Totals {
        subtotal: sum(&mut lines.iter().map(|line| line.subtotal))?,
        discount: sum(&mut discounts.map(|discount| discount.amount))?,
        delivery: sum(&mut delivery.iter().map(|group| group.amount))?,
        tax: sum(&mut lines.iter().map(|line| line.tax).chain(delivery.iter().map(|group| group.tax)))?,
        total: sum(&mut lines.iter().map(|line| line.gross).chain(delivery.iter().map(|group| group.gross)))?,
    })
}

fn tax_lines(
    input: &PricingInput,
    lines: &[QuotedLine],
    delivery: &[QuotedDelivery],
) -> Result<Vec<TaxLine>, MoneyError> {
    let of_lines = lines.iter().map(|line| (line.tax_category, line.net, &line.taxes));
    let of_delivery = delivery.iter().map(|group| (group.tax_category, group.net, &group.taxes));
    let zero = Money::zero(input.currency);
    let mut sums: BTreeMap<(&str, TaxCategory, &str, Decimal), (Money, Money)> = BTreeMap::new();
    for (category, net, taxes) in of_lines.chain(of_delivery) {
        for AppliedTax { name, jurisdiction, percent, tax, .. } in taxes {
            let (taxable, sum) = sums.entry((jurisdiction, category, name, *percent)).or_insert((zero, zero));
            *taxable = taxable.plus(net)?;
            *sum = sum.plus(*tax)?;
        }
    }
    let line = |((jurisdiction, category, name, percent), (taxable, tax)): (
        (&str, TaxCategory, &str, Decimal),
        (Money, Money),
    )| TaxLine {
        jurisdiction: jurisdiction.to_owned(),
        category,
        name: name.to_owned(),
        percent,
        taxable,
        tax,
    };
    Ok(sums.into_iter().map(line).collect())
}
