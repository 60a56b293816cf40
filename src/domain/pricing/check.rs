//! The invariant of every quote (I8): it adds up, in checked arithmetic and one currency.
//!
//! Production asks it of each quote before anybody sees it, and again of the quote that an order copies; tests
//! and the simulation ask the same function.

use std::collections::BTreeMap;

use super::quote::{AppliedTax, Imbalance, Quote, QuotedLine, TaxStanding};
use crate::domain::currency::Currency;
use crate::domain::ids::Code;
use crate::domain::money::Money;

impl Quote {
    /// Whether the quote adds up: lines, delivery, discounts, tax lines and totals, and
    /// total = lines − discounts + tax + delivery, where tax inside of prices is not added again.
    pub fn check(&self) -> Result<(), Imbalance> {
        for line in &self.lines {
            let after_discounts = self.check_discounts(line)?;
            let part = Part {
                amount: after_discounts,
                net: line.net,
                tax: line.tax,
                gross: line.gross,
                taxes: &line.taxes,
            };
            self.check_part(&part, || line.id.to_string())?;
        }
        for group in &self.delivery {
            let part = Part {
                amount: group.amount,
                net: group.net,
                tax: group.tax,
                gross: group.gross,
                taxes: &group.taxes,
            };
            self.check_part(&part, || group.id.clone())?;
        }
        self.check_coupons()?;
        self.check_totals()
    }

    /// What the line costs after discounts.
    fn check_discounts(&self, line: &QuotedLine) -> Result<Money, Imbalance> {
        let taken = Money::sum(line.discounts.iter().map(|discount| discount.amount), self.currency)?;
        let left = line.subtotal.minus(taken)?;
        let sound = line.unit_price.minor >= 0
            && line.unit_price.times(line.quantity)? == line.subtotal
            && line.discounts.iter().all(|discount| discount.amount.minor >= 0)
            && left.minor >= 0;
        if sound { Ok(left) } else { Err(Imbalance::Part { id: line.id.to_string() }) }
    }

    fn check_part(&self, part: &Part<'_>, id: impl Fn() -> String) -> Result<(), Imbalance> {
        let taxes = sum(part.taxes.iter().map(|tax| tax.tax), self.currency)?;
        let priced = if self.prices_include_tax { part.gross } else { part.net };
        let sound = priced == part.amount
            && part.net.plus(part.tax)? == part.gross
            && taxes == part.tax
            && part.taxes.iter().all(|tax| tax.tax.minor >= 0)
            && part.net.minor >= 0
            && part.tax.minor >= 0;
        if sound { Ok(()) } else { Err(Imbalance::Part { id: id() }) }
    }

    /// What each coupon took off in all is what it took off the lines.
    fn check_coupons(&self) -> Result<(), Imbalance> {
        let zero = Money::zero(self.currency);
        let mut open: BTreeMap<&Code, Money> = BTreeMap::new();
        for discount in &self.discounts {
            let left = open.entry(&discount.code).or_insert(zero);
            *left = left.plus(discount.amount)?;
        }
        for discount in self.lines.iter().flat_map(|line| &line.discounts) {
            let left = open.entry(&discount.code).or_insert(zero);
            *left = left.minus(discount.amount)?;
        }
        demand(open.values().all(|left| left.is_zero()), "discounts")
    }

    fn check_totals(&self) -> Result<(), Imbalance> {
        let totals = &self.totals;
        let of_lines = |amount: fn(&QuotedLine) -> Money| sum(self.lines.iter().map(amount), self.currency);
        demand(of_lines(|line| line.subtotal)? == totals.subtotal, "subtotal")?;
        let delivery = sum(self.delivery.iter().map(|group| group.amount), self.currency)?;
        demand(delivery == totals.delivery, "delivery")?;
        let discount = sum(self.discounts.iter().map(|discount| discount.amount), self.currency)?;
        demand(discount == totals.discount, "discount")?;
        let delivery_tax = sum(self.delivery.iter().map(|group| group.tax), self.currency)?;
        demand(of_lines(|line| line.tax)?.plus(delivery_tax)? == totals.tax, "tax")?;
        let by_rate = sum(self.tax_lines.iter().map(|line| line.tax), self.currency)?;
        demand(by_rate == totals.tax, "tax lines")?;
        demand(self.tax == TaxStanding::Known || totals.tax.is_zero(), "tax that is not known")?;

        let delivery_gross = sum(self.delivery.iter().map(|group| group.gross), self.currency)?;
        demand(of_lines(|line| line.gross)?.plus(delivery_gross)? == totals.total, "gross")?;
        let before_tax = totals.subtotal.minus(totals.discount)?.plus(totals.delivery)?;
        let total = if self.prices_include_tax { before_tax } else { before_tax.plus(totals.tax)? };
        demand(total == totals.total, "total")
    }
}

/// What lines and delivery groups have in common.
struct Part<'a> {
    amount: Money,
    net: Money,
    tax: Money,
    gross: Money,
    taxes: &'a [AppliedTax],
}

fn sum(amounts: impl Iterator<Item = Money>, currency: Currency) -> Result<Money, Imbalance> {
    Ok(Money::sum(amounts, currency)?)
}

fn demand(holds: bool, what: &'static str) -> Result<(), Imbalance> {
    if holds { Ok(()) } else { Err(Imbalance::Sum { what }) }
}
