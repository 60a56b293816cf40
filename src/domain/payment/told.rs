//! What a notification of a vendor tells that tells later: an answer in itself, since no other comes.
//!
//! Captures, voids and refunds of such a vendor are only received when they are asked for. A [`Hint`](super::Hint) leads
//! to a look and is never believed; here there is nothing to look at, so that the signature is what proves it.

use super::outcome::{Refusal, View};
use crate::domain::ids::OperationId;
use crate::domain::money::Money;

/// What a notification says, and of which call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Told {
    /// Which call of ours, where it names it: the operation's id, which we gave along as that call's own reference.
    pub operation: Option<OperationId>,
    /// What became of it.
    pub said: Said,
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Said {
    /// The authorisation: the object as the gateway sees it.
    Seen(View),
    /// The capture, void or refund was executed, for this amount where it is told.
    Done {
        /// How much.
        amount: Option<Money>,
    },
    /// The call was refused for good.
    Refused(Refusal),
}
