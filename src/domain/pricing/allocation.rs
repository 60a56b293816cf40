//! Divides an amount by weights so that nothing is lost: the method of the largest remainder.
//!
//! Each share is first cut down to whole minor units; what that leaves goes one by one to the shares that lost
//! most, and among equals to the first. What weighs nothing gets nothing. An amount that is not above the sum
//! of the weights gives no share above its weight, because only a share that was cut is raised, by less than
//! one.

use crate::mutants::{Mutant, planted};

/// A share of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allocated {
    /// The share, with the sign of the amount.
    pub amount: i64,
    /// How much of it came from the remainder: −1, 0 or 1.
    pub remainder: i64,
}

/// The weights do not divide the amount: one is negative, or an amount meets only zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an amount cannot be divided by these weights: none may be negative, and one must be positive")]
pub struct CannotAllocate;

/// Divides `amount` by `weights`. The shares stand in the order of the weights and sum to the amount.
pub fn allocate(amount: i64, weights: &[i64]) -> Result<Vec<Allocated>, CannotAllocate> {
    if amount == 0 {
        return Ok(vec![Allocated::default(); weights.len()]);
    }
    let sum: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
    if sum == 0 || weights.iter().any(|&weight| weight < 0) {
        return Err(CannotAllocate);
    }
    let size = i128::from(amount).abs();
    let sign = amount.signum();
    let products: Vec<i128> = weights.iter().map(|&weight| size * i128::from(weight)).collect();
    let mut left = size - products.iter().map(|product| product / sum).sum::<i128>();

    let mut by_loss: Vec<usize> = (0..weights.len()).collect();
    by_loss.sort_by_key(|&place| std::cmp::Reverse(products[place] % sum));
    let mut raised = vec![false; weights.len()];
    for place in by_loss {
        raised[place] = left > 0 && !planted(Mutant::RemainderLost);
        left -= 1;
    }

    products
        .iter()
        .zip(raised)
        .map(|(product, raised)| {
            let cut = i64::try_from(product / sum).map_err(|_| CannotAllocate)?;
            let remainder = i64::from(raised) * sign;
            Ok(Allocated { amount: cut * sign + remainder, remainder })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::money::MAX_MINOR;

    fn amounts(amount: i64, weights: &[i64]) -> Vec<i64> {
        allocate(amount, weights).unwrap().iter().map(|share| share.amount).collect()
    }

    #[test]
    fn the_remainder_goes_to_the_first_of_equals_and_never_to_what_weighs_nothing() {
        assert_eq!(amounts(-100, &[0, 100, 100, 100]), [0, -34, -33, -33]);
        assert_eq!(amounts(-2, &[1, 1, 1, 1, 1]), [-1, -1, 0, 0, 0]);
    }

    #[test]
    fn the_remainder_goes_to_who_lost_most() {
        assert_eq!(amounts(5, &[1, 1, 2]), [1, 1, 3]);
        assert_eq!(amounts(763, &[908, 908, 908, 908]), [191, 191, 191, 190]);
        let marked: Vec<i64> = allocate(5, &[1, 1, 2]).unwrap().iter().map(|share| share.remainder).collect();
        assert_eq!(marked, [0, 0, 1]);
    }

    #[test]
    fn weights_that_divide_nothing_are_refused() {
        assert_eq!(allocate(1, &[0, 0]), Err(CannotAllocate));
        assert_eq!(allocate(1, &[]), Err(CannotAllocate));
        assert_eq!(allocate(1, &[2, -1]), Err(CannotAllocate));
        assert_eq!(amounts(0, &[0, 0]), [0, 0]);
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_amount_and_are_within_one_of_the_exact_one(
            amount in -MAX_MINOR..=MAX_MINOR,
            weights in prop::collection::vec(0..=MAX_MINOR, 1..40),
        ) {
            prop_assume!(weights.iter().any(|&weight| weight > 0));
            let shares = allocate(amount, &weights).unwrap();
            prop_assert_eq!(shares.iter().map(|share| share.amount).sum::<i64>(), amount);
            let sum: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
            for (share, &weight) in shares.iter().zip(&weights) {
                let off = i128::from(share.amount) * sum - i128::from(amount) * i128::from(weight);
                prop_assert!(off.abs() < sum);
                prop_assert!(weight > 0 || share.amount == 0);
            }
        }

        #[test]
        fn no_share_of_at_most_the_whole_is_above_its_weight(
            (weights, amount) in prop::collection::vec(0_i64..10_000, 1..20)
                .prop_flat_map(|weights| { let sum = weights.iter().sum::<i64>(); (Just(weights), 0..=sum) }),
        ) {
            for (share, weight) in allocate(amount, &weights).unwrap().iter().zip(weights) {
                prop_assert!((0..=weight).contains(&share.amount));
            }
        }

        #[test]
        fn what_weighs_more_never_gets_less_and_the_sign_is_the_amounts(
            amount in prop_oneof![0..200_i64, 0..=MAX_MINOR],
            weights in prop::collection::vec(0_i64..50, 1..12),
        ) {
            prop_assume!(weights.iter().any(|&weight| weight > 0));
            let shares = allocate(amount, &weights).unwrap();
            for (one, heavy) in shares.iter().zip(&weights) {
                for (other, light) in shares.iter().zip(&weights) {
                    prop_assert!(heavy <= light || one.amount >= other.amount);
                }
                prop_assert!((0..=1).contains(&one.remainder));
            }
            let negated = |share: &Allocated| Allocated { amount: -share.amount, remainder: -share.remainder };
            let other: Vec<_> = shares.iter().map(negated).collect();
            prop_assert_eq!(allocate(-amount, &weights).unwrap(), other);
        }

        #[test]
        fn another_order_of_the_weights_moves_no_share_but_by_the_remainder(
            amount in 0..=MAX_MINOR,
            (weights, shuffled) in prop::collection::vec(1_i64..1_000, 1..12).prop_flat_map(|weights| {
                let places: Vec<(usize, i64)> = weights.iter().copied().enumerate().collect();
                (Just(weights), Just(places).prop_shuffle())
            }),
        ) {
            let straight = allocate(amount, &weights).unwrap();
            let moved: Vec<i64> = shuffled.iter().map(|(_, weight)| *weight).collect();
            let other = allocate(amount, &moved).unwrap();
            let raised = |shares: &[Allocated]| shares.iter().map(|share| share.remainder).sum::<i64>();
            prop_assert_eq!(raised(&straight), raised(&other));
            for ((place, _), share) in shuffled.iter().zip(&other) {
                let before = straight[*place];
                prop_assert_eq!(share.amount - share.remainder, before.amount - before.remainder);
            }
        }
    }
}
