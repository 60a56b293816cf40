//! From the name in a token to the codes a real gateway would send.
//!
//! The sandbox sends codes and leaves their meaning to its client, so the table of classes is not repeated
//! here: any name is answered as `decline_code`. Only the codes that Stripe puts in `code` itself are listed.

use super::entry::Failure;

/// Codes that Stripe sends as `code` and `decline_code` alike; every other decline is `card_declined`.
const OWN_CODE: [&str; 13] = [
    "authentication_required",
    "expired_card",
    "incorrect_cvc",
    "incorrect_number",
    "incorrect_zip",
    "invalid_amount",
    "invalid_cvc",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "invalid_number",
    "processing_error",
    "token_already_used",
    "token_expired",
];

/// Declines that authenticating the customer may turn into an approval.
const STEP_UP: [&str; 4] = ["authentication_required", "do_not_honor", "fraudulent", "generic_decline"];

/// The failure of `decline_<code>`.
pub(super) fn by_code(code: &str) -> Option<Failure> {
    let well_formed = !code.is_empty()
        && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    well_formed.then(|| {
        let outer = if OWN_CODE.contains(&code) { code } else { "card_declined" };
        let failure = Failure::new("card_error", Some(outer), "Your card was declined.");
        Failure { decline_code: Some(code.to_owned()), ..failure }
    })
}

/// The failure of `declineiso_<iso>` or `declineiso_<iso>_mac<nn>`: a generic decline with the network's codes.
pub(super) fn by_network_code(codes: &str) -> Option<Failure> {
    let (iso, advice) = match codes.split_once("_mac") {
        Some((iso, advice)) => (iso, Some(advice)),
        None => (codes, None),
    };
    let short =
        |code: &str| (1..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !short(iso) || !advice.is_none_or(short) {
        return None;
    }
    let failure = by_code("generic_decline")?;
    Some(Failure {
        network_decline_code: Some(iso.to_ascii_uppercase()),
        network_advice_code: advice.map(str::to_ascii_uppercase),
        advice_code: advice.and_then(advice_code).map(str::to_owned),
        ..failure
    })
}

/// Whether a request that asks for authentication is answered with an action instead of this decline.
pub(super) fn steps_up(failure: &Failure) -> bool {
    failure.decline_code.as_deref().is_some_and(|code| STEP_UP.contains(&code))
}

/// Stripe's advice for Mastercard's merchant advice codes.
fn advice_code(merchant_advice: &str) -> Option<&'static str> {
    match merchant_advice {
        "01" => Some("confirm_card_data"),
        "02" | "24" | "25" | "26" | "27" | "28" | "29" | "30" => Some("try_again_later"),
        "03" | "21" | "99" => Some("do_not_try_again"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decline_code_has_stripes_outer_code() {
        for (code, outer) in [
            ("insufficient_funds", "card_declined"),
            ("lost_card", "card_declined"),
            ("expired_card", "expired_card"),
            ("processing_error", "processing_error"),
            ("authentication_required", "authentication_required"),
        ] {
            let failure = by_code(code).unwrap();
            assert_eq!(failure.code.as_deref(), Some(outer));
            assert_eq!(failure.decline_code.as_deref(), Some(code));
        }
        assert_eq!(by_code(""), None);
        assert_eq!(by_code("Lost-Card"), None);
    }

    #[test]
    fn network_codes_travel_beside_a_generic_decline() {
        let failure = by_network_code("r1_mac03").unwrap();
        assert_eq!(failure.decline_code.as_deref(), Some("generic_decline"));
        assert_eq!(failure.network_decline_code.as_deref(), Some("R1"));
        assert_eq!(failure.network_advice_code.as_deref(), Some("03"));
        assert_eq!(failure.advice_code.as_deref(), Some("do_not_try_again"));
        assert_eq!(by_network_code("51").unwrap().advice_code, None);
        for malformed in ["", "05_mac", "12345", "05_mac0_1"] {
            assert_eq!(by_network_code(malformed), None, "{malformed}");
        }
    }
}
