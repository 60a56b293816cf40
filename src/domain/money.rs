//! Amounts of money as whole minor units of one currency, in checked arithmetic.
//!
//! There is no float and no implicit rounding here: what divides money is [`super::pricing`], which says how
//! it rounds and who gets the remainder.

use std::fmt;

use rust_decimal::Decimal;

use super::currency::Currency;

/// The largest amount in minor units that we take in or compute, either sign: a million million units keeps
/// every sum of a bounded cart far from the end of an `i64`.
pub const MAX_MINOR: i64 = 1_000_000_000_000;

const NANOS_PER_UNIT: i64 = 1_000_000_000;

/// An amount in minor units (cents, yen, fils) of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units; negative amounts are discounts and refunds in sums, never prices.
    pub minor: i64,
    /// The currency of the amount.
    pub currency: Currency,
}

/// Why an amount could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies met in one sum.
    #[error("amounts of {0} and {1} do not mix: use one currency throughout")]
    Mixed(Currency, Currency),
    /// The result is beyond [`MAX_MINOR`].
    #[error("the amount is too large: give at most 1,000,000,000,000 minor units")]
    Overflow,
    /// Nanos finer than the currency's exponent, or units and nanos of opposite signs.
    #[error(
        "the amount is finer than the currency's smallest unit, or its units and nanos differ in sign: give whole \
         smallest units, with one sign"
    )]
    TooFine,
}

impl Money {
    /// An amount of `minor` minor units, unchecked against [`MAX_MINOR`]: for amounts that a check let in.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Reads whole units and billionths as `google.type.Money` gives them.
    pub fn from_units_nanos(units: i64, nanos: i32, currency: Currency) -> Result<Self, MoneyError> {
        let nanos = i64::from(nanos);
        let nanos_per_minor = NANOS_PER_UNIT / currency.minor_per_unit();
        let opposite = (units > 0 && nanos < 0) || (units < 0 && nanos > 0);
        if opposite || nanos.abs() >= NANOS_PER_UNIT || nanos % nanos_per_minor != 0 {
            return Err(MoneyError::TooFine);
        }
        let whole = units.checked_mul(currency.minor_per_unit()).ok_or(MoneyError::Overflow)?;
        Self::bounded(whole.checked_add(nanos / nanos_per_minor), currency)
    }

    /// Whole units and billionths, as `google.type.Money` wants them.
    pub fn to_units_nanos(self) -> (i64, i32) {
        let per_unit = self.currency.minor_per_unit();
        let nanos = (self.minor % per_unit) * (NANOS_PER_UNIT / per_unit);
        (self.minor / per_unit, i32::try_from(nanos).unwrap_or_default())
    }

