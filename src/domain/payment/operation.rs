//! One call that moves money or creates a vendor's object.
//!
//! Its row is durable before its first byte leaves (R1), and its idempotency key is a function of its id and
//! of nothing else, so that a replay after any crash is the same request.

use jiff::Timestamp;

use super::outcome::UnknownCause;
use crate::domain::ids::OperationId;

/// What the call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OperationKind {
    /// Creates the vendor's object; moves no money (two-step gateways).
    Create,
    /// Confirms a created object: holds the amount.
    Confirm,
    /// Creates and confirms in one call (one-step gateways).
    Authorise,
    /// Takes a held amount, or a part of it.
    Capture,
    /// Gives a held amount back before it was captured.
    Void,
    /// Gives a captured amount back, or a part of it.
    Refund,
}

impl OperationKind {
    /// The kind as it stands in rows, metrics and explanations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Confirm => "confirm",
            Self::Authorise => "authorise",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }

    /// Whether it begins an authorisation, which `place_by` forbids once it has passed.
    pub const fn authorises(self) -> bool {
        matches!(self, Self::Create | Self::Confirm | Self::Authorise)
    }
}

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationState {
    /// Wanted, not yet begun; nothing has left.
    Pending,
    /// Its intent is durable; the request may be on its way.
    Sending,
    /// It may have been executed.
    Unknown(UnknownCause),
    /// Executed as asked.
    Succeeded,
    /// The vendor definitely did not do it.
    Failed,
    /// Nothing of it ever left.
    NotSent,
}

impl OperationState {
    /// Whether it is over.
    pub const fn ended(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::NotSent)
    }

    /// The state's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Sending => "SENDING",
            Self::Unknown(_) => "UNKNOWN",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::NotSent => "NOT_SENT",
        }
    }

    /// Whether the published table has this edge.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Pending => matches!(next, Self::Sending | Self::Failed),
            Self::Sending => !matches!(next, Self::Sending),
            Self::Unknown(_) => {
                matches!(next, Self::Unknown(_) | Self::Succeeded | Self::Failed | Self::NotSent)
            }
            Self::Succeeded | Self::Failed | Self::NotSent => false,
        }
    }
}

/// Which rung of the ladder an unknown operation stands on within the present round (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rung {
    /// Read the object by the vendor's id, or query it by our reference.
    Look,
    /// Send the same bytes under the same key again.
    Replay,
    /// Void where a void leaves a tombstone.
    Void,
}

/// How far the ladder has come with an unknown operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Probe {
    /// When it became unknown.
    pub since: Timestamp,
    /// The next rung.
    pub rung: Rung,
    /// Rounds that ended without a conclusion; the next one is due by the schedule.
    pub rounds: u32,
    /// When the next rung is due.
    pub next_at: Timestamp,
    /// How often the request was sent again.
    pub replays: u32,
    /// A replay came back with a 5xx: it is not sent again (R3b).
    pub replay_failed: bool,
    /// When the last look found the object without anything executed on it, or found nothing (R4).
    pub seen_absent_at: Option<Timestamp>,
}

impl Probe {
    /// The first rung, due at once.
    pub const fn begin(now: Timestamp) -> Self {
        Self {
            since: now,
            rung: Rung::Look,
            rounds: 0,
            next_at: now,
            replays: 0,
            replay_failed: false,
            seen_absent_at: None,
        }
    }
}

/// The row of one call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operation {
    /// Its id; the idempotency key follows from it.
    pub id: OperationId,
    /// What it does.
    pub kind: OperationKind,
    /// How much it asks for, in minor units of the payment's currency; the whole amount for a void.
    pub amount_minor: i64,
    /// Where it stands.
    pub state: OperationState,
    /// Not begun before this.
    pub due_at: Timestamp,
    /// Nothing of it leaves at or after this: set when its intent is made, and moved on when it is sent again,
    /// because absence is counted from here (R4).
    pub send_by: Option<Timestamp>,
    /// The rendered request, sealed; kept until the operation ends, so that a replay sends the same bytes.
    pub rendered: Option<Vec<u8>>,
    /// The ladder, once the outcome is unknown; it also paces the looks that follow a customer's action.
    pub probe: Option<Probe>,
    /// How often it was begun without a byte leaving.
    pub tries: u32,
    /// The vendor's code when it failed.
    pub code: Option<String>,
}

impl Operation {
    /// An operation that waits for `due_at`.
    pub const fn pending(id: OperationId, kind: OperationKind, amount_minor: i64, due_at: Timestamp) -> Self {
        Self {
            id,
            kind,
            amount_minor,
            state: OperationState::Pending,
            due_at,
            send_by: None,
            rendered: None,
            probe: None,
            tries: 0,
            code: None,
        }
    }

    /// The key under which the vendor knows this call: a function of the id alone (R1).
    pub fn idempotency_key(&self) -> String {
        self.id.to_string()
    }

    /// Whether the vendor said that it has the call, and not yet what became of it.
    pub const fn received(&self) -> bool {
        matches!(self.state, OperationState::Unknown(UnknownCause::Processing))
    }

    /// Whether an intent is durable whose outcome is not known yet.
    pub const fn outstanding(&self) -> bool {
        matches!(self.state, OperationState::Sending | OperationState::Unknown(_))
    }
}
