//! Amounts of money.

use serde::{Deserialize, Serialize};

use super::scalar::Text;
use crate::domain::currency::Currency;
use crate::domain::money::Money;

/// An amount with its currency.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Stated {
    /// Minor units.
    pub minor: i64,
    /// ISO 4217.
    pub currency: Text<Currency>,
}

impl From<Money> for Stated {
    fn from(Money { minor, currency }: Money) -> Self {
        Self { minor, currency: Text(currency) }
    }
}

impl From<Stated> for Money {
    fn from(Stated { minor, currency }: Stated) -> Self {
        Self::new(minor, currency.0)
    }
}

/// An amount below a stated currency: minor units alone, unless it is in another currency.
///
/// Sums never mix currencies, but a document keeps what it is given: an amount that strayed must show.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "not an amount: minor units, or {minor, currency} in a currency that is served"
)]
pub(super) enum Amount {
    /// In the stated currency.
    Own(i64),
    /// In another one.
    Other(Stated),
}

impl Amount {
    /// The shape of `money` below `own`.
    pub fn below(own: Currency, money: Money) -> Self {
        if money.currency == own { Self::Own(money.minor) } else { Self::Other(money.into()) }
    }

    /// The amount, where `own` is stated above.
    pub fn in_currency(self, own: Currency) -> Money {
        match self {
            Self::Own(minor) => Money::new(minor, own),
            Self::Other(stated) => stated.into(),
        }
    }
}
