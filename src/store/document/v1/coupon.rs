//! Coupons: rows of the catalogue, and the copies that carts and checkouts keep.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::amount::Stated;
use super::scalar::{Text, Version, of_texts, texts};
use crate::domain::coupon::{Benefit, Coupon};
use crate::domain::ids::{Code, Sku};

/// A coupon as a row of its own.
#[derive(Serialize, Deserialize)]
pub(super) struct CouponRowShape {
    v: Version,
    coupon: CouponShape,
}

impl From<&Coupon> for CouponRowShape {
    fn from(coupon: &Coupon) -> Self {
        Self { v: Version, coupon: coupon.into() }
    }
}

impl From<CouponRowShape> for Coupon {
    fn from(CouponRowShape { v: Version, coupon }: CouponRowShape) -> Self {
        coupon.into()
    }
}

/// A coupon.
#[derive(Serialize, Deserialize)]
pub(super) struct CouponShape {
    code: Text<Code>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    benefit: BenefitShape,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum_subtotal: Option<Stated>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_at: Option<Text<Timestamp>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<Text<Timestamp>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    excluded_skus: Vec<Text<Sku>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    excluded_tags: Vec<String>,
}

/// What a coupon takes off: `{"percent": "12.5"}` or `{"fixed": {…}}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BenefitShape {
    Percent(Text<Decimal>),
    Fixed(Stated),
}

impl From<&Coupon> for CouponShape {
    fn from(coupon: &Coupon) -> Self {
        let Coupon {
            code,
            reason,
            benefit,
            minimum_subtotal,
            limit,
            starts_at,
            ends_at,
            excluded_skus,
            excluded_tags,
        } = coupon.clone();
        Self {
            code: Text(code),
            reason,
            benefit: match benefit {
                Benefit::Percent(percent) => BenefitShape::Percent(Text(percent)),
                Benefit::Fixed(amount) => BenefitShape::Fixed(amount.into()),
            },
            minimum_subtotal: minimum_subtotal.map(Stated::from),
            limit,
            starts_at: starts_at.map(Text),
            ends_at: ends_at.map(Text),
            excluded_skus: texts(&excluded_skus),
            excluded_tags: excluded_tags.into_iter().collect(),
        }
    }
}

impl From<CouponShape> for Coupon {
    fn from(shape: CouponShape) -> Self {
        Self {
            code: shape.code.0,
            reason: shape.reason,
            benefit: match shape.benefit {
                BenefitShape::Percent(percent) => Benefit::Percent(percent.0),
                BenefitShape::Fixed(amount) => Benefit::Fixed(amount.into()),
            },
            minimum_subtotal: shape.minimum_subtotal.map(Into::into),
            limit: shape.limit,
            starts_at: shape.starts_at.map(|at| at.0),
            ends_at: shape.ends_at.map(|at| at.0),
            excluded_skus: of_texts(shape.excluded_skus),
            excluded_tags: shape.excluded_tags.into_iter().collect(),
        }
    }
}
