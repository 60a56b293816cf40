//! Amounts, as `google.type.Money`.

use super::fields;
use crate::app::{Error, Reason};
use crate::domain::money::Money;
use crate::proto::google::r#type::Money as Amount;

/// An amount as the API shows it.
pub fn amount(money: Money) -> Amount {
    let (units, nanos) = money.to_units_nanos();
    Amount { currency_code: money.currency.code().to_owned(), units, nanos }
}

/// An amount above zero, out of a request.
pub fn positive(path: &str, given: &Amount) -> Result<Money, Error> {
    let currency = fields::currency(&format!("{path}.currency_code"), &given.currency_code)?;
    let money = Money::from_units_nanos(given.units, given.nanos, currency)
        .map_err(|error| Error::of_field(Reason::AmountInvalid, path, error.to_string()))?;
    if money.minor > 0 {
        Ok(money)
    } else {
        Err(Error::of_field(Reason::AmountInvalid, path, "is not above zero: give what is to be paid"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::money::MAX_MINOR;

    fn given(currency: &str, units: i64, nanos: i32) -> Amount {
        Amount { currency_code: currency.to_owned(), units, nanos }
    }

    proptest! {
        #[test]
        fn an_amount_reads_back_as_it_was_shown(
            minor in 1..=MAX_MINOR,
            code in prop::sample::select(vec!["EUR", "JPY", "KWD"]),
        ) {
            let money = Money::new(minor, code.parse().unwrap());
            prop_assert_eq!(positive("amount", &amount(money)), Ok(money));
        }
    }

    #[test]
    fn what_is_too_fine_too_large_or_not_above_zero_is_refused() {
        for (currency, units, nanos) in [
            ("EUR", 1, 1_000_000),
            ("JPY", 1, 10_000_000),
            ("EUR", i64::MAX, 0),
            ("EUR", 100_000_000_000_000, 0),
            ("EUR", 1, -500_000_000),
            ("EUR", 0, 1_000_000_000),
            ("EUR", 0, 0),
            ("EUR", -1, 0),
        ] {
            let refused = positive("amount", &given(currency, units, nanos)).unwrap_err();
            assert_eq!(refused.reason(), Reason::AmountInvalid, "{currency} {units} {nanos}");
            assert_eq!(refused.fields()[0].path, "amount");
        }
    }

    #[test]
    fn a_currency_that_is_not_one_is_refused_by_its_own_field() {
        for code in ["", "eur", "EURO", "XXX"] {
            let refused = positive("amount", &given(code, 1, 0)).unwrap_err();
            assert_eq!(refused.reason(), Reason::CurrencyMismatch, "{code}");
            assert_eq!(refused.fields()[0].path, "amount.currency_code");
        }
    }
}
