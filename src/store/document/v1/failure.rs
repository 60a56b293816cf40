//! Why a payment holds nothing: declines and failures.

use serde::{Deserialize, Serialize};

use super::scalar::{Text, Word};
use crate::domain::ids::AccountId;
use crate::domain::payment::aggregate::Failure;
use crate::domain::payment::{Decline, DeclineClass, NotSent};

/// A decline.
#[derive(Serialize, Deserialize)]
pub(super) struct DeclineShape {
    class: Word<DeclineClass>,
    code: String,
}

impl From<&Decline> for DeclineShape {
    fn from(decline: &Decline) -> Self {
        let Decline { class, code } = decline.clone();
        Self { class: Word(class), code }
    }
}

impl From<DeclineShape> for Decline {
    fn from(shape: DeclineShape) -> Self {
        Self { class: shape.class.0, code: shape.code }
    }
}

/// Why a payment ended without holding the amount.
#[derive(Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum FailureShape {
    Declined(DeclineShape),
    Unreachable { reason: Word<NotSent> },
    Reenter { account: Text<AccountId> },
    Absent,
    ActionExpired,
    Mismatched,
    Released,
}

impl From<&Failure> for FailureShape {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Declined(decline) => Self::Declined(decline.into()),
            Failure::Unreachable(reason) => Self::Unreachable { reason: Word(*reason) },
            Failure::Reenter(account) => Self::Reenter { account: Text(account.clone()) },
            Failure::Absent => Self::Absent,
            Failure::ActionExpired => Self::ActionExpired,
            Failure::Mismatched => Self::Mismatched,
            Failure::Released => Self::Released,
        }
    }
}

impl From<FailureShape> for Failure {
    fn from(shape: FailureShape) -> Self {
        match shape {
            FailureShape::Declined(decline) => Self::Declined(decline.into()),
            FailureShape::Unreachable { reason } => Self::Unreachable(reason.0),
            FailureShape::Reenter { account } => Self::Reenter(account.0),
            FailureShape::Absent => Self::Absent,
            FailureShape::ActionExpired => Self::ActionExpired,
            FailureShape::Mismatched => Self::Mismatched,
            FailureShape::Released => Self::Released,
        }
    }
}
