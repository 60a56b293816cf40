//! How a payment that failed reads to a buyer.
//!
//! The classes are coarse on purpose: what an issuer says of a card (lost, stolen, suspected) stays with the
//! operators, who read it in ExplainPayment.

use super::time;
use crate::domain::ids::{PaymentId, StoreId};
use crate::domain::payment::DeclineClass;
use crate::domain::payment::aggregate::Failure;
use crate::domain::payment::decline::Action;
use crate::grpc::names;
use crate::proto::cashwrap::v1::{self, DeclineAction, DeclineClass as Shown};

/// A failure of a payment as an answer; `None` where the caller gave the payment up, which is no decline.
pub fn decline(
    failure: &Failure,
    tender_index: usize,
    payment: Option<(&StoreId, PaymentId)>,
) -> Option<v1::Decline> {
    let (class, next) = match failure {
        Failure::Declined(decline) => (shown(decline.class), action(decline.class)),
        // Whatever the decline asked for before, it is this card that may not be tried.
        Failure::Limited(limited) => (shown(limited.class), DeclineAction::OtherMethod),
        Failure::Unreachable(_) | Failure::Absent | Failure::Mismatched => {
            (Shown::Unavailable, DeclineAction::TryLater)
        }
        Failure::Reenter(_) => (Shown::Unavailable, DeclineAction::ReenterPayment),
        Failure::ActionExpired => (Shown::Authentication, DeclineAction::StepUp),
        Failure::Released => return None,
    };
    let partner_account = match failure {
        Failure::Reenter(account) => account.to_string(),
        _ => String::new(),
    };
    let limited = match failure {
        Failure::Limited(limited) => Some(limited),
        _ => None,
    };
    Some(v1::Decline {
        decline_class: class.into(),
        next_action: next.into(),
        partner_account,
        message_key: message_key(class, next).to_owned(),
        tender_index: i32::try_from(tender_index).unwrap_or(i32::MAX),
        retry_time: limited.and_then(|limited| limited.until).map(time::timestamp),
        approximate: limited.is_some_and(|limited| limited.approximate),
        payment: payment.map(|(store, id)| names::of_payment(store, id)).unwrap_or_default(),
    })
}

const fn shown(class: DeclineClass) -> Shown {
    match class {
        DeclineClass::InsufficientFunds | DeclineClass::LimitVelocity => Shown::Funds,
        DeclineClass::CardExpired
        | DeclineClass::CvvPinAvs
        | DeclineClass::AccountInvalid
        | DeclineClass::TokenInvalid => Shown::CardDetails,
        DeclineClass::ScaRequired => Shown::Authentication,
        DeclineClass::NotPermittedCard
        | DeclineClass::RestrictedMerchant
        | DeclineClass::MethodUnsupported => Shown::NotSupported,
        DeclineClass::IssuerUnavailable | DeclineClass::SystemMalfunction => Shown::Unavailable,
        DeclineClass::LostStolenPickup
        | DeclineClass::SchemeStop
        | DeclineClass::AuthorisationRevoked
        | DeclineClass::FraudIssuer
        | DeclineClass::FraudGateway
        | DeclineClass::DoNotHonor
        | DeclineClass::InvalidTransaction
        | DeclineClass::BadRequest
        | DeclineClass::Duplicate
        | DeclineClass::Sanctions
        | DeclineClass::Generic => Shown::Generic,
    }
}

/// What the buyer can do. The backup gateways have had their turn by then.
const fn action(class: DeclineClass) -> DeclineAction {
    match class.action() {
        Action::Fix => DeclineAction::Reenter,
        Action::StepUp => DeclineAction::StepUp,
        Action::FailOver if matches!(shown(class), Shown::Unavailable) => DeclineAction::TryLater,
        Action::Never | Action::Other | Action::FailOver | Action::Alert | Action::Resolve => {
            DeclineAction::OtherMethod
        }
    }
}

const fn message_key(class: Shown, action: DeclineAction) -> &'static str {
    match (class, action) {
        (_, DeclineAction::ReenterPayment) => "decline.reenter_payment",
        (Shown::Unspecified | Shown::Generic, _) => "decline.generic",
        (Shown::Funds, _) => "decline.funds",
        (Shown::CardDetails, _) => "decline.card_details",
        (Shown::Authentication, _) => "decline.authentication",
        (Shown::NotSupported, _) => "decline.not_supported",
        (Shown::Unavailable, _) => "decline.unavailable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::payment::scheme::Why;
    use crate::domain::payment::{Decline, Limited, NotSent};

    fn of(class: DeclineClass) -> v1::Decline {
        decline(&Failure::Declined(Decline::new(class, "secret_code".to_owned())), 2, None).unwrap()
    }

    #[test]
    fn each_decline_says_what_the_buyer_can_do() {
        for (class, next) in [
            (DeclineClass::LostStolenPickup, DeclineAction::OtherMethod),
            (DeclineClass::InsufficientFunds, DeclineAction::OtherMethod),
            (DeclineClass::CvvPinAvs, DeclineAction::Reenter),
            (DeclineClass::ScaRequired, DeclineAction::StepUp),
            (DeclineClass::DoNotHonor, DeclineAction::OtherMethod),
            (DeclineClass::IssuerUnavailable, DeclineAction::TryLater),
        ] {
            assert_eq!(of(class).next_action(), next, "{class:?}");
            assert_eq!(of(class).tender_index, 2);
        }
    }

    #[test]
    fn no_decline_tells_what_the_issuer_suspects_or_a_code_of_the_vendor() {
        for class in DeclineClass::ALL {
            assert!(!format!("{:?}", of(class)).contains("secret_code"));
        }
        for class in [DeclineClass::LostStolenPickup, DeclineClass::FraudGateway, DeclineClass::Sanctions] {
            assert_eq!(of(class).message_key, "decline.generic", "{class:?}");
        }
    }

    #[test]
    fn r19_a_card_that_may_not_be_tried_asks_for_another_and_says_until_when() {
        let until = Some("2026-11-22T12:00:00Z".parse().unwrap());
        let (why, class) = (Why::Paused, DeclineClass::LimitVelocity);
        let paused = Failure::Limited(Limited { why, class, until, approximate: true });
        let shown = decline(&paused, 0, None).unwrap();
        assert_eq!(shown.next_action(), DeclineAction::OtherMethod);
        assert_eq!(shown.retry_time.unwrap().seconds, 1_795_348_800);
        assert!(shown.approximate);
        let class = DeclineClass::LostStolenPickup;
        let stopped = Failure::Limited(Limited { why: Why::Stopped, class, until: None, approximate: false });
        let shown = decline(&stopped, 0, None).unwrap();
        assert_eq!((shown.message_key.as_str(), shown.retry_time), ("decline.generic", None));
    }

    #[test]
    fn a_missing_token_names_the_account_to_tokenise_for() {
        let asked = decline(&Failure::Reenter("backup".parse().unwrap()), 0, None).unwrap();
        assert_eq!(asked.next_action(), DeclineAction::ReenterPayment);
        assert_eq!(asked.partner_account, "backup");
    }

    #[test]
    fn where_nobody_could_be_asked_later_is_the_answer_and_giving_up_is_no_decline() {
        for failure in [Failure::Unreachable(NotSent::BreakerOpen), Failure::Absent] {
            assert_eq!(decline(&failure, 0, None).unwrap().next_action(), DeclineAction::TryLater);
        }
        assert_eq!(decline(&Failure::Released, 0, None), None);
    }
}
