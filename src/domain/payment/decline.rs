//! The classes of declines and what each asks for, with the customer present (payments.md §5).
//!
//! Codes are matched, never message texts. Where several signals speak, the most restrictive wins. What no
//! table knows is [`DeclineClass::Generic`]: no failover, and a metric counts it.

use super::scheme::Advice;

/// Why a gateway or an issuer said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeclineClass {
    /// Lost, stolen, pick up.
    LostStolenPickup,
    /// No such account or card.
    AccountInvalid,
    /// A scheme forbids ever trying again.
    SchemeStop,
    /// The cardholder revoked the authorisation.
    AuthorisationRevoked,
    /// The issuer suspects fraud.
    FraudIssuer,
    /// The gateway's risk rules blocked it.
    FraudGateway,
    /// Not enough money.
    InsufficientFunds,
    /// Too many, or too much, in a period.
    LimitVelocity,
    /// Expired.
    CardExpired,
    /// Wrong security code, PIN or address.
    CvvPinAvs,
    /// Strong customer authentication is needed.
    ScaRequired,
    /// The card may not be used for this.
    NotPermittedCard,
    /// The merchant account may not take this card.
    RestrictedMerchant,
    /// The account does not do this method or currency: a routing rule is wrong.
    MethodUnsupported,
    /// The issuer gives no reason.
    DoNotHonor,
    /// The transaction makes no sense to the issuer.
    InvalidTransaction,
    /// The issuer cannot be reached.
    IssuerUnavailable,
    /// Something broke between gateway and issuer.
    SystemMalfunction,
    /// Our request was refused as malformed.
    BadRequest,
    /// The vendor thinks that it is a duplicate.
    Duplicate,
    /// Sanctions or compliance.
    Sanctions,
    /// The token is expired or not valid at this account.
    TokenInvalid,
    /// A code that no table knows.
    Generic,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// This card never again, anywhere; ask for another method.
    Never,
    /// Ask for another method.
    Other,
    /// Ask to re-enter or correct.
    Fix,
    /// Authenticate the customer, at the same gateway.
    StepUp,
    /// The backup gateway may try, once.
    FailOver,
    /// Tell the operators; ask for another method.
    Alert,
    /// Find out what became of the first.
    Resolve,
}

impl DeclineClass {
    /// Every class.
    pub const ALL: [Self; 23] = [
        Self::LostStolenPickup,
        Self::AccountInvalid,
        Self::SchemeStop,
        Self::AuthorisationRevoked,
        Self::FraudIssuer,
        Self::FraudGateway,
        Self::InsufficientFunds,
        Self::LimitVelocity,
        Self::CardExpired,
        Self::CvvPinAvs,
        Self::ScaRequired,
        Self::NotPermittedCard,
        Self::RestrictedMerchant,
        Self::MethodUnsupported,
        Self::DoNotHonor,
        Self::InvalidTransaction,
        Self::IssuerUnavailable,
        Self::SystemMalfunction,
        Self::BadRequest,
        Self::Duplicate,
        Self::Sanctions,
        Self::TokenInvalid,
        Self::Generic,
    ];

