//! Amounts as Adyen counts them: in the currency's minor unit, but for four currencies.
//!
//! The rule is from Adyen's page "Currency codes and minor units", whose table says of each of these that it differs
//! from the standard.

use crate::domain::currency::Currency;
use crate::domain::money::{MAX_MINOR, Money};

/// How Adyen's unit differs from ISO's minor unit.
enum Scale {
    Same,
    /// ISO has no decimals and Adyen has two.
    TimesHundred,
    /// ISO has two decimals and Adyen has none.
    ByHundred,
}

fn scale(currency: Currency) -> Scale {
    match currency.code() {
        "CLP" | "ISK" => Scale::TimesHundred,
        "CVE" | "IDR" => Scale::ByHundred,
        _ => Scale::Same,
    }
}

/// The number to send for `minor`, if Adyen can express it.
pub(super) fn to_wire(minor: i64, currency: Currency) -> Option<i64> {
    match scale(currency) {
        Scale::Same => Some(minor),
        Scale::TimesHundred => minor.checked_mul(100),
        Scale::ByHundred => (minor % 100 == 0).then_some(minor / 100),
    }
}

/// Minor units for a number that Adyen sent, if it is an amount at all.
pub(super) fn from_wire(number: i64, currency: Currency) -> Option<i64> {
    let minor = match scale(currency) {
        Scale::Same => number,
        Scale::TimesHundred if number % 100 == 0 => number / 100,
        Scale::TimesHundred => return None,
        Scale::ByHundred => number.checked_mul(100)?,
    };
    (0..=MAX_MINOR).contains(&minor).then_some(minor)
}

/// An amount with its currency, if both are what Adyen sends.
pub(super) fn money_from_wire(number: i64, currency: &str) -> Option<Money> {
    let currency: Currency = currency.parse().ok()?;
    Some(Money::new(from_wire(number, currency)?, currency))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::payment::GatewayCapabilities;

    #[test]
    fn each_currency_is_sent_in_the_unit_that_adyen_counts_in() {
        for (code, minor, wire) in [
            ("EUR", 1_250, 1_250),
            ("JPY", 1_250, 1_250),
            ("KWD", 1_234, 1_234),
            ("CLP", 1_250, 125_000),
            ("ISK", 1_250, 125_000),
            ("IDR", 1_500_000, 15_000),
            ("CVE", 1_200, 12),
        ] {
            let currency: Currency = code.parse().unwrap();
            assert_eq!(to_wire(minor, currency), Some(wire), "{code}");
            assert_eq!(from_wire(wire, currency), Some(minor), "{code}");
        }
        assert_eq!(to_wire(1_250, "IDR".parse().unwrap()), None, "nothing is rounded");
    }

    #[test]
    fn what_is_no_amount_is_not_read() {
        assert_eq!(money_from_wire(-1, "EUR"), None);
        assert_eq!(money_from_wire(i64::MAX, "IDR"), None);
        assert_eq!(money_from_wire(150, "ISK"), None);
        for currency in ["eur", "EU", "", "XXX", "€€€"] {
            assert_eq!(money_from_wire(1, currency), None, "{currency}");
        }
    }

    proptest! {
        #[test]
        fn what_is_sent_is_read_back(minor in 0..=MAX_MINOR, code in "EUR|JPY|KWD|CLP|ISK|IDR|CVE") {
            let currency: Currency = code.parse().unwrap();
            let taken = GatewayCapabilities::adyen().takes(Money::new(minor, currency));
            prop_assert_eq!(to_wire(minor, currency).is_some(), taken, "what the gate lets through can be sent");
            if let Some(wire) = to_wire(minor, currency) {
                prop_assert_eq!(from_wire(wire, currency), Some(minor));
            }
        }
    }
}
