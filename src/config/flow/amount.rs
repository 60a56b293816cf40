//! Amounts as people write them: `50`, `49.90`, and with their currency `EUR 49.90`.

use rust_decimal::Decimal;

use crate::domain::currency::Currency;
use crate::domain::money::{MAX_MINOR, Money};

/// Minor units of an amount in whole units of `currency`. The error says what is wrong with the text.
pub fn parse_amount(text: &str, currency: Currency) -> Result<i64, String> {
    let not_an_amount = || format!("`{text}` is not an amount such as 50 or 49.90");
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !plain || text.starts_with('.') || text.ends_with('.') {
        return Err(not_an_amount());
    }
    let decimal = Decimal::from_str_exact(text).map_err(|_| not_an_amount())?;
    let minor = decimal.checked_mul(Decimal::from(currency.minor_per_unit())).ok_or_else(not_an_amount)?;
    if !minor.fract().is_zero() {
        return Err(format!(
            "`{text}` is finer than {currency} allows: {} decimal places",
            currency.exponent()
        ));
    }
    match i64::try_from(minor) {
        Ok(minor) if minor <= MAX_MINOR => Ok(minor),
        _ => Err(format!("`{text}` is more than is served")),
    }
}

/// An amount with its currency: `EUR 49.90`.
pub fn parse_total(text: &str) -> Result<Money, String> {
    let (code, amount) =
        text.split_once(' ').ok_or_else(|| format!("`{text}` is not a total such as \"EUR 49.90\""))?;
    let currency: Currency = code.parse().map_err(|error| format!("`{code}` is {error}"))?;
    Ok(Money::new(parse_amount(amount.trim(), currency)?, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_the_exponent_of_their_currency() {
        assert_eq!(parse_total("EUR 49.90").map(|total| total.minor), Ok(4990));
        assert_eq!(parse_total("EUR 49.9").map(|total| total.minor), Ok(4990));
        assert_eq!(parse_total("JPY 500").map(|total| total.minor), Ok(500));
        assert_eq!(parse_total("KWD 1.005").map(|total| total.minor), Ok(1005));
    }

    #[test]
    fn what_is_no_amount_is_refused_in_words() {
        let refused = |text: &str| parse_total(text).unwrap_err();
        assert_eq!(refused("EUR 1.005"), "`1.005` is finer than EUR allows: 2 decimal places");
        assert_eq!(refused("EUR -1"), "`-1` is not an amount such as 50 or 49.90");
        assert_eq!(refused("EUR 1e3"), "`1e3` is not an amount such as 50 or 49.90");
        assert_eq!(refused("EUR 99999999999999"), "`99999999999999` is more than is served");
        assert_eq!(refused("49.90"), "`49.90` is not a total such as \"EUR 49.90\"");
    }
}
