//! Why a coupon took nothing off, as a quote tells it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::amount::Stated;
use super::scalar::Text;
use crate::domain::coupon::CouponProblem;
use crate::domain::currency::Currency;
use crate::domain::money::MoneyError;

/// Why a coupon took nothing off.
#[derive(Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum CouponProblemShape {
    NotYet { starts_at: Text<Timestamp> },
    Ended { ended_at: Text<Timestamp> },
    OtherCurrency,
    NothingEligible,
    BelowMinimum { minimum: Stated, missing: Stated },
    NothingLeft,
    BadBenefit,
    MixedCurrencies { one: Text<Currency>, other: Text<Currency> },
    Overflow,
    TooFine,
}

impl From<&CouponProblem> for CouponProblemShape {
    fn from(problem: &CouponProblem) -> Self {
        match *problem {
            CouponProblem::NotYet { starts_at } => Self::NotYet { starts_at: Text(starts_at) },
            CouponProblem::Ended { ended_at } => Self::Ended { ended_at: Text(ended_at) },
            CouponProblem::OtherCurrency => Self::OtherCurrency,
            CouponProblem::NothingEligible => Self::NothingEligible,
            CouponProblem::BelowMinimum { minimum, missing } => {
                Self::BelowMinimum { minimum: minimum.into(), missing: missing.into() }
            }
            CouponProblem::NothingLeft => Self::NothingLeft,
            CouponProblem::BadBenefit => Self::BadBenefit,
            CouponProblem::Amount(MoneyError::Mixed(one, other)) => {
                Self::MixedCurrencies { one: Text(one), other: Text(other) }
            }
            CouponProblem::Amount(MoneyError::Overflow) => Self::Overflow,
            CouponProblem::Amount(MoneyError::TooFine) => Self::TooFine,
        }
    }
}

impl From<CouponProblemShape> for CouponProblem {
    fn from(shape: CouponProblemShape) -> Self {
        match shape {
            CouponProblemShape::NotYet { starts_at } => Self::NotYet { starts_at: starts_at.0 },
            CouponProblemShape::Ended { ended_at } => Self::Ended { ended_at: ended_at.0 },
            CouponProblemShape::OtherCurrency => Self::OtherCurrency,
            CouponProblemShape::NothingEligible => Self::NothingEligible,
            CouponProblemShape::BelowMinimum { minimum, missing } => {
                Self::BelowMinimum { minimum: minimum.into(), missing: missing.into() }
            }
            CouponProblemShape::NothingLeft => Self::NothingLeft,
            CouponProblemShape::BadBenefit => Self::BadBenefit,
            CouponProblemShape::MixedCurrencies { one, other } => {
                Self::Amount(MoneyError::Mixed(one.0, other.0))
            }
            CouponProblemShape::Overflow => Self::Amount(MoneyError::Overflow),
            CouponProblemShape::TooFine => Self::Amount(MoneyError::TooFine),
        }
    }
}
