//! Who knows the tax: a table of our own, or a provider.
//!
//! A provider answers rates or amounts; pricing takes both. An error is never zero tax: what happens then is
//! the store's policy, which is decided above this port, and the answer says where it came from.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::domain::address::TaxLocation;
use crate::domain::currency::Currency;
use crate::domain::ids::{LineId, Sku, StoreId};
use crate::domain::money::Money;
use crate::domain::pricing::{TaxRate, TaxTreatment};
use crate::domain::product::TaxCategory;

/// What to tax. Equal requests have equal answers for as long as a quote lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRequest {
    /// The store that sells.
    pub store: StoreId,
    /// The one currency of all amounts.
    pub currency: Currency,
    /// The day whose rates apply, at the place of `to`.
    pub date: Date,
    /// Where it is sent from, when that is known.
    pub from: Option<TaxLocation>,
    /// Where it is taxed: the delivery address, the pickup location, or the billing address of what is not
    /// delivered.
    pub to: TaxLocation,
    /// Whether the amounts have the tax in them.
    pub prices_include_tax: bool,
    /// The lines that are taxed there.
    pub lines: Vec<TaxableLine>,
    /// The delivery groups that are taxed there.
    pub delivery: Vec<TaxableDelivery>,
    /// Why the buyer pays no tax, as the buyer's record has it. A provider may refuse it.
    pub exemption: Option<String>,
}

/// A line to tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxableLine {
    /// The line.
    pub id: LineId,
    /// What is sold.
    pub sku: Sku,
    /// How many.
    pub quantity: u32,
    /// What the line costs after discounts.
    pub amount: Money,
    /// How it is taxed.
    pub category: TaxCategory,
}

/// A delivery group to tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxableDelivery {
    /// The group.
    pub id: String,
    /// What it costs.
    pub amount: Money,
    /// How it is taxed.
    pub category: TaxCategory,
}

/// What a provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxAnswer {
    /// For pricing. A provider gives rates for every category of the request, or amounts for every line and
    /// delivery group of it, or says that the buyer is exempt; never [`TaxTreatment::NotYetKnown`].
    pub treatment: TaxTreatment,
    /// Where the answer comes from, recorded on the order.
    pub source: TaxSource,
}

impl TaxAnswer {
    /// The rates of a category, when the answer is in rates.
    pub fn rates(&self, category: TaxCategory) -> Option<&[TaxRate]> {
        match &self.treatment {
            TaxTreatment::Rates(rates) => rates.get(&category).map(Vec::as_slice),
            TaxTreatment::Given(_) | TaxTreatment::Exempt { .. } | TaxTreatment::NotYetKnown => None,
        }
    }

    /// An answer in rates.
    pub const fn of_rates(rates: BTreeMap<TaxCategory, Vec<TaxRate>>, source: TaxSource) -> Self {
        Self { treatment: TaxTreatment::Rates(rates), source }
    }
}

/// Where an answer comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxSource {
    /// The provider's name: `builtin`, `avatax`.
    pub provider: String,
    /// What it rests on: the version of a table, the id of a document, `untaxed by the store's settings`.
    pub basis: String,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaxError {
    /// The provider does not know this place and never will: configure one that does.
    #[error("no tax is known for {place}: {remedy}")]
    UnknownPlace {
        /// The country, with the area where that matters.
        place: String,
        /// What the store can do.
        remedy: String,
    },
    /// The country has no rate for a category.
    #[error("{country} has no {category} rate on {date}: give the product another tax category")]
    NoSuchRate {
        /// The country.
        country: String,
        /// The category.
        category: TaxCategory,
        /// The day.
        date: Date,
    },
    /// The provider refused the request as it is: repeating it does not help.
    #[error("the tax provider refused the request: {0}")]
    Refused(String),
    /// The provider could not be reached, was too slow, or answered nonsense: another time, or another provider.
    #[error("the tax provider gave no answer: {0}")]
    Unavailable(String),
}

/// Knows the tax of places.
///
/// An implementation MUST:
/// - answer for every category (or every line and delivery group) of the request, or err;
/// - never answer zero for a place it does not know;
/// - name its source on every answer;
/// - treat the amounts as already discounted, and change none of them;
/// - record nothing at the provider: a quote is not a sale.
#[async_trait::async_trait]
pub trait TaxProvider: Send + Sync + 'static {
    /// What is taxed how.
    async fn quote(&self, request: &TaxRequest) -> Result<TaxAnswer, TaxError>;

    /// Whether it could know the tax of a place, by its settings alone. One that cannot tell without asking says
    /// that it could.
    fn may_know(&self, _place: &TaxLocation) -> bool {
        true
    }
}
