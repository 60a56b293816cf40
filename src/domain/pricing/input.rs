//! Everything that a price depends on, as data: the same input gives the same quote, today and in ten years.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::rounding::RoundingPolicy;
use crate::domain::coupon::Coupon;
use crate::domain::currency::Currency;
use crate::domain::ids::{LineId, Sku};
use crate::domain::money::{Money, MoneyError};
use crate::domain::product::TaxCategory;

/// What to price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricingInput {
    /// The one currency of all amounts.
    pub currency: Currency,
    /// When it is priced: coupons begin and end.
    pub at: Timestamp,
    /// What is bought; the order does not change any amount.
    pub lines: Vec<PricingLine>,
    /// Coupons in the order in which they apply: a later percentage is of what the earlier ones left.
    pub coupons: Vec<Coupon>,
    /// What delivery costs, per group.
    pub delivery: Vec<DeliveryCharge>,
    /// How lines and delivery are taxed.
    pub tax: TaxTreatment,
    /// Whether unit prices, coupons and delivery charges have the tax in them.
    pub prices_include_tax: bool,
    /// How it is rounded.
    pub rounding: RoundingPolicy,
}

/// A line to price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricingLine {
    /// Unique among the lines; among lines of one SKU it decides who gets a remainder.
    pub id: LineId,
    /// What is bought.
    pub sku: Sku,
    /// How many; at least 1.
    pub quantity: u32,
    /// The price of one; not negative.
    pub unit_price: Money,
    /// Which of the rates it takes.
    pub tax_category: TaxCategory,
    /// Whether coupons may touch it.
    pub discountable: bool,
    /// What coupons exclude by.
    pub tags: BTreeSet<String>,
    /// The line's own rates where they are not those of its category: it goes to another place than the rest.
    pub tax_rates: Option<Vec<TaxRate>>,
}

/// What one delivery group costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryCharge {
    /// The group's id, unique among the groups.
    pub id: String,
    /// What delivery costs before tax is added or with it inside, as the prices of the lines; not negative.
    pub amount: Money,
    /// Which of the rates it takes.
    pub tax_category: TaxCategory,
    /// The group's own rates where they are not those of its category (a pickup is taxed at the location).
    pub tax_rates: Option<Vec<TaxRate>>,
}

/// A percentage that a jurisdiction asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaxRate {
    /// What people read: `VAT`, `MwSt`.
    pub name: String,
    /// Who asks for it: `DE`, `US-NJ`.
    pub jurisdiction: String,
    /// Between 0 and 100, at most six decimal places.
    pub percent: Decimal,
}

/// How an order is taxed. Where a category asks for several rates, they are rounded together, none is levied on
/// another, and each gets its share of what was rounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaxTreatment {
    /// The rates of each category; one that a line needs and that is missing or empty is an error, never zero.
    /// What is not taxed has a rate of 0 % that says so.
    Rates(BTreeMap<TaxCategory, Vec<TaxRate>>),
    /// Amounts that a provider computed, for every line and delivery group.
    Given(BTreeMap<TaxedPart, Vec<GivenTax>>),
    /// The buyer is exempt. Prices that include tax are then the buyer's net prices.
    Exempt {
        /// Why, as the order records it: a VAT id checked, a certificate.
        reason: String,
    },
    /// The place is not known yet: the quote has no tax and may not be ordered from.
    NotYetKnown,
}

/// What a tax amount is on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaxedPart {
    /// A line.
    Line(LineId),
    /// A delivery group, by id.
    Delivery(String),
}

/// A tax amount as a provider computed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenTax {
    /// The rate it was computed with, for show.
    pub rate: TaxRate,
    /// The amount, not negative.
    pub tax: Money,
}

/// Why there is no price. All but [`PricingError::NoRate`] and [`PricingError::NoAmount`] are what the caller
/// gave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    /// A sum is too large, or in another currency.
    #[error(transparent)]
    Amount(#[from] MoneyError),
    /// Two lines or two groups have one id.
    #[error("two lines or delivery groups have the id {id}: give each its own")]
    Duplicate {
        /// The id.
        id: String,
    },
    /// A quantity of nothing.
    #[error("line {id} has quantity 0: remove it")]
    NoQuantity {
        /// The line.
        id: LineId,
    },
    /// A price or charge below nothing.
    #[error("{id} has a negative amount: prices, delivery charges and taxes are never below 0")]
    Negative {
        /// The line or group.
        id: String,
    },
    /// The same coupon twice.
    #[error("the coupon {code} is given twice: give it once")]
    CouponTwice {
        /// The code.
        code: String,
    },
    /// A rate outside of 0 to 100, or finer than six decimal places.
    #[error(
        "the tax rate {percent} % of {jurisdiction} is not one: give 0 to 100 with six decimal places at most"
    )]
    BadRate {
        /// The rate.
        percent: Decimal,
        /// Whose.
        jurisdiction: String,
    },
    /// A line or a delivery group has a category without a rate.
    #[error("there is no tax rate for {id} of category {category}: ask the tax provider again")]
    NoRate {
        /// The line or group.
        id: String,
        /// Its category.
        category: TaxCategory,
    },
    /// The provider's amounts lack a line or a delivery group, or exceed what it costs.
    #[error("the tax provider gave no usable amount for {id}: ask it again")]
    NoAmount {
        /// The line or group.
        id: String,
    },
    /// The quote does not add up: a bug, found before it could be shown.
    #[error("the quote does not add up: {0}")]
    Broken(#[from] super::quote::Imbalance),
}

impl fmt::Display for TaxedPart {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(id) => write!(out, "line {id}"),
            Self::Delivery(id) => write!(out, "delivery group {id}"),
        }
    }
}
