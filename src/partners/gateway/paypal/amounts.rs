//! Amounts as PayPal writes them: decimal strings, with as many decimals as the currency has, but for three currencies.
//!
//! The rule is from PayPal's page "Currency codes": HUF, JPY and TWD take no decimals. They are never floats here: digits
//! become minor units one by one, and what cannot be said exactly is no amount.

use crate::domain::currency::Currency;
use crate::domain::money::{MAX_MINOR, Money};

/// The specification's own limit.
const MAX_VALUE_BYTES: usize = 32;

/// How many decimals PayPal takes.
fn decimals(currency: Currency) -> u8 {
    match currency.code() {
        "HUF" | "TWD" => 0,
        _ => currency.exponent(),
    }
}

/// The string to send for `minor`, if PayPal can express it.
pub(super) fn to_wire(minor: i64, currency: Currency) -> Option<String> {
    if !(0..=MAX_MINOR).contains(&minor) {
        return None;
    }
    let (unit, places) = (currency.minor_per_unit(), usize::from(decimals(currency)));
    let (whole, part) = (minor / unit, minor % unit);
    match places {
        0 => (part == 0).then(|| whole.to_string()),
        _ => Some(format!("{whole}.{part:0places$}")),
    }
}

/// Minor units of a string that PayPal sent, if it is an amount at all.
fn from_wire(value: &str, currency: Currency) -> Option<i64> {
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let shaped = !whole.is_empty() && !value.ends_with('.') && digits(whole) && digits(part);
    if !shaped || value.len() > MAX_VALUE_BYTES {
        return None;
    }
    let places = usize::from(currency.exponent());
    // Noughts behind the last decimal say nothing.
    let part = part.get(..part.len().min(places))?.to_owned() + none_but_noughts(part.get(places..))?;
    let part: i64 = match places {
        0 => 0,
        _ => format!("{part:0<places$}").parse().ok()?,
    };
    let minor = whole.parse::<i64>().ok()?.checked_mul(currency.minor_per_unit())?.checked_add(part)?;
    (minor <= MAX_MINOR).then_some(minor)
}

fn none_but_noughts(rest: Option<&str>) -> Option<&'static str> {
    rest.unwrap_or_default().bytes().all(|byte| byte == b'0').then_some("")
}

/// An amount with its currency, if both are what PayPal sends.
pub(super) fn money_from_wire(value: &str, currency: &str) -> Option<Money> {
    let currency: Currency = currency.parse().ok()?;
    Some(Money::new(from_wire(value, currency)?, currency))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::payment::GatewayCapabilities;

    #[test]
    fn each_currency_is_written_with_the_decimals_that_paypal_takes() {
        for (code, minor, written) in [
            ("EUR", 1_250, "12.50"),
            ("USD", 5, "0.05"),
            ("JPY", 1_250, "1250"),
            ("HUF", 125_000, "1250"),
            ("TWD", 100, "1"),
            ("KWD", 1_250, "1.250"),
        ] {
            assert_eq!(to_wire(minor, code.parse().unwrap()).as_deref(), Some(written), "{code}");
        }
        assert_eq!(to_wire(125_050, "HUF".parse().unwrap()), None, "nothing is rounded");
        assert_eq!(to_wire(-1, "EUR".parse().unwrap()), None);
    }

    #[test]
    fn amounts_are_read_to_the_last_digit_and_noughts_behind_it_say_nothing() {
        let read = |value: &str, code: &str| money_from_wire(value, code).map(|money| money.minor);
        for (value, code, minor) in [
            ("12.5", "EUR", 1_250),
            ("12.500", "EUR", 1_250),
            ("12", "EUR", 1_200),
            ("007.07", "EUR", 707),
            ("1250", "JPY", 1_250),
            ("1250.00", "JPY", 1_250),
            ("1250.00", "HUF", 125_000),
            ("1.234", "KWD", 1_234),
        ] {
            assert_eq!(read(value, code), Some(minor), "{value} {code}");
        }
    }

    #[test]
    fn what_is_no_amount_is_not_read() {
        for value in [
            "",
            ".",
            "1.",
            ".5",
            "-1.00",
            "+1",
            "1e2",
            "1,00",
            " 1",
            "1.005",
            "0x1",
            "١",
            "NaN",
            "99999999999999999999",
            "1.0000000000000000000000000000000",
        ] {
            assert_eq!(money_from_wire(value, "EUR"), None, "{value:?}");
        }
        for currency in ["eur", "EU", "", "XXX", "€€€"] {
            assert_eq!(money_from_wire("1.00", currency), None, "{currency}");
        }
        assert_eq!(money_from_wire("0.5", "JPY"), None);
    }

    proptest! {
        #[test]
        fn what_is_sent_is_read_back(minor in 0..=MAX_MINOR, code in "EUR|JPY|HUF|TWD|KWD") {
            let money = Money::new(minor, code.parse().unwrap());
            let taken = GatewayCapabilities::paypal().takes(money);
            let written = to_wire(minor, money.currency);
            prop_assert_eq!(written.is_some(), taken, "what the gate lets through can be sent");
            if let Some(written) = written {
                prop_assert_eq!(money_from_wire(&written, &code), Some(money));
            }
        }

        #[test]
        fn no_text_is_read_as_another_number_than_it_says(text in "[0-9.+eE -]{0,12}|.{0,40}") {
            if let Some(money) = money_from_wire(&text, "EUR") {
                let told: rust_decimal::Decimal = text.parse().unwrap();
                prop_assert_eq!(told * rust_decimal::Decimal::ONE_HUNDRED, money.minor.into());
            }
        }
    }
}
