//! A product as the checkout sees it: what it costs, how it is taxed, and what delivering it takes.
//!
//! One price per product: the currency of the price is the currency of the cart. How many are in stock is not
//! here, because the count is contended: it is a counter of the store.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::ids::Sku;
use super::money::Money;

/// What kind of rate a product or a delivery takes. Each country says which rate that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum TaxCategory {
    /// The full rate; what is said of no product.
    #[default]
    Standard,
    /// The country's first reduced rate.
    Reduced,
    /// The country's second reduced rate, where it has two.
    SecondReduced,
    /// A rate below 5 %, where the country has one.
    SuperReduced,
    /// A rate kept from before a good lost its reduced one, where the country has one.
    Parking,
    /// Taxed at zero per cent, or outside of tax everywhere: a gift card, for one.
    Zero,
}

impl TaxCategory {
    /// Every category, for tables that must cover them all.
    pub const ALL: [Self; 6] =
        [Self::Standard, Self::Reduced, Self::SecondReduced, Self::SuperReduced, Self::Parking, Self::Zero];

    /// The category as it stands in catalogues, settings and the digest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Reduced => "reduced",
            Self::SecondReduced => "second-reduced",
            Self::SuperReduced => "super-reduced",
            Self::Parking => "parking",
            Self::Zero => "zero",
        }
    }
}

/// The text is not a tax category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a tax category: use standard, reduced, second-reduced, super-reduced, parking or zero")]
pub struct UnknownTaxCategory;

impl FromStr for TaxCategory {
    type Err = UnknownTaxCategory;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|category| category.as_str() == text).ok_or(UnknownTaxCategory)
    }
}

impl fmt::Display for TaxCategory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// What a line of a cart copies when it is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// What is sold.
    pub sku: Sku,
    /// What people read.
    pub title: String,
    /// The price of one; never negative.
    pub unit_price: Money,
    /// The price that is shown struck through, in the currency of `unit_price`.
    pub compare_at: Option<Money>,
    /// Where a picture is, absolute or relative to the shop.
    pub image: Option<String>,
    /// How it is taxed.
    pub tax_category: TaxCategory,
    /// The weight of one, packed, in grams; 0 when it is not known or has none.
    pub weight_grams: u32,
    /// False for what is not shipped: downloads, services, gift cards.
    pub requires_delivery: bool,
    /// Words that coupons and flows speak of.
    pub tags: BTreeSet<String>,
    /// Whether a stock counter exists; what is not tracked never runs out.
    pub tracked: bool,
}

/// What the name of every counter of stock begins with; the SKU follows.
pub const STOCK_COUNTERS: &str = "stock/";

/// The name of the counter that holds the stock of `sku`.
pub fn stock_counter(sku: &Sku) -> String {
    format!("{STOCK_COUNTERS}{sku}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_is_read_back_from_its_name() {
        for category in TaxCategory::ALL {
            assert_eq!(category.to_string().parse(), Ok(category));
        }
        assert_eq!("Standard".parse::<TaxCategory>(), Err(UnknownTaxCategory));
    }
}
