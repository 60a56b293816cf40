//! PayPal's issues and processor codes as classes (payments.md §5). Codes only: descriptions are for people.
//!
//! The issues are those of the OpenAPI documents of Orders 2.13 and Payments v2; the processor's codes and their meanings
//! are of PayPal's page on processor responses, as they stood in 2025. What no table knows is generic.

use super::wire::ProcessorResponse;
use crate::domain::payment::{Decline, DeclineClass};
use crate::partners::gateway::exchange::printable;

/// What an issue says of the call that it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The order stands elsewhere than the call supposed: a look tells where.
    Look,
    /// It was refused, for the customer's or the merchant's part.
    Refused(DeclineClass),
}

/// The meaning of an issue, if a table knows it.
pub(super) fn of_issue(issue: &str) -> Option<Meaning> {
    use DeclineClass as Class;
    let class = match issue {
        "ORDER_ALREADY_AUTHORIZED"
        | "ORDER_ALREADY_CAPTURED"
        | "ORDER_COMPLETED_OR_VOIDED"
        | "ORDER_NOT_APPROVED"
        | "PAYER_ACTION_REQUIRED"
        | "MAX_AUTHORIZATION_COUNT_EXCEEDED"
        | "AUTHORIZATION_ALREADY_CAPTURED"
        | "PREVIOUSLY_CAPTURED"
        | "PREVIOUSLY_VOIDED"
        | "DUPLICATE_REQUEST_ID"
        | "PREVIOUS_REQUEST_IN_PROGRESS" => return Some(Meaning::Look),
        "DUPLICATE_INVOICE_ID" => Class::Duplicate,
        "INSTRUMENT_DECLINED"
        | "PAYMENT_SOURCE_DECLINED_BY_PROCESSOR"
        | "ALIAS_DECLINED_BY_PROCESSOR"
        | "DECLINED_DUE_TO_RELATED_TXN"
        | "PAYMENT_SOURCE_CANNOT_BE_USED" => Class::DoNotHonor,
        "TRANSACTION_REFUSED" | "PAYEE_BLOCKED_TRANSACTION" | "TRANSACTION_BLOCKED_BY_PAYEE" => {
            Class::FraudGateway
        }
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED" | "PAYER_ACCOUNT_RESTRICTED" => Class::AccountInvalid,
        "TRANSACTION_LIMIT_EXCEEDED" | "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED" => Class::LimitVelocity,
        "CARD_EXPIRED" | "REFERENCED_CARD_EXPIRED" | "INVALID_EXPIRY_DATE" => Class::CardExpired,
        "PAYMENT_SOURCE_INFO_CANNOT_BE_VERIFIED" | "BILLING_ADDRESS_INVALID" => Class::CvvPinAvs,
        "COMPLIANCE_VIOLATION" => Class::Sanctions,
        "PAYER_CANNOT_PAY"
        | "DOMESTIC_TRANSACTION_REQUIRED"
        | "TRANSACTION_RECEIVING_LIMIT_EXCEEDED"
        | "PAYEE_ACCOUNT_INVALID"
        | "PAYEE_ACCOUNT_LOCKED_OR_CLOSED"
        | "PAYEE_ACCOUNT_RESTRICTED"
        | "AUTH_CAPTURE_NOT_ENABLED"
        | "NOT_ENABLED_FOR_CARD_PROCESSING" => Class::RestrictedMerchant,
        "CURRENCY_NOT_SUPPORTED"
        | "INVALID_CURRENCY_CODE"
        | "CARD_BRAND_NOT_SUPPORTED"
        | "PAYMENT_TYPE_NOT_SUPPORTED_FOR_INTENT"
        | "UNSUPPORTED_INTENT_FOR_PAYMENT_SOURCE" => Class::MethodUnsupported,
        "TOKEN_EXPIRED"
        | "TOKEN_ID_NOT_FOUND"
        | "BILLING_AGREEMENT_NOT_FOUND"
        | "AGREEMENT_ALREADY_CANCELLED" => Class::TokenInvalid,
        "ORDER_EXPIRED" | "AUTHORIZATION_EXPIRED" | "AUTHORIZATION_DENIED" | "AUTHORIZATION_VOIDED" => {
            Class::Generic
        }
        _ => return None,
    };
    Some(Meaning::Refused(class))
}

/// The decline of an authorisation or capture, by what the card's issuer and scheme said. A scheme's stop wins over the
/// processor's reading of the issuer's code, as everywhere.
pub(super) fn decline(processor: Option<&ProcessorResponse>) -> Decline {
    let text = |of: fn(&ProcessorResponse) -> &Option<String>| {
        processor.and_then(|said| of(said).as_deref()).unwrap_or_default()
    };
    let (code, advice) = (text(|said| &said.response_code), text(|said| &said.payment_advice_code));
    let signals = [DeclineClass::of_advice(advice), of_processor(code)];
    Decline {
        class: signals
            .into_iter()
            .flatten()
            .reduce(DeclineClass::most_restrictive)
            .unwrap_or(DeclineClass::Generic),
        code: printable(if code.is_empty() { "DENIED" } else { code }),
        advice: advice.parse().ok(),
    }
}

