//! `[[stores]]`: the shops that the service serves, each apart from the others.

use std::time::Duration;

use serde::Deserialize;

use super::leaf;
use super::problem::Problems;
use super::raw::RawTable;
use crate::domain::currency::Currency;
use crate::domain::ids::StoreId;
use crate::domain::lifetime::Lifetimes;
use crate::domain::pricing::{RoundingLevel, RoundingMode, RoundingPolicy};

/// One shop.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// Its id, which leads every key and resource name.
    #[serde(deserialize_with = "leaf::parsed")]
    pub id: StoreId,
    /// The currencies that it sells in, its own first; never empty.
    #[serde(deserialize_with = "leaf::parsed_list")]
    pub currencies: Vec<Currency>,
    /// Whether its prices hold their tax.
    pub prices_include_tax: bool,
    /// Where a half goes.
    #[serde(default, deserialize_with = "leaf::parsed")]
    pub rounding_mode: RoundingMode,
    /// What is rounded.
    #[serde(default, deserialize_with = "leaf::parsed")]
    pub rounding_level: RoundingLevel,
    /// The country that it ships from, ISO 3166.
    #[serde(deserialize_with = "leaf::country")]
    pub origin_country: String,
    /// How long things live.
    #[serde(default)]
    pub timers: StoreTimers,
}

/// How long carts and checkouts of a store live.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreTimers {
    /// An open checkout that nobody changed for this long is abandoned; shorter than `checkout_life_ms`.
    #[serde(rename = "abandoned_after_ms", deserialize_with = "leaf::millis::<_, 1_000, 2_592_000_000>")]
    pub abandoned_after: Duration,
    /// An open checkout that nobody changed for this long expires; no longer than its cart may live.
    #[serde(rename = "checkout_life_ms", deserialize_with = "leaf::millis::<_, 1_000, 31_536_000_000>")]
    pub checkout_life: Duration,
    /// A guest's cart expires when neither it nor a checkout of it was changed for this long.
    #[serde(rename = "cart_life_ms", deserialize_with = "leaf::millis::<_, 1_000, 31_536_000_000>")]
    pub cart_life: Duration,
    /// The same for a cart of a known customer.
    #[serde(rename = "customer_cart_life_ms", deserialize_with = "leaf::millis::<_, 1_000, 31_536_000_000>")]
    pub customer_cart_life: Duration,
    /// The same for a cart without lines.
    #[serde(rename = "empty_cart_life_ms", deserialize_with = "leaf::millis::<_, 1_000, 31_536_000_000>")]
    pub empty_cart_life: Duration,
}

impl Default for StoreTimers {
    fn default() -> Self {
        const HOUR: Duration = Duration::from_hours(1);
        Self {
            // Earlier and the reminder would reach people who are still looking for their card.
            abandoned_after: HOUR,
            checkout_life: HOUR * 24 * 7,
            cart_life: HOUR * 24 * 30,
            // A customer comes back for what was put aside; a season is long enough.
            customer_cart_life: HOUR * 24 * 90,
            // Made by a visit and never used.
            empty_cart_life: HOUR * 24,
        }
    }
}

impl StoreTimers {
    /// The lives as carts and checkouts are decided by.
    pub const fn lifetimes(&self) -> Lifetimes {
        Lifetimes {
            empty_cart: self.empty_cart_life,
            guest_cart: self.cart_life,
            customer_cart: self.customer_cart_life,
            checkout: self.checkout_life,
            abandoned_after: self.abandoned_after,
        }
    }

    /// The lives that contradict each other: nothing may be abandoned after its end, nor a cart end under a
    /// checkout of it.
    fn check(&self, table: &RawTable, problems: &mut Problems) {
        let mut at_most = |key: &str, value: Duration, other: &str, bound: Duration| {
            if value > bound {
                let remedy = format!("give at most {}", bound.as_millis());
                problems.0.push(table.problem(key, format!("is longer than {other}"), remedy));
            }
        };
        let checkout = self.checkout_life;
        at_most("timers.abandoned_after_ms", self.abandoned_after, "checkout_life_ms", checkout);
        at_most("timers.checkout_life_ms", checkout, "cart_life_ms", self.cart_life);
        at_most("timers.checkout_life_ms", checkout, "customer_cart_life_ms", self.customer_cart_life);
    }
}

impl StoreSettings {
    /// How the store's orders are rounded.
    pub fn rounding(&self) -> RoundingPolicy {
        RoundingPolicy { mode: self.rounding_mode, level: self.rounding_level }
    }

    pub(super) fn read_all(raw: Vec<RawTable>, problems: &mut Problems) -> Vec<Self> {
        let mut stores: Vec<Self> = Vec::new();
        for table in raw {
            let Some(store) = problems.take_all(table.read::<Self>(&[])) else { continue };
            if stores.iter().any(|earlier| earlier.id == store.id) {
                let reason = format!("{} is given twice", store.id);
                problems.0.push(table.problem("id", reason, "give each store its own id"));
            }
            if store.currencies.is_empty() {
                problems.0.push(table.problem("currencies", "is empty", "name at least one, such as EUR"));
            }
            store.timers.check(&table, problems);
            stores.push(store);
        }
        stores
    }
}
