//! Adyen's refusal codes and the networks' that it passes on, as classes (payments.md §5). Codes only: texts are for
//! people. The table is of Adyen's page "Refusal reasons", as it stood in 2026.

use super::wire::{Additional, Payment, text};
use crate::domain::payment::decline::Action;
use crate::domain::payment::{Decline, DeclineClass};
use crate::partners::gateway::exchange::printable;

/// `refusalReasonCode`, and what it means. What is missing is generic: it says nothing that could be acted on, or is a
/// terminal's.
const REFUSALS: [(&str, DeclineClass); 33] = {
    use DeclineClass as Class;
    [
        // The issuer refused without a reason, or asks for a call that nobody will make.
        ("2", Class::DoNotHonor),
        ("3", Class::DoNotHonor),
        ("4", Class::SystemMalfunction),
        // A blocked card.
        ("5", Class::LostStolenPickup),
        ("6", Class::CardExpired),
        ("7", Class::InvalidTransaction),
        ("8", Class::AccountInvalid),
        ("9", Class::IssuerUnavailable),
        ("10", Class::RestrictedMerchant),
        ("11", Class::ScaRequired),
        ("12", Class::InsufficientFunds),
        ("14", Class::FraudIssuer),
        ("17", Class::CvvPinAvs),
        ("18", Class::LimitVelocity),
        // Adyen's own risk rules, before and after the authorisation.
        ("20", Class::FraudGateway),
        ("21", Class::SystemMalfunction),
        ("22", Class::FraudGateway),
        ("23", Class::NotPermittedCard),
        ("24", Class::CvvPinAvs),
        ("25", Class::LostStolenPickup),
        ("26", Class::AuthorisationRevoked),
        ("27", Class::DoNotHonor),
        ("28", Class::InsufficientFunds),
        ("29", Class::LimitVelocity),
        ("31", Class::FraudIssuer),
        ("32", Class::CvvPinAvs),
        ("33", Class::ScaRequired),
        ("36", Class::ScaRequired),
        ("38", Class::ScaRequired),
        ("39", Class::ScaRequired),
        ("42", Class::ScaRequired),
        ("43", Class::ScaRequired),
        // Adyen itself ends the tries, before the scheme asks a fee for them.
        ("46", Class::LimitVelocity),
    ]
};

/// The most restrictive of what a refusal's codes say, and the code that people look it up by.
///
/// A stop wins wherever it stands, then a pause that the scheme asks for, and only then Adyen's code, and the issuer's
/// (payments.md §5).
pub(super) fn decline(payment: &Payment) -> Decline {
    let code = payment.refusal_reason_code.as_ref().and_then(text);
    let additional = payment.additional_data.as_ref();
    let (advice, raw) = (additional.and_then(advice), additional.and_then(raw));
    let advised = advice.and_then(DeclineClass::of_advice);
    let signals = [advised, code.as_deref().and_then(of_code), raw.and_then(DeclineClass::of_iso)];
    let strictest = signals.into_iter().flatten().reduce(DeclineClass::most_restrictive);
    let timed = advised.filter(|class| *class == DeclineClass::LimitVelocity);
    let class = strictest.filter(|class| class.action() == Action::Never).or(timed).or(strictest);
    let shown = match (code, raw) {
        (Some(code), Some(raw)) => format!("refusal_{code}_raw_{raw}"),
        (Some(code), None) => format!("refusal_{code}"),
        (None, Some(raw)) => format!("raw_{raw}"),
        (None, None) => "unknown".to_owned(),
    };
    Decline {
        class: class.unwrap_or(DeclineClass::Generic),
        code: printable(&shown),
        advice: advice.and_then(|advice| advice.parse().ok()),
    }
}

/// What a notification's unsigned part may add to a refusal that its signed part tells: only what is stricter than
/// nothing being known, so that whoever changed it opens no second try.
pub(super) fn unsigned(additional: Option<&Additional>) -> Decline {
    let advised = additional.and_then(advice).and_then(DeclineClass::of_advice);
    let told = [advised, additional.and_then(raw).and_then(DeclineClass::of_iso)];
    let stop = told.into_iter().flatten().find(|class| class.action() == Action::Never);
    Decline::new(stop.unwrap_or(DeclineClass::Generic), "refused_by_notification".to_owned())
}

fn of_code(code: &str) -> Option<DeclineClass> {
    REFUSALS.iter().find(|(known, _)| *known == code).map(|(_, class)| *class)
}

/// Mastercard's advice: two digits, alone or before a colon and a text.
fn advice(additional: &Additional) -> Option<&str> {
    leading_code(additional.text(&["merchantAdviceCode"])?)
}

/// The acquirer's own code: two characters, alone or before a colon and a text.
fn raw(additional: &Additional) -> Option<&str> {
    let code = additional.text(&["refusalCodeRaw"]).and_then(leading_code);
    code.or_else(|| leading_code(additional.text(&["refusalReasonRaw"])?))
}

