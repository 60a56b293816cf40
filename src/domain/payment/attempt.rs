//! One try to authorise one tender at one partner account.

use jiff::Timestamp;

use super::decline::Decline;
use super::gate::Gate;
use super::hint::Hinted;
use super::operation::{Operation, OperationKind, OperationState};
use super::outcome::NotSent;
use crate::domain::ids::{AccountId, AttemptId, OperationId};

/// Where an attempt stands. [`AttemptState::may_become`] is the published table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AttemptState {
    /// The vendor's object is being created; no money can move yet.
    Creating,
    /// The object exists and is not confirmed; no money can move yet.
    Created,
    /// A call that holds the amount is out.
    Authorising,
    /// It may or may not hold the amount: the ladder is on it.
    Unknown,
    /// The customer must act at the gateway.
    AwaitingAction {
        /// Where to send the customer.
        redirect_url: String,
        /// When the action is given up.
        expires_at: Timestamp,
        /// When the customer came back or a signal told us to look; a read is due.
        signalled: bool,
    },
    /// The amount is held.
    Authorised,
    /// The gateway echoed another amount, currency or reference, or held only a part: to be voided (R10).
    Mismatched,
    /// A void is wanted or out.
    Voiding,
    /// It holds nothing, and a late request would be refused.
    Voided,
    /// Money was taken; captures and refunds are its operations.
    Captured,
    /// All that was captured went back.
    Refunded,
    /// The issuer or gateway said no.
    Declined(Decline),
    /// Nothing that could hold money ever left.
    NotSent(NotSent),
    /// A lookup long after `send_by` found nothing executed (R4).
    ConfirmedAbsent {
        /// Late checks made so far (R9).
        checks: u32,
        /// When the next one is due; `None` after the last.
        next_check_at: Option<Timestamp>,
    },
    /// It succeeded after it had ended otherwise (R9): to be given back.
    LateSuccess,
    /// A late success is being voided.
    LateVoiding,
    /// A late success that was captured is being refunded.
    LateRefunding,
    /// A late success was voided.
    LateVoided,
    /// A late success was refunded.
    LateRefunded,
}

impl AttemptState {
    /// The state's name.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Created => "CREATED",
            Self::Authorising => "AUTHORISING",
            Self::Unknown => "UNKNOWN",
            Self::AwaitingAction { .. } => "AWAITING_ACTION",
            Self::Authorised => "AUTHORISED",
            Self::Mismatched => "MISMATCHED",
            Self::Voiding => "VOIDING",
            Self::Voided => "VOIDED",
            Self::Captured => "CAPTURED",
            Self::Refunded => "REFUNDED",
            Self::Declined(_) => "DECLINED",
            Self::NotSent(_) => "NOT_SENT",
            Self::ConfirmedAbsent { .. } => "CONFIRMED_ABSENT",
            Self::LateSuccess => "LATE_SUCCESS",
            Self::LateVoiding => "LATE_VOIDING",
            Self::LateRefunding => "LATE_REFUNDING",
            Self::LateVoided => "LATE_VOIDED",
            Self::LateRefunded => "LATE_REFUNDED",
        }
    }

    /// Whether the attempt may hold money: at most one attempt of a tender is live (R2).
    pub const fn live(&self) -> bool {
        match self {
            Self::Creating
            | Self::Created
            | Self::Authorising
            | Self::Unknown
            | Self::AwaitingAction { .. }
            | Self::Authorised
            | Self::Mismatched
            | Self::Voiding
            | Self::Captured => true,
            Self::Voided
            | Self::Refunded
            | Self::Declined(_)
            | Self::NotSent(_)
            | Self::ConfirmedAbsent { .. }
            | Self::LateSuccess
            | Self::LateVoiding
            | Self::LateRefunding
            | Self::LateVoided
            | Self::LateRefunded => false,
        }
    }

    /// Whether the issuer may yet decline it, so that the card's scheme may come to count it (R19).
    pub const fn undecided(&self) -> bool {
        match self {
            Self::Creating
            | Self::Created
            | Self::Authorising
            | Self::Unknown
            | Self::AwaitingAction { .. }
            | Self::Voiding => true,
            Self::Authorised
            | Self::Mismatched
            | Self::Voided
            | Self::Captured
            | Self::Refunded
            | Self::Declined(_)
            | Self::NotSent(_)
            | Self::ConfirmedAbsent { .. }
            | Self::LateSuccess
            | Self::LateVoiding
            | Self::LateRefunding
            | Self::LateVoided
            | Self::LateRefunded => false,
        }
    }

    /// Whether it is known to hold what is to be given back late (R9).
    pub const fn gives_back_late(&self) -> bool {
        matches!(self, Self::LateSuccess | Self::LateVoiding | Self::LateRefunding)
    }

    /// Whether the published table has this edge. A state may always be re-entered with other data.
    pub fn may_become(&self, next: &Self) -> bool {
        let to = next.as_str();
        if self.as_str() == to {
            return true;
        }
        self.successors().contains(&to)
    }

    /// The names of the states that may follow: the published table, as data.
    pub const fn successors(&self) -> &'static [&'static str] {
        match self {
            Self::Creating => {
                &["CREATED", "AWAITING_ACTION", "MISMATCHED", "UNKNOWN", "DECLINED", "NOT_SENT"]
            }
            Self::Created => &["AUTHORISING", "NOT_SENT"],
            Self::Authorising | Self::Unknown => &[
                "AUTHORISING",
                "CREATED",
                "UNKNOWN",
                "AWAITING_ACTION",
                "AUTHORISED",
                "MISMATCHED",
                "CAPTURED",
                "VOIDING",
                "VOIDED",
                "DECLINED",
                "NOT_SENT",
                "CONFIRMED_ABSENT",
            ],
            Self::AwaitingAction { .. } => &[
                "AUTHORISING",
                "UNKNOWN",
                "AUTHORISED",
                "MISMATCHED",
                "CAPTURED",
                "VOIDING",
                "VOIDED",
                "DECLINED",
            ],
            Self::Authorised => &["CAPTURED", "VOIDING", "VOIDED"],
            Self::Mismatched => &["VOIDING", "VOIDED", "CAPTURED"],
            Self::Voiding => &["VOIDED", "CAPTURED", "DECLINED"],
            Self::Captured => &["REFUNDED"],
            Self::Voided | Self::Declined(_) | Self::NotSent(_) | Self::ConfirmedAbsent { .. } => {
                &["LATE_SUCCESS"]
            }
            Self::LateSuccess => &["LATE_VOIDING", "LATE_REFUNDING"],
            Self::LateVoiding => &["LATE_VOIDED", "LATE_REFUNDING"],
            Self::LateRefunding => &["LATE_REFUNDED"],
            Self::Refunded | Self::LateVoided | Self::LateRefunded => &[],
        }
    }
}

