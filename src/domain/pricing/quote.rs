//! What a cart costs, and why. Discounts are positive numbers that were taken off.
//!
//! An order copies its quote; it never computes one again.

use rust_decimal::Decimal;

use super::rounding::RoundingPolicy;
use crate::domain::coupon::CouponProblem;
use crate::domain::currency::Currency;
use crate::domain::ids::{Code, LineId, Sku};
use crate::domain::money::{Money, MoneyError};
use crate::domain::product::TaxCategory;

/// A priced cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The one currency of all amounts.
    pub currency: Currency,
    /// Whether subtotals, discounts and delivery amounts have the tax in them.
    pub prices_include_tax: bool,
    /// How it was rounded.
    pub rounding: RoundingPolicy,
    /// The lines, in the order in which they were given.
    pub lines: Vec<QuotedLine>,
    /// The delivery groups, in the order in which they were given.
    pub delivery: Vec<QuotedDelivery>,
    /// What each coupon took off in all, in the order in which they applied.
    pub discounts: Vec<QuoteDiscount>,
    /// Coupons that took nothing off, and why.
    pub refused: Vec<RefusedCoupon>,
    /// The tax by jurisdiction, category, name and percentage, in that order.
    pub tax_lines: Vec<TaxLine>,
    /// How far the tax is known.
    pub tax: TaxStanding,
    /// The sums.
    pub totals: Totals,
}

/// A priced line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedLine {
    /// The line.
    pub id: LineId,
    /// What is bought.
    pub sku: Sku,
    /// How many.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: Money,
    /// Which rates it takes.
    pub tax_category: TaxCategory,
    /// Unit price times quantity.
    pub subtotal: Money,
    /// What each coupon took off this line.
    pub discounts: Vec<LineDiscount>,
    /// What is taxed: without the tax, after discounts.
    pub net: Money,
    /// The tax, the sum of `taxes`.
    pub tax: Money,
    /// What the buyer pays for the line: net + tax.
    pub gross: Money,
    /// The tax by rate.
    pub taxes: Vec<AppliedTax>,
    /// How the tax came to be, all rates together; `None` where none was computed.
    pub tax_explanation: Option<Explanation>,
}

/// A priced delivery group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedDelivery {
    /// The group's id.
    pub id: String,
    /// What it was quoted at.
    pub amount: Money,
    /// Which rates it takes.
    pub tax_category: TaxCategory,
    /// What is taxed: without the tax.
    pub net: Money,
    /// The tax, the sum of `taxes`.
    pub tax: Money,
    /// What the buyer pays for the delivery: net + tax.
    pub gross: Money,
    /// The tax by rate.
    pub taxes: Vec<AppliedTax>,
    /// How the tax came to be, all rates together; `None` where none was computed.
    pub tax_explanation: Option<Explanation>,
}

/// What a coupon took off one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineDiscount {
    /// Which coupon.
    pub code: Code,
    /// What people read.
    pub reason: String,
    /// How much.
    pub amount: Money,
    /// What the line cost before this coupon.
    pub base: Money,
    /// How it came to be.
    pub explanation: Explanation,
}

/// What a coupon took off in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteDiscount {
    /// Which coupon.
    pub code: Code,
    /// What people read.
    pub reason: String,
    /// How much.
    pub amount: Money,
    /// What the lines that it speaks of cost before this coupon.
    pub base: Money,
    /// How it came to be.
    pub explanation: Explanation,
}

/// A coupon that took nothing off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedCoupon {
    /// Which coupon.
    pub code: Code,
    /// Why.
    pub problem: CouponProblem,
}

/// The tax of one rate on one line or delivery group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedTax {
    /// What people read.
    pub name: String,
    /// Who asks for it.
    pub jurisdiction: String,
    /// The rate in per cent.
    pub percent: Decimal,
    /// How much.
    pub tax: Money,
    /// How it came to be; its share is of the tax of the line or group, where that has several rates.
    pub explanation: Explanation,
}

/// The tax of one rate in the whole order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxLine {
    /// Who asks for it.
    pub jurisdiction: String,
    /// The category of what is taxed.
    pub category: TaxCategory,
    /// What people read.
    pub name: String,
    /// The rate in per cent.
    pub percent: Decimal,
    /// The net of what is taxed.
    pub taxable: Money,
    /// How much.
    pub tax: Money,
}

/// How far the tax is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaxStanding {
    /// It was computed.
    Known,
    /// The buyer is exempt.
    Exempt {
        /// Why.
        reason: String,
    },
    /// The place is not known yet; the quote may be shown, not ordered from.
    NotYetKnown,
}

/// The sums. Without tax inside the prices: total = subtotal − discount + delivery + tax. With it inside:
/// total = subtotal − discount + delivery, and `tax` says how much of that is tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// What the lines cost before discounts.
    pub subtotal: Money,
    /// What was taken off.
    pub discount: Money,
    /// What delivery costs.
    pub delivery: Money,
    /// The tax of lines and delivery.
    pub tax: Money,
    /// What the buyer pays.
    pub total: Money,
}

/// How an amount came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The rule that made it.
    pub rule: Rule,
    /// What the rule was applied to.
    pub base: Money,
    /// The amount before rounding, in minor units, to six decimal places.
    pub exact_minor: Decimal,
    /// How it was rounded.
    pub rounding: RoundingPolicy,
    /// Set where the amount is a share of a rounded sum.
    pub share: Option<Share>,
}

/// The rule behind an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A percentage off.
    PercentOff(Decimal),
    /// A fixed amount off, or all there was.
    FixedOff(Money),
    /// A percentage of tax on top of a net base.
    TaxAdded(Decimal),
    /// A percentage of tax contained in a gross base.
    TaxContained(Decimal),
    /// An amount that the tax provider computed.
    TaxGiven,
}

/// A share of a sum that was rounded once and then divided by largest remainder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The sum that was divided.
    pub of: Money,
    /// The minor units that this share got from the remainder: 0 or 1.
    pub remainder_minor: i64,
}

/// A quote that does not add up, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Imbalance {
    /// Net + tax is not gross, or the parts of a line are not its whole.
    #[error("the parts of {id} are not its whole")]
    Part {
        /// The line or the delivery group.
        id: String,
    },
    /// Lines and totals differ.
    #[error("{what} is not the sum of its parts")]
    Sum {
        /// Which sum.
        what: &'static str,
    },
    /// A sum is too large, or in another currency.
    #[error(transparent)]
    Amount(#[from] MoneyError),
}
