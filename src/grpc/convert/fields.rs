//! Texts, codes and enums of requests.

use crate::app::{Error, Reason};
use crate::domain::address::Country;
use crate::domain::currency::Currency;
use crate::domain::ids::{Code, Sku};
use crate::domain::text::{self, TextProblem};

/// The longest language tag: BCP 47 asks for room for 35 characters (RFC 5646, 4.4.1).
const MAX_LANGUAGE_BYTES: usize = 35;
/// SKUs and codes are shorter; what is longer is refused before it is looked at.
const MAX_NAME_BYTES: usize = 64;

/// A text of one line of at most `max_bytes` bytes; it may be empty.
pub fn text(path: &str, value: &str, max_bytes: usize) -> Result<String, Error> {
    match text::check(value, max_bytes) {
        Ok(()) => Ok(value.to_owned()),
        Err(problem) => Err(refused(path, problem)),
    }
}

/// The refusal of a text. It never repeats the text.
pub fn refused(path: &str, problem: TextProblem) -> Error {
    let reason = match problem {
        TextProblem::CardNumber => Reason::CardNumberRefused,
        TextProblem::TooLong { .. } | TextProblem::ControlCharacter => Reason::InvalidField,
    };
    Error::of_field(reason, path, problem.to_string())
}

/// A value of an enum. One that this version does not know is refused, and so is a newer client's.
pub fn known<E: TryFrom<i32>>(path: &str, value: i32) -> Result<E, Error> {
    E::try_from(value).map_err(|_| {
        Error::field(
            path,
            "is a value that this service does not know: use one of those that the API's protos list",
        )
    })
}

/// A currency that can be charged.
pub fn currency(path: &str, code: &str) -> Result<Currency, Error> {
    if code.is_empty() {
        let remedy = "is missing: give a currency such as EUR";
        return Err(Error::of_field(Reason::CurrencyMismatch, path, remedy));
    }
    code.parse::<Currency>()
        .map_err(|error| Error::of_field(Reason::CurrencyMismatch, path, error.to_string()))
}

/// A country.
pub fn country(path: &str, code: &str) -> Result<Country, Error> {
    code.parse::<Country>().map_err(|error| Error::field(path, error.to_string()))
}

/// A country's code, or nothing.
pub fn region(path: &str, code: &str) -> Result<String, Error> {
    if code.is_empty() {
        return Ok(String::new());
    }
    country(path, code).map(|country| country.to_string())
}

/// A language tag, or nothing.
pub fn language(path: &str, tag: &str) -> Result<String, Error> {
    let sound = tag.len() <= MAX_LANGUAGE_BYTES
        && tag.split('-').all(|part| (1..=8).contains(&part.len()))
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if tag.is_empty() || sound {
        text(path, tag, MAX_LANGUAGE_BYTES)
    } else {
        Err(Error::field(path, "is not a language: give a BCP 47 tag such as de or pt-BR, or nothing"))
    }
}

/// A SKU.
pub fn sku(path: &str, value: &str) -> Result<Sku, Error> {
    text(path, value, MAX_NAME_BYTES)?.parse::<Sku>().map_err(|error| Error::field(path, error.to_string()))
}

/// A coupon code, as somebody typed it.
pub fn code(path: &str, value: &str) -> Result<Code, Error> {
    let typed = text(path, value, MAX_NAME_BYTES)?.trim().to_ascii_uppercase();
    typed.parse::<Code>().map_err(|error| Error::field(path, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = "4111 1111 1111 1111";

    #[test]
    fn a_card_number_is_refused_under_its_own_reason_and_never_repeated() {
        for refused in [
            text("reason", &format!("my card is {CARD}"), 100).unwrap_err(),
            sku("sku", "4111111111111111").unwrap_err(),
            code("code", "4111-1111-1111-1111").unwrap_err(),
        ] {
            assert_eq!(refused.reason(), Reason::CardNumberRefused);
            assert!(!refused.to_string().contains("4111"), "{refused}");
        }
    }

    #[test]
    fn what_is_long_or_holds_a_nul_is_refused_by_its_field() {
        for value in ["a\0b".to_owned(), "x".repeat(1 << 20)] {
            for refused in [
                text("f", &value, 64).unwrap_err(),
                sku("f", &value).unwrap_err(),
                code("f", &value).unwrap_err(),
                language("f", &value).unwrap_err(),
                region("f", &value).unwrap_err(),
                currency("f", &value).unwrap_err(),
            ] {
                assert_eq!(refused.fields()[0].path, "f");
                assert!(refused.message().len() < 300, "{refused}");
            }
        }
    }

    #[test]
    fn a_currency_that_is_missing_is_said_to_be() {
        assert!(currency("currency_code", "").unwrap_err().message().contains("is missing"));
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(code("code", "  spring-10 ").unwrap().as_str(), "SPRING-10");
        assert!(code("code", "   ").is_err());
    }

    #[test]
    fn languages_and_regions_may_be_left_out() {
        assert_eq!(language("l", ""), Ok(String::new()));
        assert_eq!(language("l", "pt-BR"), Ok("pt-BR".to_owned()));
        assert!(language("l", "no language").is_err());
        assert_eq!(region("r", ""), Ok(String::new()));
        assert_eq!(region("r", "DE"), Ok("DE".to_owned()));
        assert!(region("r", "Germany").is_err());
    }
}