    /// The class as it stands in rows, metrics and replies.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LostStolenPickup => "LOST_STOLEN_PICKUP",
            Self::AccountInvalid => "ACCOUNT_INVALID",
            Self::SchemeStop => "SCHEME_STOP",
            Self::AuthorisationRevoked => "AUTHORISATION_REVOKED",
            Self::FraudIssuer => "FRAUD_ISSUER",
            Self::FraudGateway => "FRAUD_GATEWAY",
            Self::InsufficientFunds => "INSUFFICIENT_FUNDS",
            Self::LimitVelocity => "LIMIT_VELOCITY",
            Self::CardExpired => "CARD_EXPIRED",
            Self::CvvPinAvs => "CVV_PIN_AVS",
            Self::ScaRequired => "SCA_REQUIRED",
            Self::NotPermittedCard => "NOT_PERMITTED_CARD",
            Self::RestrictedMerchant => "RESTRICTED_MERCHANT",
            Self::MethodUnsupported => "METHOD_UNSUPPORTED",
            Self::DoNotHonor => "DO_NOT_HONOR",
            Self::InvalidTransaction => "INVALID_TRANSACTION",
            Self::IssuerUnavailable => "ISSUER_UNAVAILABLE",
            Self::SystemMalfunction => "SYSTEM_MALFUNCTION",
            Self::BadRequest => "BAD_REQUEST",
            Self::Duplicate => "DUPLICATE",
            Self::Sanctions => "SANCTIONS",
            Self::TokenInvalid => "TOKEN_INVALID",
            Self::Generic => "DECLINED_GENERIC",
        }
    }

    /// What the class asks for. The one place where failover after a decline is granted.
    pub const fn action(self) -> Action {
        match self {
            Self::LostStolenPickup
            | Self::AccountInvalid
            | Self::SchemeStop
            | Self::AuthorisationRevoked
            | Self::NotPermittedCard
            | Self::Sanctions => Action::Never,
            Self::FraudIssuer | Self::ScaRequired => Action::StepUp,
            Self::FraudGateway | Self::InsufficientFunds | Self::LimitVelocity | Self::Generic => {
                Action::Other
            }
            Self::CardExpired | Self::CvvPinAvs | Self::TokenInvalid => Action::Fix,
            Self::RestrictedMerchant
            | Self::MethodUnsupported
            | Self::DoNotHonor
            | Self::IssuerUnavailable
            | Self::SystemMalfunction => Action::FailOver,
            Self::InvalidTransaction | Self::BadRequest => Action::Alert,
            Self::Duplicate => Action::Resolve,
        }
    }

    /// The class of an ISO 8583 response code or a scheme's own two characters, as gateways pass them on.
    pub fn of_iso(code: &str) -> Option<Self> {
        Some(match code {
            "04" | "07" | "41" | "43" => Self::LostStolenPickup,
            "14" | "15" | "46" => Self::AccountInvalid,
            "R0" | "R1" | "R3" => Self::AuthorisationRevoked,
            "59" | "63" | "83" => Self::FraudIssuer,
            "51" | "61" => Self::InsufficientFunds,
            "65" | "75" => Self::LimitVelocity,
            "33" | "54" => Self::CardExpired,
            "N7" | "82" | "55" => Self::CvvPinAvs,
            "1A" | "70" | "6P" => Self::ScaRequired,
            "57" => Self::NotPermittedCard,
            "03" | "58" | "62" | "93" => Self::RestrictedMerchant,
            "05" => Self::DoNotHonor,
            // 12 is in Visa's category 1: never again.
            "12" => Self::SchemeStop,
            "13" | "30" => Self::InvalidTransaction,
            "91" | "92" => Self::IssuerUnavailable,
            "96" => Self::SystemMalfunction,
            "94" => Self::Duplicate,
            _ => return None,
        })
    }

    /// The class of a Mastercard merchant advice code.
    pub fn of_advice(code: &str) -> Option<Self> {
        Some(match code {
            "03" | "99" => Self::SchemeStop,
            "21" => Self::AuthorisationRevoked,
            "24" | "25" | "26" | "27" | "28" | "29" | "30" => Self::LimitVelocity,
            "01" => Self::CardExpired,
            "02" => Self::SystemMalfunction,
            "42" => Self::Sanctions,
            _ => return None,
        })
    }

    /// Whether the decline came from the card's issuer or scheme, as far as can be told: what a gateway refused
    /// by itself, or never understood, does not count against the card.
    pub const fn reached_the_scheme(self) -> bool {
        !matches!(
            self,
            Self::FraudGateway
                | Self::MethodUnsupported
                | Self::BadRequest
                | Self::Duplicate
                | Self::TokenInvalid
        )
    }

    /// The more restrictive of two classes: what forbids more wins, and on a tie the one that stands first.
    pub fn most_restrictive(self, other: Self) -> Self {
        if other.action().restriction() > self.action().restriction() { other } else { self }
    }
}

impl Action {
    /// How much the action forbids; more is stricter.
    const fn restriction(self) -> u8 {
        match self {
            Self::Never => 6,
            Self::Resolve => 5,
            Self::Alert => 4,
            Self::Fix => 3,
            Self::Other => 2,
            Self::StepUp => 1,
            Self::FailOver => 0,
        }
    }
}

/// A decline as it is kept: the class, and the vendor's code for people who look into it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decline {
    /// What it means.
    pub class: DeclineClass,
    /// The vendor's code, never its message.
    pub code: String,
    /// The scheme's advice, where the gateway passed it on: it may ask to wait.
    pub advice: Option<Advice>,
}

impl Decline {
    /// A decline without a scheme's advice.
    pub const fn new(class: DeclineClass, code: String) -> Self {
        Self { class, code, advice: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_forbids_any_further_try_maps_to_never() {
        for code in ["04", "07", "12", "14", "15", "41", "43", "46", "57", "R0", "R1", "R3"] {
            let class = DeclineClass::of_iso(code).unwrap();
            assert_eq!(class.action(), Action::Never, "Visa category 1, {code}");
        }
        for code in ["03", "21", "99", "42"] {
            let class = DeclineClass::of_advice(code).unwrap();
            assert_eq!(class.action(), Action::Never, "merchant advice {code}");
        }
    }

    #[test]
    fn names_are_unique_and_every_class_is_listed() {
        let names: std::collections::BTreeSet<_> =
            DeclineClass::ALL.iter().map(|class| class.as_str()).collect();
        assert_eq!(names.len(), DeclineClass::ALL.len());
    }

    #[test]
    fn a_scheme_stop_outranks_a_code_that_would_fail_over() {
        let honor = DeclineClass::DoNotHonor;
        assert_eq!(honor.most_restrictive(DeclineClass::SchemeStop), DeclineClass::SchemeStop);
        assert_eq!(DeclineClass::SchemeStop.most_restrictive(honor), DeclineClass::SchemeStop);
    }
}
