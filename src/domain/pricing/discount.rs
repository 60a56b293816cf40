//! Puts coupons on lines, one after the other.
//!
//! Whether a coupon applies is judged on the undiscounted lines; what it takes is of what the coupons before it
//! left. Its amount is computed once, over all lines that it speaks of, and divided among them by largest
//! remainder, so that the parts sum to what people were told.

use super::allocation::allocate;
use super::input::{PricingError, PricingInput};
use super::quote::{Explanation, LineDiscount, QuoteDiscount, RefusedCoupon, Rule, Share};
use super::rounding::{WHOLE, divide, parts_of_whole, shown};
use crate::domain::coupon::{Benefit, Coupon, CouponLine, CouponProblem};
use crate::domain::money::{Money, MoneyError};

/// What the coupons did.
pub(super) struct Discounted {
    /// What each line costs after discounts, in the order of the input.
    pub remaining: Vec<Money>,
    /// What was taken off each line, in the order of the input.
    pub by_line: Vec<Vec<LineDiscount>>,
    /// What each coupon took off.
    pub discounts: Vec<QuoteDiscount>,
    /// Coupons that took nothing off.
    pub refused: Vec<RefusedCoupon>,
}

/// Applies the coupons of `input` to lines that cost `subtotals`. `ranked` holds the places of the
/// lines in the order in which remainders are given out, whatever order the lines stand in.
pub(super) fn discount(
    input: &PricingInput,
    subtotals: &[Money],
    ranked: &[usize],
) -> Result<Discounted, PricingError> {
    let lines: Vec<CouponLine<'_>> = input
        .lines
        .iter()
        .zip(subtotals)
        .map(|(line, &subtotal)| CouponLine {
            sku: &line.sku,
            tags: &line.tags,
            discountable: line.discountable,
            subtotal,
        })
        .collect();
    let mut state = Discounted {
        remaining: subtotals.to_vec(),
        by_line: vec![Vec::new(); subtotals.len()],
        discounts: Vec::new(),
        refused: Vec::new(),
    };
    for coupon in &input.coupons {
        match coupon.applies(&lines, input.at) {
            Ok(()) => {
                let spoken_of: Vec<usize> =
                    ranked.iter().copied().filter(|&place| coupon.speaks_of(&lines[place])).collect();
                state.apply(coupon, &spoken_of, input)?;
            }
            Err(CouponProblem::Amount(error)) => return Err(error.into()),
            Err(problem) => state.refused.push(RefusedCoupon { code: coupon.code.clone(), problem }),
        }
    }
    Ok(state)
}

impl Discounted {
    fn apply(&mut self, coupon: &Coupon, places: &[usize], input: &PricingInput) -> Result<(), PricingError> {
        let base = Money::sum(places.iter().map(|&place| self.remaining[place]), input.currency)?;
        if base.is_zero() {
            self.refused
                .push(RefusedCoupon { code: coupon.code.clone(), problem: CouponProblem::NothingLeft });
            return Ok(());
        }
        let (amount, explanation) = taken_off(coupon, base, input)?;
        let weights: Vec<i64> = places.iter().map(|&place| self.remaining[place].minor).collect();
        let shares = allocate(amount.minor, &weights).map_err(|_| MoneyError::Overflow)?;
        let reason = if coupon.reason.is_empty() { coupon.code.to_string() } else { coupon.reason.clone() };
        for (&place, share) in places.iter().zip(&shares) {
            if share.amount == 0 {
                continue;
            }
            let line_base = self.remaining[place];
            let part = Money::new(share.amount, input.currency);
            self.remaining[place] = line_base.minus(part)?;
            self.by_line[place].push(LineDiscount {
                code: coupon.code.clone(),
                reason: reason.clone(),
                amount: part,
                base: line_base,
                explanation: Explanation {
                    base: line_base,
                    exact_minor: shown(
                        i128::from(amount.minor) * i128::from(line_base.minor),
                        i128::from(base.minor),
                    ),
                    share: Some(Share { of: amount, remainder_minor: share.remainder }),
                    ..explanation
                },
            });
        }
        self.discounts.push(QuoteDiscount { code: coupon.code.clone(), reason, amount, base, explanation });
        Ok(())
    }
}

fn taken_off(
    coupon: &Coupon,
    base: Money,
    input: &PricingInput,
) -> Result<(Money, Explanation), PricingError> {
    let (rule, amount_minor, exact_minor) = match coupon.benefit {
        Benefit::Percent(percent) => {
            // `applies` has judged the percentage already; one that it let through is in bounds.
            let parts = parts_of_whole(percent).ok_or(MoneyError::Overflow)?;
            let numerator = i128::from(base.minor) * parts;
            let rounded = divide(numerator, WHOLE, input.rounding.mode);
            let minor = i64::try_from(rounded).map_err(|_| MoneyError::Overflow)?;
            (Rule::PercentOff(percent), minor, shown(numerator, WHOLE))
        }
        Benefit::Fixed(fixed) => {
            let minor = fixed.minor.min(base.minor);
            (Rule::FixedOff(fixed), minor, minor.into())
        }
    };
    let explanation = Explanation { rule, base, exact_minor, rounding: input.rounding, share: None };
    Ok((Money::new(amount_minor, input.currency), explanation))
}