/// The two characters that stand before a colon, or alone: `05 : Do not honor` begins with one, `DECLINED` does not.
fn leading_code(text: &str) -> Option<&str> {
    let code = text.split_once(':').map_or(text, |(code, _)| code).trim();
    let plain = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    (code.len() == 2 && code.bytes().all(plain)).then_some(code)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::payment::scheme::table::EDITIONS;

    fn refused(code: &str, additional: Value) -> Decline {
        let body = json!({"resultCode": "Refused", "refusalReasonCode": code, "additionalData": additional});
        decline(&serde_json::from_value(body).unwrap())
    }

    fn class(code: &str) -> DeclineClass {
        refused(code, Value::Null).class
    }

    #[test]
    fn each_code_stands_once_and_has_its_class() {
        for (index, (code, class)) in REFUSALS.iter().enumerate() {
            assert!(REFUSALS[..index].iter().all(|(before, _)| before != code), "{code}");
            assert_eq!(refused(code, json!({})).class, *class, "{code}");
        }
        assert_eq!(class("12"), DeclineClass::InsufficientFunds);
        assert_eq!(class("6"), DeclineClass::CardExpired);
        assert_eq!(class("20"), DeclineClass::FraudGateway);
    }

    #[test]
    fn a_blocked_an_unknown_a_revoked_and_a_forbidden_card_are_never_tried_again() {
        for code in ["5", "8", "23", "25", "26"] {
            assert_eq!(class(code).action(), Action::Never, "{code}");
        }
    }

    #[test]
    fn r19_a_never_code_of_any_edition_is_a_stop_whatever_stands_beside_it() {
        for edition in EDITIONS {
            for rules in [edition.visa, edition.mastercard, edition.other] {
                for beside in ["2", "4", "6", "12", "999"] {
                    for code in rules.never_responses {
                        for raw in [
                            json!({"refusalReasonRaw": format!("{code} : Do not honor"),
                                           "merchantAdviceCode": "24 : Retry after 1 hour"}),
                            json!({"refusalCodeRaw": code}),
                        ] {
                            assert_eq!(
                                refused(beside, raw).class.action(),
                                Action::Never,
                                "{code} beside {beside}"
                            );
                        }
                    }
                    for advice in rules.never_advice {
                        for advice in [advice.to_string(), format!("{advice} : Do not try again")] {
                            let data = json!({"refusalReasonRaw": "51 : Insufficient funds",
                                              "merchantAdviceCode": advice});
                            assert_eq!(
                                refused(beside, data.clone()).class.action(),
                                Action::Never,
                                "{advice}"
                            );
                            let additional = serde_json::from_value(data).unwrap();
                            assert_eq!(unsigned(Some(&additional)).class.action(), Action::Never, "{advice}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn r19_a_schemes_pause_wins_over_the_gateways_codes_and_is_kept() {
        let data = json!({"merchantAdviceCode": "25: Retry after 24 hours", "refusalReasonRaw": "05 : Do not honor"});
        let paused = refused("6", data.clone());
        assert_eq!(paused.class, DeclineClass::LimitVelocity);
        assert_eq!(paused.advice.map(|advice| advice.to_string()).as_deref(), Some("25"));
        assert_eq!(refused("5", data).class, DeclineClass::LostStolenPickup, "a stop wins over a pause");
    }

    #[test]
    fn a_code_that_no_table_knows_is_generic_whatever_its_texts_say() {
        let strange = json!({"refusalReasonRaw": "Lost card", "refusalReason": "05"});
        let decline = refused("999", strange);
        assert_eq!((decline.class, decline.code.as_str()), (DeclineClass::Generic, "refusal_999"));
        let known_below = refused("999", json!({"refusalReasonRaw": "05 : Do not honor"}));
        assert_eq!(known_below.class, DeclineClass::DoNotHonor);
        assert_eq!(known_below.code, "refusal_999_raw_05");
        for text in ["DECLINED", "051", "5", "5 1 : x", "", ":", "é : x", "\u{660}\u{661}"] {
            assert_eq!(
                refused("999", json!({"refusalReasonRaw": text})).class,
                DeclineClass::Generic,
                "{text}"
            );
        }
    }

    #[test]
    fn what_a_notification_does_not_sign_never_opens_a_second_try() {
        for raw in ["05 : Do not honor", "91 : Issuer unavailable", "51 : Insufficient funds"] {
            let additional = serde_json::from_value(json!({"refusalReasonRaw": raw})).unwrap();
            assert_eq!(unsigned(Some(&additional)).class, DeclineClass::Generic, "{raw}");
        }
        assert_eq!(unsigned(None).class, DeclineClass::Generic);
    }
}
