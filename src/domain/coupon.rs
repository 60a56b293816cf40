//! A coupon: what a code takes off, from what, and when it may.
//!
//! Whether a coupon applies is judged on what the lines cost before any discount, so that a coupon never makes
//! itself or another one invalid. How often a code was used is not here: that is a counter of the store, held
//! and consumed by the placement.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::ids::{Code, Sku};
use super::money::{Money, MoneyError};

/// The most decimal places of a percentage, here and in tax rates.
pub const MAX_PERCENT_SCALE: u32 = 6;

/// What a coupon takes off the lines it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Benefit {
    /// This many per cent of what the lines cost after the discounts before it; above 0, at most 100.
    Percent(Decimal),
    /// This amount, or all that the lines cost when that is less; positive.
    Fixed(Money),
}

/// A code that takes something off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coupon {
    /// What the buyer types.
    pub code: Code,
    /// What people read beside the discount; the code where it is empty.
    pub reason: String,
    /// What it takes off.
    pub benefit: Benefit,
    /// What the lines it speaks of must cost at least, before any discount.
    pub minimum_subtotal: Option<Money>,
    /// How many orders may use it in all; a counter is kept when there is a limit.
    pub limit: Option<u32>,
    /// From when on it applies.
    pub starts_at: Option<Timestamp>,
    /// Until when it applies; at this instant it no longer does.
    pub ends_at: Option<Timestamp>,
    /// Lines with these SKUs are left alone.
    pub excluded_skus: BTreeSet<Sku>,
    /// Lines with any of these tags are left alone.
    pub excluded_tags: BTreeSet<String>,
}

/// A line as a coupon looks at it.
#[derive(Debug, Clone, Copy)]
pub struct CouponLine<'a> {
    /// What is sold.
    pub sku: &'a Sku,
    /// Its tags.
    pub tags: &'a BTreeSet<String>,
    /// Whether discounts may touch it at all.
    pub discountable: bool,
    /// What the line costs before any discount.
    pub subtotal: Money,
}

/// Why a coupon takes nothing off.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CouponProblem {
    /// It applies from later on.
    #[error("the coupon applies from {starts_at} on: apply it then")]
    NotYet {
        /// From when on.
        starts_at: Timestamp,
    },
    /// It no longer applies.
    #[error("the coupon ended at {ended_at}: remove it")]
    Ended {
        /// Since when.
        ended_at: Timestamp,
    },
    /// The benefit or the minimum is in another currency than the cart.
    #[error("the coupon is for another currency than the cart: remove it")]
    OtherCurrency,
    /// No line that it speaks of, or only ones that cost nothing.
    #[error("the coupon applies to none of the lines: add a product that it applies to")]
    NothingEligible,
    /// The lines cost too little.
    #[error("the coupon asks for {minimum} of eligible products: add {missing} more of them")]
    BelowMinimum {
        /// What they must cost.
        minimum: Money,
        /// How much more that is.
        missing: Money,
    },
    /// The coupons before it took all there was.
    #[error("the other coupons leave nothing to take off: remove it")]
    NothingLeft,
    /// The benefit is outside of its bounds: not a buyer's mistake.
    #[error(
        "the coupon takes off a percentage outside of (0, 100] or an amount that is not positive: correct it"
    )]
    BadBenefit,
    /// The lines cannot be summed.
    #[error(transparent)]
    Amount(#[from] MoneyError),
}

/// What the name of every counter of redemptions begins with; the code follows.
pub const COUPON_COUNTERS: &str = "coupon/";

/// The name of the counter of a code's redemptions.
pub fn coupon_counter(code: &str) -> String {
    format!("{COUPON_COUNTERS}{code}")
}

impl Coupon {
    /// The counter that holds how often the code may still be used; `None` without a limit.
    pub fn counter(&self) -> Option<String> {
        self.limit.map(|_| coupon_counter(self.code.as_str()))
    }

    /// Whether discounts of this coupon may touch a line.
    pub fn speaks_of(&self, line: &CouponLine<'_>) -> bool {
        line.discountable
            && line.subtotal.minor > 0
            && !self.excluded_skus.contains(line.sku)
            && self.excluded_tags.is_disjoint(line.tags)
    }

