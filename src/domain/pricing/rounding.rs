//! How a fraction of a minor unit becomes a whole one: in which direction, and at which level of the order.
//!
//! Both are explicit and stored on the order, because a refund must round as the sale did.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

/// Where a half goes. What is not a half goes to the nearer side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum RoundingMode {
    /// To the even neighbour.
    HalfEven,
    /// Away from zero, as most tax offices have it.
    #[default]
    HalfUp,
    /// Towards zero.
    HalfDown,
}

/// What is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum RoundingLevel {
    /// The tax of each single unit.
    Unit,
    /// The tax of each line and each delivery charge.
    #[default]
    Line,
    /// The tax of each rate over the whole order, delivery included; lines then get shares of it.
    Order,
}

/// How an order is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct RoundingPolicy {
    /// Where a half goes.
    pub mode: RoundingMode,
    /// What is rounded.
    pub level: RoundingLevel,
}

/// The text names no rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a rounding: use half-even, half-up or half-down, and unit, line or order")]
pub struct UnknownRounding;

impl RoundingMode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::HalfEven, Self::HalfUp, Self::HalfDown];

    /// The mode as it stands in settings, on orders and in the digest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HalfEven => "half-even",
            Self::HalfUp => "half-up",
            Self::HalfDown => "half-down",
        }
    }
}

impl RoundingLevel {
    /// Every level.
    pub const ALL: [Self; 3] = [Self::Unit, Self::Line, Self::Order];

    /// The level as it stands in settings, on orders and in the digest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Line => "line",
            Self::Order => "order",
        }
    }
}

impl FromStr for RoundingMode {
    type Err = UnknownRounding;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text).ok_or(UnknownRounding)
    }
}

impl FromStr for RoundingLevel {
    type Err = UnknownRounding;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|level| level.as_str() == text).ok_or(UnknownRounding)
    }
}

impl fmt::Display for RoundingPolicy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} per {}", self.mode.as_str(), self.level.as_str())
    }
}

/// The quotient as a whole number. The denominator is positive.
///
/// Everything that rounds money in the house comes through here, with whole numbers on both sides, so that no
/// half is ever a little less than one.
pub(super) fn divide(numerator: i128, denominator: i128, mode: RoundingMode) -> i128 {
    let whole = numerator / denominator;
    let twice_rest = (numerator % denominator).unsigned_abs().saturating_mul(2);
    let away = match twice_rest.cmp(&denominator.unsigned_abs()) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => match mode {
            RoundingMode::HalfUp => true,
            RoundingMode::HalfDown => false,
            RoundingMode::HalfEven => whole % 2 != 0,
        },
    };
    if away { whole + numerator.signum() } else { whole }
}

/// A percentage in hundred-millionths of the whole: 100 % is [`WHOLE`]. `None` when it is negative, above 100, or
/// finer than six decimal places.
pub(super) fn parts_of_whole(percent: Decimal) -> Option<i128> {
    let percent = percent.normalize();
    let finer = 6_u32.checked_sub(percent.scale())?;
    let in_range = (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&percent);
    in_range.then(|| percent.mantissa() * 10_i128.pow(finer))
}

/// 100 per cent, in the unit of [`parts_of_whole`].
pub(super) const WHOLE: i128 = 100_000_000;

/// A quotient for people to read, to six decimal places.
pub(super) fn shown(numerator: i128, denominator: i128) -> Decimal {
    let millionths = divide(numerator.saturating_mul(1_000_000), denominator, RoundingMode::HalfEven);
    Decimal::try_from_i128_with_scale(millionths, 6).unwrap_or_default().normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_goes_where_the_mode_says() {
        for (numerator, even, up, down) in
            [(5, 0, 1, 0), (15, 2, 2, 1), (25, 2, 3, 2), (-5, 0, -1, 0), (-15, -2, -2, -1)]
        {
            let divided = |mode| divide(numerator, 10, mode);
            assert_eq!(divided(RoundingMode::HalfEven), even, "{numerator}");
            assert_eq!(divided(RoundingMode::HalfUp), up, "{numerator}");
            assert_eq!(divided(RoundingMode::HalfDown), down, "{numerator}");
        }
    }

    #[test]
    fn what_is_no_half_goes_to_the_nearer_side_in_every_mode() {
        for mode in RoundingMode::ALL {
            assert_eq!([divide(14, 10, mode), divide(16, 10, mode), divide(-14, 10, mode)], [1, 2, -1]);
            assert_eq!([divide(1, 3, mode), divide(2, 3, mode), divide(-2, 3, mode)], [0, 1, -1]);
        }
    }

    #[test]
    fn a_percentage_has_six_places_at_most_and_is_none_beyond_the_whole() {
        let parts = |text: &str| parts_of_whole(text.parse().unwrap());
        assert_eq!(parts("19"), Some(19_000_000));
        assert_eq!(parts("8.1000000000"), Some(8_100_000));
        assert_eq!(parts("100"), Some(WHOLE));
        for text in ["100.000001", "-1", "0.0000001"] {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    #[test]
    fn names_come_back() {
        for mode in RoundingMode::ALL {
            assert_eq!(mode.as_str().parse(), Ok(mode));
        }
        for level in RoundingLevel::ALL {
            assert_eq!(level.as_str().parse(), Ok(level));
        }
    }

    #[test]
    fn a_policy_is_told_as_its_mode_per_its_level() {
        let unit = RoundingPolicy { mode: RoundingMode::HalfEven, level: RoundingLevel::Unit };
        assert_eq!(
            [RoundingPolicy::default(), unit].map(|it| it.to_string()),
            ["half-up per line", "half-even per unit"]
        );
    }
}
