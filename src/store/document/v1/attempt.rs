//! Attempts, which live inside their payment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failure::DeclineShape;
use super::operation::OperationShape;
use super::scalar::{Bytes, Text, Word, is_false, is_zero, shapes, values};
use crate::domain::ids::{AccountId, AttemptId};
use crate::domain::payment::attempt::{AfterAction, VoidReason};
use crate::domain::payment::gate::{Closed, Gate};
use crate::domain::payment::{Attempt, AttemptState, Hint, Hinted, NotSent};

/// An attempt.
#[derive(Serialize, Deserialize)]
pub(super) struct AttemptShape {
    id: Text<AttemptId>,
    account: Text<AccountId>,
    state: AttemptStateShape,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    captured_minor: i64,
    refunded_minor: i64,
    operations: Vec<OperationShape>,
    #[serde(default, skip_serializing_if = "is_false")]
    needs_review: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    void_reason: Option<Word<VoidReason>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failover: Option<GateShape>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hinted: Option<HintedShape>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after_action: Option<AfterActionShape>,
}

impl From<&Attempt> for AttemptShape {
    fn from(attempt: &Attempt) -> Self {
        let Attempt {
            id,
            account,
            state,
            object,
            captured_minor,
            refunded_minor,
            operations,
            needs_review,
            void_reason,
            failover,
            hinted,
            after_action,
        } = attempt;
        Self {
            id: Text(*id),
            account: Text(account.clone()),
            state: state.into(),
            object: object.clone(),
            captured_minor: *captured_minor,
            refunded_minor: *refunded_minor,
            operations: shapes(operations),
            needs_review: *needs_review,
            void_reason: void_reason.map(Word),
            failover: failover.map(GateShape::from),
            hinted: hinted.map(HintedShape::from),
            after_action: after_action.as_ref().map(AfterActionShape::from),
        }
    }
}

impl From<AttemptShape> for Attempt {
    fn from(shape: AttemptShape) -> Self {
        Self {
            id: shape.id.0,
            account: shape.account.0,
            state: shape.state.into(),
            object: shape.object,
            captured_minor: shape.captured_minor,
            refunded_minor: shape.refunded_minor,
            operations: values(shape.operations),
            needs_review: shape.needs_review,
            void_reason: shape.void_reason.map(|reason| reason.0),
            failover: shape.failover.map(Gate::from),
            hinted: shape.hinted.map(Hinted::from),
            after_action: shape.after_action.map(AfterAction::from),
        }
    }
}

/// What follows a customer's action where the money is asked for after it.
#[derive(Serialize, Deserialize)]
struct AfterActionShape {
    redirect_url: String,
    expires_at: Text<Timestamp>,
    #[serde(default, skip_serializing_if = "is_false")]
    approved: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed_return: Option<Bytes<Vec<u8>>>,
}

impl From<&AfterAction> for AfterActionShape {
    fn from(after: &AfterAction) -> Self {
        let AfterAction { redirect_url, expires_at, approved, brought_back } = after.clone();
        Self { redirect_url, expires_at: Text(expires_at), approved, sealed_return: brought_back.map(Bytes) }
    }
}

impl From<AfterActionShape> for AfterAction {
    fn from(shape: AfterActionShape) -> Self {
        Self {
            redirect_url: shape.redirect_url,
            expires_at: shape.expires_at.0,
            approved: shape.approved,
            brought_back: shape.sealed_return.map(|bytes| bytes.0),
        }
    }
}

/// A message that no look has followed yet.
#[derive(Serialize, Deserialize)]
struct HintedShape {
    hint: Word<Hint>,
    at: Text<Timestamp>,
    #[serde(default, skip_serializing_if = "is_zero")]
    tries: u32,
    due_at: Text<Timestamp>,
}

impl From<Hinted> for HintedShape {
    fn from(hinted: Hinted) -> Self {
        let Hinted { hint, at, tries, due_at } = hinted;
        Self { hint: Word(hint), at: Text(at), tries, due_at: Text(due_at) }
    }
}

impl From<HintedShape> for Hinted {
    fn from(shape: HintedShape) -> Self {
        Self { hint: shape.hint.0, at: shape.at.0, tries: shape.tries, due_at: shape.due_at.0 }
    }
}

/// What the gate said when the attempt ended.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum GateShape {
    Open,
    Live,
    TooLate,
    Scheme,
    Decline,
    Once,
    AbsentByLookup,
    GivenUp,
}

impl From<Gate> for GateShape {
    fn from(gate: Gate) -> Self {
        match gate {
            Gate::Open => Self::Open,
            Gate::Closed(Closed::Live) => Self::Live,
            Gate::Closed(Closed::TooLate) => Self::TooLate,
            Gate::Closed(Closed::Scheme) => Self::Scheme,
            Gate::Closed(Closed::Decline) => Self::Decline,
            Gate::Closed(Closed::Once) => Self::Once,
            Gate::Closed(Closed::AbsentByLookup) => Self::AbsentByLookup,
            Gate::Closed(Closed::GivenUp) => Self::GivenUp,
        }
    }
}

