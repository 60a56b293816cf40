//! A partner's declines as classes (payments.md §5): its own class, the issuer's code and the scheme's advice, of which
//! the most restrictive counts.

use super::text::code;
use crate::domain::payment::decline::Action;
use crate::domain::payment::{Decline, DeclineClass};
use crate::proto::partner::v1 as wire;

/// What a decline means.
pub(super) fn decline(declined: &wire::Declined) -> Decline {
    let advised = DeclineClass::of_advice(&declined.advice_code);
    let signals = [advised, class(declined.class), DeclineClass::of_iso(&declined.iso_code)];
    let strictest = signals.into_iter().flatten().reduce(DeclineClass::most_restrictive);
    // A stop wins wherever it stands, then a pause that the scheme asks for.
    let timed = advised.filter(|class| *class == DeclineClass::LimitVelocity);
    let class = strictest.filter(|class| class.action() == Action::Never).or(timed).or(strictest);
    Decline {
        class: class.unwrap_or(DeclineClass::Generic),
        code: code(&declined.code, "unknown"),
        advice: declined.advice_code.parse().ok(),
    }
}

/// A class; `None` where the partner tells none, or one that a later version knows.
pub(super) fn class(number: i32) -> Option<DeclineClass> {
    use wire::DeclineClass as Wire;
    Some(match Wire::try_from(number).ok()? {
        Wire::Unspecified => return None,
        Wire::LostStolenPickup => DeclineClass::LostStolenPickup,
        Wire::AccountInvalid => DeclineClass::AccountInvalid,
        Wire::SchemeStop => DeclineClass::SchemeStop,
        Wire::AuthorisationRevoked => DeclineClass::AuthorisationRevoked,
        Wire::FraudIssuer => DeclineClass::FraudIssuer,
        Wire::FraudGateway => DeclineClass::FraudGateway,
        Wire::InsufficientFunds => DeclineClass::InsufficientFunds,
        Wire::LimitVelocity => DeclineClass::LimitVelocity,
        Wire::CardExpired => DeclineClass::CardExpired,
        Wire::CvvPinAvs => DeclineClass::CvvPinAvs,
        Wire::ScaRequired => DeclineClass::ScaRequired,
        Wire::NotPermittedCard => DeclineClass::NotPermittedCard,
        Wire::RestrictedMerchant => DeclineClass::RestrictedMerchant,
        Wire::MethodUnsupported => DeclineClass::MethodUnsupported,
        Wire::DoNotHonour => DeclineClass::DoNotHonor,
        Wire::InvalidTransaction => DeclineClass::InvalidTransaction,
        Wire::IssuerUnavailable => DeclineClass::IssuerUnavailable,
        Wire::SystemMalfunction => DeclineClass::SystemMalfunction,
        Wire::BadRequest => DeclineClass::BadRequest,
        Wire::Duplicate => DeclineClass::Duplicate,
        Wire::Sanctions => DeclineClass::Sanctions,
        Wire::TokenInvalid => DeclineClass::TokenInvalid,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(class: wire::DeclineClass, iso_code: &str, advice_code: &str) -> DeclineClass {
        let declined = wire::Declined {
            class: class.into(),
            iso_code: iso_code.to_owned(),
            advice_code: advice_code.to_owned(),
            ..wire::Declined::default()
        };
        decline(&declined).class
    }

    #[test]
    fn every_class_of_ours_can_be_told() {
        for ours in DeclineClass::ALL {
            let tells = |number: i32| class(number) == Some(ours);
            assert!(ours == DeclineClass::Generic || (1..=22).any(tells), "{ours:?}");
        }
        assert_eq!(class(0), None);
        assert_eq!(class(23), None, "a later version's");
        assert_eq!(class(-1), None);
    }

    #[test]
    fn what_is_not_told_never_fails_over() {
        let declined = wire::Declined { class: 99, code: "x y\n".into(), ..wire::Declined::default() };
        let decline = decline(&declined);
        assert_eq!((decline.class, decline.code.as_str()), (DeclineClass::Generic, "xy"));
        assert_eq!(decline.class.action(), Action::Other);
    }

    #[test]
    fn a_stop_wins_over_a_class_that_would_fail_over() {
        use wire::DeclineClass::{DoNotHonour, LostStolenPickup};
        assert_eq!(told(DoNotHonour, "05", "03"), DeclineClass::SchemeStop);
        assert_eq!(told(DoNotHonour, "41", "").action(), Action::Never);
        assert_eq!(told(LostStolenPickup, "05", "24").action(), Action::Never);
        assert_eq!(told(DoNotHonour, "", "24"), DeclineClass::LimitVelocity);
        assert_eq!(told(DoNotHonour, "", ""), DeclineClass::DoNotHonor);
    }
}
