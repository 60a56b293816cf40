//! Currencies by ISO 4217 code, with the exponent that tells how many minor units make a whole one.
//!
//! Only exponents 0, 2 and 3 are served: those are the ones that card gateways settle.

use std::fmt;
use std::str::FromStr;

/// An ISO 4217 currency that can be charged: `EUR` (exponent 2), `JPY` (0), `KWD` (3).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

/// The text is not the code of a currency that we serve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a currency that can be charged: give an upper-case ISO 4217 code such as EUR, JPY or KWD")]
pub struct UnknownCurrency;

impl Currency {
    /// The three-letter upper-case code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or_default()
    }

    /// How many decimal places one minor unit stands for: 0, 2 or 3.
    pub const fn exponent(self) -> u8 {
        self.exponent
    }

    /// How many minor units make one whole unit: 1, 100 or 1000.
    pub const fn minor_per_unit(self) -> i64 {
        match self.exponent {
            0 => 1,
            2 => 100,
            _ => 1_000,
        }
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| UnknownCurrency)?;
        if !code.iter().all(u8::is_ascii_uppercase) {
            return Err(UnknownCurrency);
        }
        let known = iso_currency::Currency::from_code(text).ok_or(UnknownCurrency)?;
        match known.exponent() {
            Some(exponent @ (0 | 2 | 3)) => {
                Ok(Self { code, exponent: u8::try_from(exponent).unwrap_or_default() })
            }
            _ => Err(UnknownCurrency),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_are_those_of_iso_4217() {
        for (code, exponent) in [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("BHD", 3)] {
            assert_eq!(code.parse::<Currency>().map(Currency::exponent), Ok(exponent), "{code}");
        }
    }

    #[test]
    fn what_cannot_be_charged_is_refused() {
        for code in ["eur", "EURO", "", "XXX", "ZZZ", "€€€", "XAU", "CLF"] {
            assert_eq!(code.parse::<Currency>(), Err(UnknownCurrency), "{code}");
        }
    }
}