    /// The sum, in the one currency of both.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Self::bounded(self.minor.checked_add(other.minor), self.currency)
    }

    /// The difference, in the one currency of both.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Self::bounded(self.minor.checked_sub(other.minor), self.currency)
    }

    /// This amount, `quantity` times.
    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        Self::bounded(self.minor.checked_mul(i64::from(quantity)), self.currency)
    }

    /// The sum of `amounts`, zero in `currency` when there are none.
    pub fn sum(amounts: impl IntoIterator<Item = Self>, currency: Currency) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    /// Whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::Mixed(self.currency, other.currency))
        }
    }

    fn bounded(minor: Option<i64>, currency: Currency) -> Result<Self, MoneyError> {
        match minor {
            Some(minor) if (-MAX_MINOR..=MAX_MINOR).contains(&minor) => Ok(Self { minor, currency }),
            _ => Err(MoneyError::Overflow),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = Decimal::new(self.minor, u32::from(self.currency.exponent()));
        write!(out, "{} {amount}", self.currency)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn an_amount_finer_than_the_exponent_is_refused() {
        for (code, nanos) in [("EUR", 1), ("EUR", 9_999_999), ("JPY", 10_000_000), ("KWD", 999_999)] {
            let read = Money::from_units_nanos(1, nanos, currency(code));
            assert_eq!(read, Err(MoneyError::TooFine), "{code} {nanos}");
        }
    }

    #[test]
    fn units_and_nanos_of_opposite_signs_are_refused() {
        assert_eq!(Money::from_units_nanos(1, -10_000_000, currency("EUR")), Err(MoneyError::TooFine));
        assert_eq!(Money::from_units_nanos(-1, 10_000_000, currency("EUR")), Err(MoneyError::TooFine));
    }

    #[test]
    fn currencies_do_not_mix() {
        let (euro, yen) = (currency("EUR"), currency("JPY"));
        assert_eq!(Money::zero(euro).plus(Money::zero(yen)), Err(MoneyError::Mixed(euro, yen)));
    }

    #[test]
    fn beyond_the_bound_is_an_overflow_and_never_a_wrap() {
        let most = Money::new(MAX_MINOR, currency("EUR"));
        assert_eq!(most.plus(Money::new(1, currency("EUR"))), Err(MoneyError::Overflow));
        assert_eq!(most.times(u32::MAX), Err(MoneyError::Overflow));
        assert_eq!(Money::from_units_nanos(i64::MAX, 0, currency("EUR")), Err(MoneyError::Overflow));
        assert_eq!(Money::from_units_nanos(i64::MIN, 0, currency("JPY")), Err(MoneyError::Overflow));
    }

    proptest! {
        #[test]
        fn units_and_nanos_come_back_as_they_went(
            minor in -MAX_MINOR..=MAX_MINOR,
            code in prop::sample::select(vec!["EUR", "JPY", "KWD"]),
        ) {
            let money = Money::new(minor, currency(code));
            let (units, nanos) = money.to_units_nanos();
            prop_assert_eq!(Money::from_units_nanos(units, nanos, money.currency), Ok(money));
        }

        #[test]
        fn arithmetic_is_exact_within_the_bound_and_an_overflow_beyond_it(
            one in any::<i64>(),
            other in prop_oneof![-MAX_MINOR..=MAX_MINOR, any::<i64>()],
            quantity in any::<u32>(),
        ) {
            let euro = |minor| Money::new(minor, currency("EUR"));
            let exact = |wide: i128| match i64::try_from(wide) {
                Ok(minor) if minor.abs() <= MAX_MINOR => Ok(euro(minor)),
                _ => Err(MoneyError::Overflow),
            };
            let (a, b) = (i128::from(one), i128::from(other));
            prop_assert_eq!(euro(one).plus(euro(other)), exact(a + b));
            prop_assert_eq!(euro(one).minus(euro(other)), exact(a - b));
            prop_assert_eq!(euro(other).times(quantity), exact(b * i128::from(quantity)));
        }

        #[test]
        fn units_and_nanos_are_read_to_the_exact_minor_unit_or_refused(
            units in prop_oneof![-2_000_000_000_000_i64..=2_000_000_000_000, any::<i64>()],
            nanos in prop_oneof![
                (-1_100_i32..=1_100).prop_map(|thousandths| thousandths * 1_000_000),
                any::<i32>(),
            ],
            (code, exponent) in prop::sample::select(vec![("JPY", 0_u32), ("EUR", 2), ("KWD", 3)]),
        ) {
            let nanos_in_all = i128::from(units) * 1_000_000_000 + i128::from(nanos);
            let step = 10_i128.pow(9 - exponent);
            let agree = units == 0 || nanos == 0 || (units > 0) == (nanos > 0);
            let exact = nanos_in_all % step == 0;
            let wanted = if !agree || !exact || i128::from(nanos).abs() >= 1_000_000_000 {
                Err(MoneyError::TooFine)
            } else if (nanos_in_all / step).abs() > i128::from(MAX_MINOR) {
                Err(MoneyError::Overflow)
            } else {
                Ok(nanos_in_all / step)
            };
            let read = Money::from_units_nanos(units, nanos, currency(code));
            prop_assert_eq!(read.map(|money| i128::from(money.minor)), wanted);
        }
    }

    #[test]
    fn the_bound_itself_is_served_and_the_next_unit_is_not() {
        let (most, one) = (Money::new(MAX_MINOR, currency("JPY")), Money::new(1, currency("JPY")));
        assert_eq!(Money::from_units_nanos(MAX_MINOR, 0, most.currency), Ok(most));
        assert_eq!(Money::from_units_nanos(MAX_MINOR + 1, 0, most.currency), Err(MoneyError::Overflow));
        assert_eq!(most.minus(one).and_then(|less| less.plus(one)), Ok(most));
        assert!(most.minus(most).unwrap().is_zero() && !one.is_zero());
    }

    #[test]
    fn an_amount_is_shown_with_the_places_of_its_currency() {
        let shown = [("JPY", "JPY 1234"), ("EUR", "EUR 12.34"), ("KWD", "KWD 1.234")];
        for (code, text) in shown {
            assert_eq!(Money::new(1_234, currency(code)).to_string(), text);
        }
    }
}
