//! Who delivers, for what, and when: carriers, and locations where buyers come themselves.

use crate::domain::address::{Address, Coordinates, Country};
use crate::domain::currency::Currency;
use crate::domain::ids::{Sku, StoreId};
use crate::domain::money::Money;
use crate::domain::product::TaxCategory;

/// What is to be delivered, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRequest {
    /// The store that sends it.
    pub store: StoreId,
    /// The currency of the cart; options are priced in it.
    pub currency: Currency,
    /// The delivery address, or as much of it as is known. Without one only pickup is offered.
    pub destination: Option<Address>,
    /// Where the buyer looks for pickup locations.
    pub near: Option<Coordinates>,
    /// What needs delivery.
    pub items: Vec<DeliveryItem>,
    /// What the items cost before discounts.
    pub value_before_discounts: Money,
    /// What the items cost after discounts.
    pub value_after_discounts: Money,
}

/// An item to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryItem {
    /// What it is.
    pub sku: Sku,
    /// How many.
    pub quantity: u32,
    /// The weight of one in grams.
    pub weight_grams: u32,
}

impl DeliveryRequest {
    /// The weight of all items in grams; it stops at the largest number rather than wrap.
    pub fn weight_grams(&self) -> u64 {
        self.items.iter().fold(0, |sum, item| {
            sum.saturating_add(u64::from(item.weight_grams).saturating_mul(u64::from(item.quantity)))
        })
    }
}

/// One way to get the items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryOption {
    /// Unique and stable within the carrier: `standard`, `pickup/mitte`.
    pub code: String,
    /// What people read.
    pub title: String,
    /// What it costs, in the currency of the request and in the manner of the store's prices (with tax or
    /// without).
    pub amount: Money,
    /// How it is taxed.
    pub tax_category: TaxCategory,
    /// The fewest days until it is there, counted from the order; `None` when the carrier does not say.
    pub earliest_days: Option<u16>,
    /// The most days.
    pub latest_days: Option<u16>,
    /// How the buyer gets it.
    pub kind: DeliveryKind,
}

/// How the buyer gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryKind {
    /// It is brought to the destination, and taxed there.
    Ship,
    /// The buyer comes; it is taxed at the location.
    Pickup {
        /// Where.
        location: Box<PickupLocation>,
    },
}

/// Where a buyer can collect an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickupLocation {
    /// Unique and stable within the store.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Where it is; tax follows from it.
    pub address: Address,
    /// When it is open, for people to read.
    pub hours: String,
    /// How long after the order it is ready, in hours.
    pub ready_in_hours: u16,
    /// Where it is on the map.
    pub coordinates: Option<Coordinates>,
    /// How far it is from where the buyer looks.
    pub distance_metres: Option<u32>,
}

/// Why a carrier offers nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    /// The carrier refused the request as it is: repeating it does not help.
    #[error("the carrier refused the request: {0}")]
    Refused(String),
    /// The carrier could not be reached, was too slow, or answered nonsense.
    #[error("the carrier gave no answer: {0}")]
    Unavailable(String),
    /// The settings cannot serve this request; the store must correct them.
    #[error("the carrier's settings do not fit: {0}")]
    Misconfigured(String),
}

/// Offers ways to deliver.
///
/// An implementation MUST:
/// - price every option in the currency of the request, never below zero, or leave the option out;
/// - give no two options the same code;
/// - answer an empty list where it does not deliver, and err only where it could not find out;
/// - buy and book nothing;
/// - answer `false` to `serves` only where `options` would answer an empty list whatever is in the cart.
#[async_trait::async_trait]
pub trait Carrier: Send + Sync + 'static {
    /// The ways to deliver, in the order in which to show them.
    async fn options(&self, request: &DeliveryRequest) -> Result<Vec<DeliveryOption>, CarrierError>;

    /// Whether it could offer anything for a cart in `currency` that goes to `country`, as far as its settings
    /// tell. `true` where only asking can tell.
    fn serves(&self, _currency: Currency, _country: Option<Country>) -> bool {
        true
    }
}
