//! Operations, which live inside their attempt.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::scalar::{Bytes, Text, Word, is_false, is_zero};
use crate::domain::ids::OperationId;
use crate::domain::payment::operation::{Probe, Rung};
use crate::domain::payment::{Operation, OperationKind, OperationState, UnknownCause};

/// An operation.
#[derive(Serialize, Deserialize)]
pub(super) struct OperationShape {
    id: Text<OperationId>,
    kind: Word<OperationKind>,
    amount_minor: i64,
    state: OperationStateShape,
    due_at: Text<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    send_by: Option<Text<Timestamp>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed_request: Option<Bytes<Vec<u8>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probe: Option<ProbeShape>,
    #[serde(default, skip_serializing_if = "is_zero")]
    tries: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

impl From<&Operation> for OperationShape {
    fn from(operation: &Operation) -> Self {
        let Operation { id, kind, amount_minor, state, due_at, send_by, rendered, probe, tries, code } =
            operation.clone();
        Self {
            id: Text(id),
            kind: Word(kind),
            amount_minor,
            state: state.into(),
            due_at: Text(due_at),
            send_by: send_by.map(Text),
            sealed_request: rendered.map(Bytes),
            probe: probe.map(ProbeShape::from),
            tries,
            code,
        }
    }
}

impl From<OperationShape> for Operation {
    fn from(shape: OperationShape) -> Self {
        Self {
            id: shape.id.0,
            kind: shape.kind.0,
            amount_minor: shape.amount_minor,
            state: shape.state.into(),
            due_at: shape.due_at.0,
            send_by: shape.send_by.map(|at| at.0),
            rendered: shape.sealed_request.map(|bytes| bytes.0),
            probe: shape.probe.map(Into::into),
            tries: shape.tries,
            code: shape.code,
        }
    }
}

/// Where an operation stands.
#[derive(Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "SCREAMING_SNAKE_CASE")]
enum OperationStateShape {
    Pending,
    Sending,
    Unknown { cause: Word<UnknownCause> },
    Succeeded,
    Failed,
    NotSent,
}

impl From<OperationState> for OperationStateShape {
    fn from(state: OperationState) -> Self {
        match state {
            OperationState::Pending => Self::Pending,
            OperationState::Sending => Self::Sending,
            OperationState::Unknown(cause) => Self::Unknown { cause: Word(cause) },
            OperationState::Succeeded => Self::Succeeded,
            OperationState::Failed => Self::Failed,
            OperationState::NotSent => Self::NotSent,
        }
    }
}

impl From<OperationStateShape> for OperationState {
    fn from(shape: OperationStateShape) -> Self {
        match shape {
            OperationStateShape::Pending => Self::Pending,
            OperationStateShape::Sending => Self::Sending,
            OperationStateShape::Unknown { cause } => Self::Unknown(cause.0),
            OperationStateShape::Succeeded => Self::Succeeded,
            OperationStateShape::Failed => Self::Failed,
            OperationStateShape::NotSent => Self::NotSent,
        }
    }
}

/// How far the ladder has come.
#[derive(Serialize, Deserialize)]
struct ProbeShape {
    since: Text<Timestamp>,
    rung: Word<Rung>,
    rounds: u32,
    next_at: Text<Timestamp>,
    #[serde(default, skip_serializing_if = "is_zero")]
    replays: u32,
    #[serde(default, skip_serializing_if = "is_false")]
    replay_failed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_absent_at: Option<Text<Timestamp>>,
}

impl From<Probe> for ProbeShape {
    fn from(probe: Probe) -> Self {
        let Probe { since, rung, rounds, next_at, replays, replay_failed, seen_absent_at } = probe;
        Self {
            since: Text(since),
            rung: Word(rung),
            rounds,
            next_at: Text(next_at),
            replays,
            replay_failed,
            seen_absent_at: seen_absent_at.map(Text),
        }
    }
}

impl From<ProbeShape> for Probe {
    fn from(shape: ProbeShape) -> Self {
        Self {
            since: shape.since.0,
            rung: shape.rung.0,
            rounds: shape.rounds,
            next_at: shape.next_at.0,
            replays: shape.replays,
            replay_failed: shape.replay_failed,
            seen_absent_at: shape.seen_absent_at.map(|at| at.0),
        }
    }
}