/// Why an attempt is voided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VoidReason {
    /// The ladder forces an unknown outcome (R3d).
    Resolve,
    /// What the gateway holds is not what was asked for (R10).
    Mismatch,
    /// The customer did not act in time (R15).
    ActionExpired,
    /// Its owner wants nothing held.
    Release,
    /// It succeeded after it had ended otherwise (R9).
    Late,
}

/// What follows a customer's action at a vendor that is asked for the money afterwards (R15). It stays with the attempt:
/// every such call is bounded by the end of the first action.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AfterAction {
    /// Where the customer was sent, and is sent again if nothing could be asked.
    pub redirect_url: String,
    /// When the action is given up: nothing asks for the money at or after this.
    pub expires_at: Timestamp,
    /// The gateway said that the customer allowed it.
    pub approved: bool,
    /// What the customer's browser brought back, sealed: erased once the Confirm that carries it has ended.
    pub brought_back: Option<Vec<u8>>,
}

/// One try at one account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// The partner account.
    pub account: AccountId,
    /// Where it stands.
    pub state: AttemptState,
    /// The vendor's id of the object, once known.
    pub object: Option<String>,
    /// Captured, in minor units, as the gateway last said.
    pub captured_minor: i64,
    /// Refunded, in minor units: the sum of the refunds that succeeded.
    pub refunded_minor: i64,
    /// Its calls, oldest first.
    pub operations: Vec<Operation>,
    /// The resolver gave up; an operator is needed (R8). Any conclusive answer clears it.
    pub needs_review: bool,
    /// Why it is, or was, voided; set beforehand once a customer's action is given up.
    pub void_reason: Option<VoidReason>,
    /// What the gate said when the attempt ended, for those who ask later; `None` while it is live.
    pub failover: Option<Gate>,
    /// A message of the partner that no look has followed yet.
    pub hinted: Option<Hinted>,
    /// What follows the customer's action, where the money is asked for after it.
    pub after_action: Option<AfterAction>,
}

impl Attempt {
    /// The one operation whose intent is durable and whose outcome is not known.
    pub fn outstanding(&self) -> Option<&Operation> {
        self.operations.iter().rev().find(|operation| operation.outstanding())
    }

    /// The operation of this id.
    pub fn operation(&self, id: OperationId) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The first operation that is not over, sent or not.
    pub fn open(&self) -> Option<&Operation> {
        self.operations.iter().find(|operation| !operation.state.ended())
    }

    /// The last operation that began an authorisation.
    pub fn authorisation(&self) -> Option<&Operation> {
        self.operations.iter().rev().find(|operation| operation.kind.authorises())
    }

    /// Nothing of this kind authorises at or after this: `place_by`, and after a customer's action its end (R5, R15).
    pub fn authorises_until(&self, kind: OperationKind, place_by: Timestamp) -> Timestamp {
        match (&self.after_action, &self.state) {
            _ if kind != OperationKind::Confirm => place_by,
            (Some(after), _) => after.expires_at,
            (None, AttemptState::AwaitingAction { expires_at, .. }) => *expires_at,
            (None, _) => place_by,
        }
    }

    /// Refunds that succeeded or may yet: reserved at the intent (R18).
    pub fn refunds_reserved_minor(&self) -> i64 {
        self.operations
            .iter()
            .filter(|operation| operation.kind == OperationKind::Refund)
            .filter(|operation| !matches!(operation.state, OperationState::Failed | OperationState::NotSent))
            .fold(0, |sum, operation| sum.saturating_add(operation.amount_minor))
    }
}