    /// Whether the coupon applies at `now` to lines that cost this much before any discount.
    ///
    /// The minimum is asked of the lines that it speaks of: what it leaves alone does not help to reach it.
    pub fn applies(&self, lines: &[CouponLine<'_>], now: Timestamp) -> Result<(), CouponProblem> {
        self.in_time(now)?;
        self.benefit_in_bounds()?;
        let mut eligible = lines.iter().filter(|line| self.speaks_of(line)).map(|line| line.subtotal);
        let first = eligible.next().ok_or(CouponProblem::NothingEligible)?;
        let base = eligible.try_fold(first, Money::plus)?;
        let other_currency = |amount: &Money| amount.currency != base.currency;
        if matches!(&self.benefit, Benefit::Fixed(amount) if other_currency(amount))
            || self.minimum_subtotal.as_ref().is_some_and(other_currency)
        {
            return Err(CouponProblem::OtherCurrency);
        }
        match self.minimum_subtotal {
            Some(minimum) if base.minor < minimum.minor => {
                Err(CouponProblem::BelowMinimum { minimum, missing: minimum.minus(base)? })
            }
            _ => Ok(()),
        }
    }

    fn in_time(&self, now: Timestamp) -> Result<(), CouponProblem> {
        match (self.starts_at, self.ends_at) {
            (Some(starts_at), _) if now < starts_at => Err(CouponProblem::NotYet { starts_at }),
            (_, Some(ended_at)) if now >= ended_at => Err(CouponProblem::Ended { ended_at }),
            _ => Ok(()),
        }
    }

    /// Whether the benefit is one that can be computed: loaders ask this before a coupon is kept.
    pub fn benefit_in_bounds(&self) -> Result<(), CouponProblem> {
        let sound = match self.benefit {
            Benefit::Percent(percent) => {
                percent > Decimal::ZERO
                    && percent <= Decimal::ONE_HUNDRED
                    && percent.normalize().scale() <= MAX_PERCENT_SCALE
            }
            Benefit::Fixed(amount) => amount.minor > 0,
        };
        if sound { Ok(()) } else { Err(CouponProblem::BadBenefit) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euro(minor: i64) -> Money {
        Money::new(minor, "EUR".parse().unwrap())
    }

    fn coupon(benefit: Benefit) -> Coupon {
        Coupon {
            code: "SPRING".parse().unwrap(),
            reason: String::new(),
            benefit,
            minimum_subtotal: Some(euro(5_000)),
            limit: None,
            starts_at: Some("2026-01-01T00:00:00Z".parse().unwrap()),
            ends_at: Some("2026-02-01T00:00:00Z".parse().unwrap()),
            excluded_skus: BTreeSet::from(["GIFT".parse().unwrap()]),
            excluded_tags: BTreeSet::from(["sale".to_owned()]),
        }
    }

    fn judge(coupon: &Coupon, lines: &[(&str, &str, i64)], now: &str) -> Result<(), CouponProblem> {
        let owned: Vec<(Sku, BTreeSet<String>, Money)> = lines
            .iter()
            .map(|(sku, tag, minor)| {
                (sku.parse().unwrap(), BTreeSet::from([(*tag).to_owned()]), euro(*minor))
            })
            .collect();
        let lines: Vec<CouponLine<'_>> = owned
            .iter()
            .map(|(sku, tags, subtotal)| CouponLine { sku, tags, discountable: true, subtotal: *subtotal })
            .collect();
        coupon.applies(&lines, now.parse().unwrap())
    }

    const IN_TIME: &str = "2026-01-15T00:00:00Z";

    #[test]
    fn a_coupon_begins_at_its_first_instant_and_ends_before_its_last() {
        let tenth = coupon(Benefit::Percent(Decimal::TEN));
        let lines = [("TEA", "", 5_000)];
        assert_eq!(judge(&tenth, &lines, "2026-01-01T00:00:00Z"), Ok(()));
        assert_eq!(judge(&tenth, &lines, "2026-01-31T23:59:59Z"), Ok(()));
        assert!(matches!(judge(&tenth, &lines, "2025-12-31T23:59:59Z"), Err(CouponProblem::NotYet { .. })));
        assert!(matches!(judge(&tenth, &lines, "2026-02-01T00:00:00Z"), Err(CouponProblem::Ended { .. })));
    }

    #[test]
    fn what_a_coupon_leaves_alone_does_not_help_to_reach_its_minimum() {
        let tenth = coupon(Benefit::Percent(Decimal::TEN));
        let lines = [("TEA", "", 4_000), ("GIFT", "", 9_000), ("CUP", "sale", 9_000)];
        let verdict = judge(&tenth, &lines, IN_TIME);
        assert_eq!(verdict, Err(CouponProblem::BelowMinimum { minimum: euro(5_000), missing: euro(1_000) }));
        let verdict = judge(&tenth, &lines[1..], IN_TIME);
        assert_eq!(verdict, Err(CouponProblem::NothingEligible));
    }

    #[test]
    fn a_benefit_outside_of_its_bounds_is_refused() {
        for percent in ["0", "-1", "100.000001", "0.0000001"] {
            let bad = coupon(Benefit::Percent(percent.parse().unwrap()));
            assert_eq!(bad.benefit_in_bounds(), Err(CouponProblem::BadBenefit), "{percent}");
        }
        assert_eq!(coupon(Benefit::Fixed(euro(0))).benefit_in_bounds(), Err(CouponProblem::BadBenefit));
        assert_eq!(coupon(Benefit::Percent("12.50000000".parse().unwrap())).benefit_in_bounds(), Ok(()));
    }

    #[test]
    fn a_coupon_of_another_currency_is_refused() {
        let yen = Money::new(100, "JPY".parse().unwrap());
        let lines = [("TEA", "", 9_000)];
        assert_eq!(judge(&coupon(Benefit::Fixed(yen)), &lines, IN_TIME), Err(CouponProblem::OtherCurrency));
    }
}
