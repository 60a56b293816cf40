//! Reads texts of settings into types of the domain, so that a wrong one is reported where it stands in the
//! file. The domain itself knows no file format.

use std::fmt::Display;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::Error};

use crate::domain::currency::Currency;
use crate::domain::money::{MAX_MINOR, Money};

/// Settings of a partner that cannot be used, found when it is built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {remedy}")]
pub struct BadSetting {
    /// Where it stands, below the partner's own table: `methods[0].zones[1]`.
    pub path: String,
    /// What to do.
    pub remedy: String,
}

impl BadSetting {
    /// A problem at `path`.
    pub fn new(path: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { path: path.into(), remedy: remedy.into() }
    }
}

/// For `deserialize_with`: a text that a domain type is read from.
pub fn text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// For `deserialize_with`: a list of such texts.
pub fn texts<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
}

/// An amount that settings give in whole units (`4.90`), in the currency that they name elsewhere. It is never
/// negative.
pub fn amount(units: Decimal, currency: Currency, path: &str) -> Result<Money, BadSetting> {
    let bad = || {
        let remedy =
            format!("give an amount of {currency} from 0 on, with at most {} places", currency.exponent());
        BadSetting::new(path, remedy)
    };
    let minor = units.checked_mul(Decimal::from(currency.minor_per_unit())).ok_or_else(bad)?.normalize();
    let whole = (minor.scale() == 0).then(|| i64::try_from(minor.mantissa()).ok()).flatten();
    match whole {
        Some(minor) if (0..=MAX_MINOR).contains(&minor) => Ok(Money::new(minor, currency)),
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_no_more_places_than_its_currency() {
        let read = |text: &str, code: &str| {
            amount(text.parse().unwrap(), code.parse().unwrap(), "here").map(|money| money.minor).ok()
        };
        assert_eq!(read("4.90", "EUR"), Some(490));
        assert_eq!(read("4.9000", "EUR"), Some(490));
        assert_eq!(read("490", "JPY"), Some(490));
        assert_eq!(read("0.005", "KWD"), Some(5));
        for (text, code) in [("4.905", "EUR"), ("0.5", "JPY"), ("-1", "EUR"), ("99999999999999999999", "EUR")]
        {
            assert_eq!(read(text, code), None, "{text} {code}");
        }
    }
}
