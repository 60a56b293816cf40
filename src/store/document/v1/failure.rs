//! Why a payment holds nothing: declines and failures.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::scalar::{Text, Word};
use crate::domain::ids::AccountId;
use crate::domain::payment::aggregate::Failure;
use crate::domain::payment::scheme::{Advice, Limited, Why};
use crate::domain::payment::{Decline, DeclineClass, NotSent};

/// A decline.
#[derive(Serialize, Deserialize)]
pub(super) struct DeclineShape {
    class: Word<DeclineClass>,
    code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    advice: Option<Text<Advice>>,
}

impl From<&Decline> for DeclineShape {
    fn from(decline: &Decline) -> Self {
        let Decline { class, code, advice } = decline.clone();
        Self { class: Word(class), code, advice: advice.map(Text) }
    }
}

impl From<DeclineShape> for Decline {
    fn from(shape: DeclineShape) -> Self {
        Self { class: shape.class.0, code: shape.code, advice: shape.advice.map(|advice| advice.0) }
    }
}

/// A try that a card's scheme forbade.
#[derive(Serialize, Deserialize)]
pub(super) struct LimitedShape {
    why: Word<Why>,
    class: Word<DeclineClass>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Text<Timestamp>>,
    approximate: bool,
}

impl From<&Limited> for LimitedShape {
    fn from(limited: &Limited) -> Self {
        let Limited { why, class, until, approximate } = *limited;
        Self { why: Word(why), class: Word(class), until: until.map(Text), approximate }
    }
}

impl From<LimitedShape> for Limited {
    fn from(shape: LimitedShape) -> Self {
        Self {
            why: shape.why.0,
            class: shape.class.0,
            until: shape.until.map(|until| until.0),
            approximate: shape.approximate,
        }
    }
}

/// Why a payment ended without holding the amount.
#[derive(Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum FailureShape {
    Declined(DeclineShape),
    Limited(LimitedShape),
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
            Failure::Limited(limited) => Self::Limited(limited.into()),
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
            FailureShape::Limited(limited) => Self::Limited(limited.into()),
            FailureShape::Unreachable { reason } => Self::Unreachable(reason.0),
            FailureShape::Reenter { account } => Self::Reenter(account.0),
            FailureShape::Absent => Self::Absent,
            FailureShape::ActionExpired => Self::ActionExpired,
            FailureShape::Mismatched => Self::Mismatched,
            FailureShape::Released => Self::Released,
        }
    }
}
