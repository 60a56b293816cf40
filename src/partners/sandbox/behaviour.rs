//! Tokens: which account a token belongs to, and how the gateway behaves for it.
//!
//! A token is `tok_<account>_<behaviour>`, with `.<card>` behind it where it matters whose it is. A real gateway
//! cannot charge another account's token; neither can this one, so a test that sends the primary's token to the
//! backup fails here as it would in production.

use super::entry::Failure;
use super::{cards, declines};

/// How the gateway behaves for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Behaviour {
    Approve,
    Decline(Failure),
    /// The customer must visit an address of this server.
    Action,
    /// Answers late.
    Slow,
    /// Is accepted at once and succeeds later.
    Processing,
    /// Authorises half.
    Partial,
    /// Authorises and echoes one minor unit too much.
    WrongAmount,
    /// Loses something on the way, before or after the effect.
    Fault(Fault, Side),
    /// Never answers; the effect lands later.
    LateLand,
    /// Executed, but answered with 200 and HTML.
    Garbage,
    /// Refused before anything is executed.
    Refused(Refusal),
    /// Authorises as usual; each capture is refused.
    CaptureFails,
    /// Authorises as usual; captures, cancels or refunds are executed and never answered.
    LaterTimeout(Later),
    /// Authorises and captures as usual; each refund fails.
    RefundFails,
}

/// What is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// No answer comes.
    Timeout,
    /// The answer is a 500.
    Five,
    /// The connection is reset.
    Reset,
}

/// On which side of the effect a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

/// How a request is refused before it is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    RateLimited,
    Unauthorised,
    Forbidden,
    BadRequest,
}

/// Which call after the authorisation is executed and never answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Later {
    Capture,
    Cancel,
    Refund,
}

impl Behaviour {
    /// The behaviour of a token, if the token belongs to this account and names one.
    pub(super) fn of_token(token: &str, account: &str) -> Option<Self> {
        let (owner, behaviour) = token.strip_prefix("tok_")?.split_once('_')?;
        if owner != account {
            return None;
        }
        Self::by_name(cards::behaviour_of(behaviour)?)
    }

    fn by_name(name: &str) -> Option<Self> {
        if let Some(codes) = name.strip_prefix("declineiso_") {
            return declines::by_network_code(codes).map(Self::Decline);
        }
        if let Some(code) = name.strip_prefix("decline_") {
            return declines::by_code(code).map(Self::Decline);
        }
        Some(match name {
            "approve" => Self::Approve,
            "action" => Self::Action,
            "slow" => Self::Slow,
            "processing" => Self::Processing,
            "partial" => Self::Partial,
            "wrongamount" => Self::WrongAmount,
            "timeoutbefore" => Self::Fault(Fault::Timeout, Side::Before),
            "timeoutafter" => Self::Fault(Fault::Timeout, Side::After),
            "fivebefore" => Self::Fault(Fault::Five, Side::Before),
            "fiveafter" => Self::Fault(Fault::Five, Side::After),
            "resetbefore" => Self::Fault(Fault::Reset, Side::Before),
            "resetafter" => Self::Fault(Fault::Reset, Side::After),
            "lateland" => Self::LateLand,
            "garbage" => Self::Garbage,
            "ratelimited" => Self::Refused(Refusal::RateLimited),
            "unauthorised" => Self::Refused(Refusal::Unauthorised),
            "forbidden" => Self::Refused(Refusal::Forbidden),
            "badrequest" => Self::Refused(Refusal::BadRequest),
            "capturefails" => Self::CaptureFails,
            "refundfails" => Self::RefundFails,
            "capturetimeoutafter" => Self::LaterTimeout(Later::Capture),
            "canceltimeoutafter" => Self::LaterTimeout(Later::Cancel),
            "refundtimeoutafter" => Self::LaterTimeout(Later::Refund),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_account_and_its_behaviour() {
        assert_eq!(Behaviour::of_token("tok_primary_approve", "primary"), Some(Behaviour::Approve));
        let declined = Behaviour::of_token("tok_b2_decline_lost_card", "b2");
        assert_eq!(declined, declines::by_code("lost_card").map(Behaviour::Decline));
    }

    #[test]
    fn another_accounts_token_and_an_unknown_behaviour_are_nobodys() {
        for token in [
            "tok_backup_approve",
            "tok_primaryapprove",
            "tok_primary_",
            "tok_primary_x",
            "tok_primary_approve.",
            "tok_primary_approve.A",
            "pm_1",
            "",
        ] {
            assert_eq!(Behaviour::of_token(token, "primary"), None, "{token}");
        }
    }

    #[test]
    fn each_fault_strikes_on_both_sides_of_the_effect() {
        for (name, fault) in [("timeout", Fault::Timeout), ("five", Fault::Five), ("reset", Fault::Reset)] {
            for (side, suffix) in [(Side::Before, "before"), (Side::After, "after")] {
                let token = format!("tok_a_{name}{suffix}");
                assert_eq!(Behaviour::of_token(&token, "a"), Some(Behaviour::Fault(fault, side)));
            }
        }
    }
}