impl From<GateShape> for Gate {
    fn from(shape: GateShape) -> Self {
        Self::Closed(match shape {
            GateShape::Open => return Self::Open,
            GateShape::Live => Closed::Live,
            GateShape::TooLate => Closed::TooLate,
            GateShape::Scheme => Closed::Scheme,
            GateShape::Decline => Closed::Decline,
            GateShape::Once => Closed::Once,
            GateShape::AbsentByLookup => Closed::AbsentByLookup,
            GateShape::GivenUp => Closed::GivenUp,
        })
    }
}

/// Where an attempt stands.
#[derive(Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "SCREAMING_SNAKE_CASE")]
enum AttemptStateShape {
    Creating,
    Created,
    Authorising,
    Unknown,
    AwaitingAction {
        redirect_url: String,
        expires_at: Text<Timestamp>,
        #[serde(default, skip_serializing_if = "is_false")]
        signalled: bool,
    },
    Authorised,
    Mismatched,
    Voiding,
    Voided,
    Captured,
    Refunded,
    Declined(DeclineShape),
    NotSent {
        reason: Word<NotSent>,
    },
    ConfirmedAbsent {
        checks: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        next_check_at: Option<Text<Timestamp>>,
    },
    LateSuccess,
    LateVoiding,
    LateRefunding,
    LateVoided,
    LateRefunded,
}

impl From<&AttemptState> for AttemptStateShape {
    fn from(state: &AttemptState) -> Self {
        match state {
            AttemptState::Creating => Self::Creating,
            AttemptState::Created => Self::Created,
            AttemptState::Authorising => Self::Authorising,
            AttemptState::Unknown => Self::Unknown,
            AttemptState::AwaitingAction { redirect_url, expires_at, signalled } => Self::AwaitingAction {
                redirect_url: redirect_url.clone(),
                expires_at: Text(*expires_at),
                signalled: *signalled,
            },
            AttemptState::Authorised => Self::Authorised,
            AttemptState::Mismatched => Self::Mismatched,
            AttemptState::Voiding => Self::Voiding,
            AttemptState::Voided => Self::Voided,
            AttemptState::Captured => Self::Captured,
            AttemptState::Refunded => Self::Refunded,
            AttemptState::Declined(decline) => Self::Declined(decline.into()),
            AttemptState::NotSent(reason) => Self::NotSent { reason: Word(*reason) },
            AttemptState::ConfirmedAbsent { checks, next_check_at } => {
                Self::ConfirmedAbsent { checks: *checks, next_check_at: next_check_at.map(Text) }
            }
            AttemptState::LateSuccess => Self::LateSuccess,
            AttemptState::LateVoiding => Self::LateVoiding,
            AttemptState::LateRefunding => Self::LateRefunding,
            AttemptState::LateVoided => Self::LateVoided,
            AttemptState::LateRefunded => Self::LateRefunded,
        }
    }
}

impl From<AttemptStateShape> for AttemptState {
    fn from(shape: AttemptStateShape) -> Self {
        match shape {
            AttemptStateShape::Creating => Self::Creating,
            AttemptStateShape::Created => Self::Created,
            AttemptStateShape::Authorising => Self::Authorising,
            AttemptStateShape::Unknown => Self::Unknown,
            AttemptStateShape::AwaitingAction { redirect_url, expires_at, signalled } => {
                Self::AwaitingAction { redirect_url, expires_at: expires_at.0, signalled }
            }
            AttemptStateShape::Authorised => Self::Authorised,
            AttemptStateShape::Mismatched => Self::Mismatched,
            AttemptStateShape::Voiding => Self::Voiding,
            AttemptStateShape::Voided => Self::Voided,
            AttemptStateShape::Captured => Self::Captured,
            AttemptStateShape::Refunded => Self::Refunded,
            AttemptStateShape::Declined(decline) => Self::Declined(decline.into()),
            AttemptStateShape::NotSent { reason } => Self::NotSent(reason.0),
            AttemptStateShape::ConfirmedAbsent { checks, next_check_at } => {
                Self::ConfirmedAbsent { checks, next_check_at: next_check_at.map(|at| at.0) }
            }
            AttemptStateShape::LateSuccess => Self::LateSuccess,
            AttemptStateShape::LateVoiding => Self::LateVoiding,
            AttemptStateShape::LateRefunding => Self::LateRefunding,
            AttemptStateShape::LateVoided => Self::LateVoided,
            AttemptStateShape::LateRefunded => Self::LateRefunded,
        }
    }
}
