//! Amounts as Stripe counts them: in the currency's minor unit, but for three currencies.
//!
//! The rule is from Stripe's page on currencies ("Special cases" and "Zero-decimal currencies").

use crate::domain::currency::Currency;
use crate::domain::money::{MAX_MINOR, Money};

/// How Stripe's unit differs from ISO's minor unit.
enum Scale {
    Same,
    /// ISO has three decimals and Stripe wants the last to be nought.
    TensOnly,
    /// ISO has no decimals and Stripe wants two, which are nought.
    TimesHundred,
    /// ISO has two decimals and Stripe wants none.
    ByHundred,
}

fn scale(currency: Currency) -> Scale {
    match currency.code() {
        "ISK" | "UGX" => Scale::TimesHundred,
        "MGA" => Scale::ByHundred,
        _ if currency.exponent() == 3 => Scale::TensOnly,
        _ => Scale::Same,
    }
}

/// The number to send for `minor`, if Stripe can express it.
pub(super) fn to_wire(minor: i64, currency: Currency) -> Option<i64> {
    match scale(currency) {
        Scale::Same => Some(minor),
        Scale::TensOnly => (minor % 10 == 0).then_some(minor),
        Scale::TimesHundred => minor.checked_mul(100),
        Scale::ByHundred => (minor % 100 == 0).then_some(minor / 100),
    }
}

/// Minor units for a number that Stripe sent, if it is an amount at all.
pub(super) fn from_wire(number: i64, currency: Currency) -> Option<i64> {
    let minor = match scale(currency) {
        Scale::Same | Scale::TensOnly => number,
        Scale::TimesHundred if number % 100 == 0 => number / 100,
        Scale::TimesHundred => return None,
        Scale::ByHundred => number.checked_mul(100)?,
    };
    (0..=MAX_MINOR).contains(&minor).then_some(minor)
}

/// A currency as Stripe writes it.
pub(super) fn currency_to_wire(currency: Currency) -> String {
    currency.code().to_ascii_lowercase()
}

/// An amount with its currency, if both are what Stripe sends.
pub(super) fn money_from_wire(number: i64, currency: &str) -> Option<Money> {
    if !currency.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let currency: Currency = currency.to_ascii_uppercase().parse().ok()?;
    Some(Money::new(from_wire(number, currency)?, currency))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::payment::GatewayCapabilities;

    #[test]
    fn each_currency_is_sent_in_the_unit_that_stripe_counts_in() {
        for (code, minor, wire) in
            [("EUR", 1_250, 1_250), ("JPY", 1_250, 1_250), ("KWD", 1_250, 1_250), ("ISK", 1_250, 125_000)]
        {
            assert_eq!(to_wire(minor, code.parse().unwrap()), Some(wire), "{code}");
        }
        assert_eq!(
            to_wire(1_234, "KWD".parse().unwrap()),
            None,
            "the third decimal is nought, and nothing is rounded"
        );
        assert_eq!(to_wire(1_200, "MGA".parse().unwrap()), Some(12));
        assert_eq!(to_wire(1_250, "MGA".parse().unwrap()), None, "no fraction of an ariary can be charged");
    }

    #[test]
    fn what_is_no_amount_is_not_read() {
        assert_eq!(money_from_wire(-1, "eur"), None);
        assert_eq!(money_from_wire(i64::MAX, "mga"), None);
        assert_eq!(money_from_wire(150, "isk"), None);
        for currency in ["EUR", "eu", "", "xxx", "€€€"] {
            assert_eq!(money_from_wire(1, currency), None, "{currency}");
        }
    }

    proptest! {
        #[test]
        fn what_is_sent_is_read_back(minor in 0..=MAX_MINOR, code in "EUR|JPY|KWD|ISK|UGX|MGA") {
            let currency: Currency = code.parse().unwrap();
            let taken = GatewayCapabilities::stripe().takes(Money::new(minor, currency));
            prop_assert_eq!(to_wire(minor, currency).is_some(), taken, "what the gate lets through can be sent");
            if let Some(wire) = to_wire(minor, currency) {
                prop_assert_eq!(from_wire(wire, currency), Some(minor));
            }
        }
    }
}