/// A processor's `response_code`: four characters, of which the middle two are the issuer's ISO code in most.
fn of_processor(code: &str) -> Option<DeclineClass> {
    use DeclineClass as Class;
    Some(match code {
        "9520" | "5150" => Class::LostStolenPickup,
        "0390" | "1330" | "1335" | "5140" | "6300" | "PP06" | "PPAB" => Class::AccountInvalid,
        // A transaction that makes no sense to the issuer is Visa's 12: never again.
        "5210" | "PPRN" => Class::SchemeStop,
        "0R00" | "PPTR" => Class::AuthorisationRevoked,
        "9500" | "9510" | "0580" | "5160" => Class::FraudIssuer,
        "PPSC" | "PPAR" => Class::FraudGateway,
        "5120" => Class::InsufficientFunds,
        "5135" | "5710" | "PPAX" | "PPEL" | "PPNL" | "PPDT" => Class::LimitVelocity,
        "5400" | "1380" | "PPEX" | "PPEF" => Class::CardExpired,
        "00N7" | "5110" | "5130" | "5170" | "5190" | "5500" | "1382" | "0890" | "7900" | "PCVV" | "PPAD"
        | "PPAV" | "PPC2" => Class::CvvPinAvs,
        "5650" | "7700" | "7710" | "PPD3" | "PCNR" => Class::ScaRequired,
        "5700" => Class::NotPermittedCard,
        "1350" | "1352" | "1370" | "5180" | "9540" | "PPAU" | "PPCO" | "PPFR" | "PPRR" | "PPNM" | "PPUA"
        | "PPMC" | "PPSE" => Class::RestrictedMerchant,
        "1320" | "8030" | "PPAE" | "PPCT" | "PPCU" | "PPDI" | "PPPM" | "PPTT" | "PPUC" | "PPUE" | "PPUI"
        | "PPVC" => Class::MethodUnsupported,
        "0500" | "5100" | "10BR" | "0100" | "9530" | "9100" | "5930" | "5950" => Class::DoNotHonor,
        "1310" | "1300" | "1312" | "1317" | "1360" | "1384" | "1390" | "1393" | "PPAI" => {
            Class::InvalidTransaction
        }
        "5910" | "5920" | "5900" => Class::IssuerUnavailable,
        "0960" | "0800" | "0880" | "8000" | "8010" | "8020" | "8100" | "8110" | "8220" | "9600" | "PPER"
        | "PPNT" => Class::SystemMalfunction,
        "5200" | "PPIF" => Class::Duplicate,
        "PPFI" | "PPTE" | "PPTV" | "PPTI" => Class::TokenInvalid,
        _ => return None,
    })
}

/// Whether the processor itself is down: a failure of the gateway's, told as a decline.
pub(super) fn processor_is_down(processor: Option<&ProcessorResponse>) -> bool {
    let code = processor.and_then(|said| said.response_code.as_deref()).unwrap_or_default();
    matches!(code, "0960" | "8000" | "8100" | "8110" | "8220")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::payment::decline::Action;
    use crate::domain::payment::scheme::table::EDITIONS;

    fn said(code: &str, advice: &str) -> Decline {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        decline(Some(&ProcessorResponse { response_code: some(code), payment_advice_code: some(advice) }))
    }

    #[test]
    fn codes_have_the_class_that_payments_md_gives_their_reason() {
        for (code, class) in [
            ("9520", DeclineClass::LostStolenPickup),
            ("1330", DeclineClass::AccountInvalid),
            ("9500", DeclineClass::FraudIssuer),
            ("5120", DeclineClass::InsufficientFunds),
            ("PPAX", DeclineClass::LimitVelocity),
            ("5400", DeclineClass::CardExpired),
            ("5110", DeclineClass::CvvPinAvs),
            ("5650", DeclineClass::ScaRequired),
            ("5700", DeclineClass::NotPermittedCard),
            ("PPCO", DeclineClass::RestrictedMerchant),
            ("PPCU", DeclineClass::MethodUnsupported),
            ("0500", DeclineClass::DoNotHonor),
            ("1310", DeclineClass::InvalidTransaction),
            ("5920", DeclineClass::IssuerUnavailable),
            ("8000", DeclineClass::SystemMalfunction),
            ("5200", DeclineClass::Duplicate),
            ("PPTE", DeclineClass::TokenInvalid),
        ] {
            assert_eq!(said(code, "").class, class, "{code}");
        }
        assert_eq!(of_issue("INSTRUMENT_DECLINED"), Some(Meaning::Refused(DeclineClass::DoNotHonor)));
        assert_eq!(of_issue("ORDER_ALREADY_AUTHORIZED"), Some(Meaning::Look));
    }

    #[test]
    fn r19_a_schemes_stop_wins_over_whatever_stands_beside_it_and_is_kept() {
        for edition in EDITIONS {
            for rules in [edition.visa, edition.mastercard, edition.other] {
                for advice in rules.never_advice {
                    let stopped = said("5120", &advice.to_string());
                    assert_eq!(stopped.class.action(), Action::Never, "{advice}");
                    assert_eq!(stopped.advice, Some(*advice));
                }
            }
        }
    }

    #[test]
    fn a_code_that_no_table_knows_is_generic() {
        assert_eq!(said("MOON", "77").class, DeclineClass::Generic);
        assert_eq!(decline(None).class, DeclineClass::Generic);
        assert_eq!(of_issue("MOON_PHASE"), None);
        assert_eq!(said("5120\nx", "").code, "5120x");
    }

    #[test]
    fn a_processor_that_is_down_is_a_failure_of_the_gateway() {
        let code =
            |code: &str| ProcessorResponse { response_code: Some(code.to_owned()), ..Default::default() };
        assert!(processor_is_down(Some(&code("8220"))));
        assert!(!processor_is_down(Some(&code("5120"))) && !processor_is_down(None));
    }
}
