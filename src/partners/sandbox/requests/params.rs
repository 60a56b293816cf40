//! Reading and checking the parameters of a form.

use std::collections::BTreeMap;

use iso_currency::Currency;

use crate::partners::sandbox::entry::CaptureMethod;
use crate::partners::sandbox::wire::{ApiError, Form};

/// Stripe takes at most twelve digits, and eight for most currencies.
const MAX_AMOUNT_MINOR: i64 = 999_999_999_999;

/// Stripe's limits on metadata.
const MAX_METADATA_PAIRS: usize = 50;
const MAX_METADATA_KEY_CHARS: usize = 40;
const MAX_METADATA_VALUE_CHARS: usize = 500;

/// A positive whole amount in minor units, if the parameter is there.
pub(super) fn amount(form: &Form, name: &'static str) -> Result<Option<i64>, ApiError> {
    let Some(text) = form.get(name) else { return Ok(None) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let amount: i64 = text.parse().ok().filter(|_| digits).ok_or_else(|| {
        ApiError::invalid(Some("parameter_invalid_integer"), name, format!("Invalid integer: {text}"))
    })?;
    if amount < 1 {
        return Err(ApiError::invalid(
            Some("parameter_invalid_integer"),
            name,
            "This value must be at least 1.",
        ));
    }
    if amount > MAX_AMOUNT_MINOR {
        return Err(ApiError::invalid(Some("amount_too_large"), name, "The amount has too many digits."));
    }
    Ok(Some(amount))
}

/// A currency of ISO 4217 in lower case, as Stripe shows it.
pub(super) fn currency(form: &Form) -> Result<String, ApiError> {
    let text = form.get("currency").ok_or_else(|| missing("currency"))?;
    let known = text.len() == 3 && Currency::from_code(&text.to_ascii_uppercase()).is_some();
    if !known {
        return Err(ApiError::invalid(None, "currency", format!("Invalid currency: {text}")));
    }
    Ok(text.to_ascii_lowercase())
}

pub(super) fn capture_method(form: &Form) -> Result<CaptureMethod, ApiError> {
    match form.get("capture_method") {
        None | Some("automatic" | "automatic_async") => Ok(CaptureMethod::Automatic),
        Some("manual") => Ok(CaptureMethod::Manual),
        Some(other) => {
            Err(ApiError::invalid(None, "capture_method", format!("Invalid capture_method: {other}")))
        }
    }
}

pub(super) fn flag(form: &Form, name: &'static str) -> Result<bool, ApiError> {
    match form.get(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(ApiError::invalid(None, name, format!("Invalid boolean: {other}"))),
    }
}

pub(super) fn metadata(form: &Form) -> Result<BTreeMap<String, String>, ApiError> {
    let metadata = form.map("metadata");
    let fits = metadata.iter().all(|(key, value)| {
        key.chars().count() <= MAX_METADATA_KEY_CHARS && value.chars().count() <= MAX_METADATA_VALUE_CHARS
    });
    if !fits || metadata.len() > MAX_METADATA_PAIRS {
        return Err(ApiError::invalid(None, "metadata", "The metadata has too many or too long pairs."));
    }
    Ok(metadata)
}

/// Whether the caller asks that the customer authenticate.
pub(super) fn asks_for_authentication(form: &Form) -> bool {
    let asked = form.get("payment_method_options[card][request_three_d_secure]");
    matches!(asked, Some("any" | "challenge"))
}

pub(super) fn missing(param: &'static str) -> ApiError {
    ApiError::invalid(Some("parameter_missing"), param, format!("Missing required param: {param}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(body: &str) -> Form {
        Form::parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn an_amount_is_a_positive_whole_number_of_minor_units() {
        assert_eq!(amount(&form("amount=1250"), "amount"), Ok(Some(1250)));
        assert_eq!(amount(&form(""), "amount"), Ok(None));
        for bad in ["0", "-5", "%2B5", "12.50", "1e3", "x", "1000000000000", "99999999999999999999"] {
            let error = amount(&form(&format!("amount={bad}")), "amount").unwrap_err();
            assert_eq!((error.status, error.param), (400, Some("amount")), "{bad}");
        }
    }

    #[test]
    fn a_currency_is_known_and_shown_in_lower_case() {
        assert_eq!(currency(&form("currency=JPY")), Ok("jpy".to_owned()));
        for bad in ["", "currency=eu", "currency=zzz", "currency=euro"] {
            assert!(currency(&form(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn metadata_beyond_stripes_limits_is_refused() {
        assert!(metadata(&form(&format!("metadata[a]={}", "x".repeat(500)))).is_ok());
        assert!(metadata(&form(&format!("metadata[a]={}", "x".repeat(501)))).is_err());
        assert!(metadata(&form(&format!("metadata[{}]=x", "a".repeat(41)))).is_err());
    }
}
