//! Stripe's codes and the networks' that it passes on, as classes (payments.md §5). Codes only: messages are
//! for people. The table is of Stripe's page "Decline codes", as it stood in 2025.

use super::wire::Failure;
use crate::domain::payment::decline::Action;
use crate::domain::payment::{Decline, DeclineClass};
use crate::partners::gateway::exchange::printable;

/// The most restrictive of what an error's codes say, and the code that people look it up by.
///
/// A stop wins wherever it stands, then a pause that the scheme asks for, and only then the gateway's advice,
/// its codes, and the issuer's (payments.md §5).
pub(super) fn decline(failure: &Failure) -> Decline {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let network_advice = text(&failure.network_advice_code);
    let network_code = text(&failure.network_decline_code);
    // Schemes first, then the gateway's advice, its codes, and the issuer's: on a tie the first stands.
    let advised = DeclineClass::of_advice(&network_advice);
    let signals = [
        advised,
        of_advice(&text(&failure.advice_code)),
        of_code(&text(&failure.decline_code)),
        of_code(&text(&failure.code)),
        DeclineClass::of_iso(&network_code),
    ];
    let strictest = signals.into_iter().flatten().reduce(DeclineClass::most_restrictive);
    let timed = advised.filter(|class| *class == DeclineClass::LimitVelocity);
    let class = strictest.filter(|class| class.action() == Action::Never).or(timed).or(strictest);
    let code = failure.decline_code.as_deref().or(failure.code.as_deref());
    Decline {
        class: class.unwrap_or(DeclineClass::Generic),
        code: printable(code.unwrap_or("unknown")),
        advice: network_advice.parse().ok(),
    }
}

/// Stripe's reading of the networks' advice. `try_again_later` covers both a pause and a malfunction, and the
/// network's own code tells which.
fn of_advice(advice: &str) -> Option<DeclineClass> {
    match advice {
        "do_not_try_again" => Some(DeclineClass::SchemeStop),
        "confirm_card_data" => DeclineClass::of_advice("01"),
        _ => None,
    }
}

