//! The state of a cart.

use jiff::Timestamp;

use crate::domain::coupon::Coupon;
use crate::domain::currency::Currency;
use crate::domain::ids::{CartId, LineId, OrderId, PlacementId, Sku, StoreId};
use crate::domain::money::{Money, MoneyError};
use crate::domain::product::Product;

/// Most lines of a cart: what people buy by hand, with room; pricing stays within a millisecond.
pub const MAX_LINES: usize = 200;

/// Most of one line.
pub const MAX_QUANTITY: u32 = 9_999;

/// Most codes on a cart.
pub const MAX_CODES: usize = 5;

/// Where a cart stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CartState {
    /// Can be changed.
    Open,
    /// A placement of this cart is under way; it becomes open again or ordered.
    Locked,
    /// Became an order; final.
    Ordered,
    /// Deleted; final.
    Deleted,
    /// Left alone for its life; final.
    Expired,
}

impl CartState {
    /// The state's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Locked => "LOCKED",
            Self::Ordered => "ORDERED",
            Self::Deleted => "DELETED",
            Self::Expired => "EXPIRED",
        }
    }

    /// Whether the published table has this edge.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Open, Self::Locked | Self::Deleted | Self::Expired)
                | (Self::Locked, Self::Open | Self::Ordered)
        )
    }
}

/// One line: a product as it was when it was last priced, and how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartLine {
    /// Its id, which checkout and order keep.
    pub id: LineId,
    /// The snapshot.
    pub product: Product,
    /// How many, from 1 to [`MAX_QUANTITY`].
    pub quantity: u32,
    /// The unit price when the line was added, to show what changed since.
    pub unit_price_when_added: Money,
}

impl CartLine {
    /// What is sold.
    pub const fn sku(&self) -> &Sku {
        &self.product.sku
    }

    /// Unit price × quantity.
    pub fn subtotal(&self) -> Result<Money, MoneyError> {
        self.product.unit_price.times(self.quantity)
    }
}

/// A cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    /// Its id.
    pub id: CartId,
    /// Its store.
    pub store: StoreId,
    /// Where it stands.
    pub state: CartState,
    /// The one currency of its prices.
    pub currency: Currency,
    /// CLDR region code of the shopper, or empty.
    pub region: String,
    /// BCP 47 language tag of the shopper, or empty.
    pub language: String,
    /// The customer that a service principal vouched for; `None` for a guest.
    pub customer: Option<String>,
    /// The lines, in the order in which they were added.
    pub lines: Vec<CartLine>,
    /// The coupons, in the order in which they were applied.
    pub coupons: Vec<Coupon>,
    /// The placement that locked it.
    pub placement: Option<PlacementId>,
    /// The order it became.
    pub order: Option<OrderId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Cart {
    /// The sum of the lines before discounts.
    pub fn subtotal(&self) -> Result<Money, MoneyError> {
        self.lines.iter().try_fold(Money::zero(self.currency), |sum, line| sum.plus(line.subtotal()?))
    }

    /// How many of each tracked SKU the lines ask for together, in the order of the SKUs.
    pub fn tracked_quantities(&self) -> std::collections::BTreeMap<Sku, u32> {
        let mut sums = std::collections::BTreeMap::new();
        for line in self.lines.iter().filter(|line| line.product.tracked) {
            let sum: &mut u32 = sums.entry(line.sku().clone()).or_default();
            *sum = sum.saturating_add(line.quantity);
        }
        sums
    }
}