/// A `decline_code`, or a `code` that is itself a reason.
fn of_code(code: &str) -> Option<DeclineClass> {
    use DeclineClass as Class;
    Some(match code {
        "lost_card" | "stolen_card" | "pickup_card" | "restricted_card" => Class::LostStolenPickup,
        "invalid_account" | "incorrect_number" | "invalid_number" | "new_account_information_available" => {
            Class::AccountInvalid
        }
        "do_not_try_again" => Class::SchemeStop,
        "stop_payment_order"
        | "revocation_of_authorization"
        | "revocation_of_all_authorizations"
        | "no_action_taken" => Class::AuthorisationRevoked,
        "fraudulent" | "security_violation" | "suspected_fraud" => Class::FraudIssuer,
        "merchant_blacklist" | "highest_risk_level" | "elevated_risk_level" => Class::FraudGateway,
        "insufficient_funds" => Class::InsufficientFunds,
        "card_velocity_exceeded" | "withdrawal_count_limit_exceeded" | "pin_try_exceeded" => {
            Class::LimitVelocity
        }
        "expired_card" | "invalid_expiry_month" | "invalid_expiry_year" => Class::CardExpired,
        "incorrect_cvc" | "invalid_cvc" | "incorrect_zip" | "incorrect_address" | "incorrect_pin"
        | "invalid_pin" => Class::CvvPinAvs,
        "authentication_required"
        | "authentication_not_handled"
        | "offline_pin_required"
        | "online_or_offline_pin_required"
        | "payment_intent_authentication_failure" => Class::ScaRequired,
        "transaction_not_allowed" => Class::NotPermittedCard,
        "card_not_supported" | "service_not_allowed" | "not_permitted" => Class::RestrictedMerchant,
        "currency_not_supported" => Class::MethodUnsupported,
        "do_not_honor" | "generic_decline" | "call_issuer" => Class::DoNotHonor,
        "invalid_amount" => Class::InvalidTransaction,
        "issuer_not_available" | "approve_with_id" | "reenter_transaction" => Class::IssuerUnavailable,
        "processing_error" => Class::SystemMalfunction,
        "duplicate_transaction" => Class::Duplicate,
        "compliance" => Class::Sanctions,
        "token_expired" | "token_already_used" | "invalid_cryptogram" => Class::TokenInvalid,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::payment::scheme::table::EDITIONS;

    fn class(failure: serde_json::Value) -> DeclineClass {
        decline(&serde_json::from_value(failure).unwrap()).class
    }

    #[test]
    fn codes_that_payments_md_names_have_its_class() {
        for (code, expected) in [
            ("lost_card", DeclineClass::LostStolenPickup),
            ("incorrect_number", DeclineClass::AccountInvalid),
            ("do_not_try_again", DeclineClass::SchemeStop),
            ("stop_payment_order", DeclineClass::AuthorisationRevoked),
            ("fraudulent", DeclineClass::FraudIssuer),
            ("insufficient_funds", DeclineClass::InsufficientFunds),
            ("card_velocity_exceeded", DeclineClass::LimitVelocity),
            ("expired_card", DeclineClass::CardExpired),
            ("incorrect_cvc", DeclineClass::CvvPinAvs),
            ("authentication_required", DeclineClass::ScaRequired),
            ("transaction_not_allowed", DeclineClass::NotPermittedCard),
            ("card_not_supported", DeclineClass::RestrictedMerchant),
            ("currency_not_supported", DeclineClass::MethodUnsupported),
            ("generic_decline", DeclineClass::DoNotHonor),
            ("invalid_amount", DeclineClass::InvalidTransaction),
            ("issuer_not_available", DeclineClass::IssuerUnavailable),
            ("processing_error", DeclineClass::SystemMalfunction),
            ("duplicate_transaction", DeclineClass::Duplicate),
            ("token_expired", DeclineClass::TokenInvalid),
        ] {
            assert_eq!(class(json!({"code": "card_declined", "decline_code": code})), expected, "{code}");
        }
    }

    #[test]
    fn a_schemes_stop_wins_over_a_code_that_would_fail_over() {
        let codes = json!({"decline_code": "generic_decline", "network_decline_code": "05",
                           "network_advice_code": "03"});
        assert_eq!(class(codes), DeclineClass::SchemeStop);
        let advised = json!({"decline_code": "generic_decline", "advice_code": "do_not_try_again"});
        assert_eq!(class(advised).action(), Action::Never);
    }

    #[test]
    fn an_issuers_never_wins_over_a_vaguer_decline_code() {
        for iso in ["04", "12", "14", "41", "43", "57", "R0", "R1", "R3"] {
            let codes = json!({"decline_code": "generic_decline", "network_decline_code": iso});
            assert_eq!(class(codes).action(), Action::Never, "{iso}");
        }
    }

    #[test]
    fn r19_a_never_code_of_any_edition_is_a_stop_whatever_stands_beside_it() {
        for edition in EDITIONS {
            for rules in [edition.visa, edition.mastercard, edition.other] {
                for beside in ["insufficient_funds", "expired_card", "duplicate_transaction", "moon_phase"] {
                    for code in rules.never_responses {
                        let codes = json!({"decline_code": beside, "network_decline_code": code,
                                           "network_advice_code": "24"});
                        assert_eq!(class(codes).action(), Action::Never, "{code} beside {beside}");
                    }
                    for advice in rules.never_advice {
                        let advice = advice.to_string();
                        let codes = json!({"decline_code": beside, "network_decline_code": "51",
                                           "network_advice_code": advice});
                        assert_eq!(class(codes).action(), Action::Never, "{advice} beside {beside}");
                    }
                }
            }
        }
    }

    #[test]
    fn r19_a_schemes_pause_wins_over_the_gateways_codes_and_is_kept() {
        let codes = json!({"code": "expired_card", "decline_code": "expired_card", "network_decline_code": "05",
                           "network_advice_code": "25", "advice_code": "confirm_card_data"});
        let paused = decline(&serde_json::from_value(codes).unwrap());
        assert_eq!(paused.class, DeclineClass::LimitVelocity);
        assert_eq!(paused.advice.map(|advice| advice.to_string()).as_deref(), Some("25"));
        let stopped = json!({"decline_code": "lost_card", "network_advice_code": "25"});
        assert_eq!(class(stopped), DeclineClass::LostStolenPickup);
    }

    #[test]
    fn a_code_that_no_table_knows_is_generic_whatever_its_message_says() {
        let strange = json!({"code": "card_declined", "decline_code": "moon_phase", "message": "lost_card"});
        assert_eq!(class(strange), DeclineClass::Generic);
        assert_eq!(class(json!({})), DeclineClass::Generic);
        let known_below = json!({"decline_code": "moon_phase", "network_decline_code": "05"});
        assert_eq!(class(known_below), DeclineClass::DoNotHonor);
    }
}
