//! What a message of a partner is worth: never a fact, only a reason to look (R9, R15).
//!
//! Messages come late, early, twice and out of order, so nothing that they say is believed. One that could tell what
//! the machine does not know marks its attempt; the machine then reads at the gateway, whose answer counts, through
//! the same functions as any other look. The mark stays until a look that was asked after the message has told: a
//! worker that was just reading when it came cannot have seen what it speaks of.
//!
//! No vendor's word for an event may enter.

use jiff::Timestamp;

use super::aggregate::{Goal, Payment};
use super::attempt::{Attempt, AttemptState};
use super::operation::{Operation, OperationKind, OperationState};
use super::outcome::{Outcome, Status, View};
use super::policy::{Policy, after};
use crate::domain::ids::AccountId;
use crate::mutants::{Mutant, planted};

/// What a message says has become of the vendor's object; the later, the weightier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hint {
    /// Something happened to it: it is being processed, a refund has ended.
    Moved,
    /// It holds nothing: declined, cancelled or expired.
    Gone,
    /// The amount is held.
    Held,
    /// Money was taken.
    Taken,
}

impl Hint {
    /// Every hint, for tables that must cover them all.
    pub const ALL: [Self; 4] = [Self::Moved, Self::Gone, Self::Held, Self::Taken];

    /// The hint as it stands in rows and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Gone => "gone",
            Self::Held => "held",
            Self::Taken => "taken",
        }
    }

    /// Whether the gateway's view is what the message spoke of, or what came of it.
    fn shown_by(self, status: &Status) -> bool {
        match status {
            Status::Created | Status::ActionNeeded { .. } | Status::Approved | Status::Processing => false,
            Status::Authorised => matches!(self, Self::Moved | Self::Held),
            Status::Captured => matches!(self, Self::Moved | Self::Held | Self::Taken),
            Status::Voided | Status::Declined(_) => matches!(self, Self::Moved | Self::Gone),
        }
    }

    /// Whether money is said to be held or taken.
    const fn of_money(self) -> bool {
        matches!(self, Self::Held | Self::Taken)
    }
}

/// The mark of a message on an attempt, until a look has told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hinted {
    /// What it said; of several messages the weightiest.
    pub hint: Hint,
    /// When the last one came: a look that was asked earlier does not answer it.
    pub at: Timestamp,
    /// Looks since then that told nothing.
    pub tries: u32,
    /// When the next look is due.
    pub due_at: Timestamp,
}

impl Attempt {
    /// Whether a look could tell what the machine neither knows nor finds out by itself right away. A call that is
    /// out ends in an answer, or in a look that is asked after it; only what a void cannot know of is worth keeping
    /// meanwhile.
    fn would_tell(&self, hint: Hint, goal: Goal) -> bool {
        let unknown = self.unknown_operation().is_some();
        match &self.state {
            AttemptState::Creating
            | AttemptState::Created
            | AttemptState::Authorising
            | AttemptState::Mismatched
            | AttemptState::LateSuccess
            | AttemptState::Refunded
            | AttemptState::LateVoided
            | AttemptState::LateRefunded => false,
            AttemptState::AwaitingAction { .. } => {
                hint != Hint::Moved && goal != Goal::Release && self.void_reason.is_none()
            }
            AttemptState::Authorised if self.open().is_none() => {
                matches!(hint, Hint::Gone | Hint::Taken) && goal != Goal::Release
            }
            AttemptState::Unknown
            | AttemptState::Authorised
            | AttemptState::Captured
            | AttemptState::LateRefunding => unknown,
            AttemptState::Voiding | AttemptState::LateVoiding => unknown || (self.sends() && hint.of_money()),
            AttemptState::Voided
            | AttemptState::Declined(_)
            | AttemptState::NotSent(_)
            | AttemptState::ConfirmedAbsent { .. } => hint.of_money(),
        }
    }

    /// The operation that a look would be for: the last void while one is wanted, else what is open.
    pub(super) fn unknown_operation(&self) -> Option<&Operation> {
        let unknown = |operation: &&Operation| matches!(operation.state, OperationState::Unknown(_));
        let void = |operation: &&Operation| operation.kind == OperationKind::Void;
        match self.state {
            AttemptState::Voiding | AttemptState::LateVoiding => {
                self.operations.iter().rev().find(void).filter(unknown)
            }
            _ => self.open().filter(unknown),
        }
    }

    /// Whether it ended, with nothing held as far as is known.
    const fn over(&self) -> bool {
        matches!(
            self.state,
            AttemptState::Voided
                | AttemptState::Declined(_)
                | AttemptState::NotSent(_)
                | AttemptState::ConfirmedAbsent { .. }
        )
    }

    /// Whether a call of ours is out.
    fn sends(&self) -> bool {
        self.operations.iter().any(|operation| operation.state == OperationState::Sending)
    }

    /// When a look because of a message is due; `None` where there is none to make.
    pub(super) fn hinted_look(&self, goal: Goal) -> Option<Timestamp> {
        let hinted = self.hinted.filter(|hinted| self.would_tell(hinted.hint, goal))?;
        // An object without an id was never confirmed: there is nothing to find (the ladder says so too).
        let unborn = self.object.is_none()
            && self.unknown_operation().is_some_and(|operation| operation.kind == OperationKind::Create);
        (!self.sends() && !unborn).then_some(hinted.due_at)
    }
}

/// Marks the attempts at `account` that a look could tell more of. What knows the object by another id is left alone.
pub(super) fn hinted(
    payment: &mut Payment,
    account: &AccountId,
    object: Option<&str>,
    hint: Hint,
    now: Timestamp,
) {
    let goal = payment.goal;
    for attempt in payment.attempts.iter_mut().filter(|attempt| attempt.account == *account) {
        let other = match (attempt.object.as_deref(), object) {
            (Some(known), Some(told)) => known != told,
            (None, _) | (_, None) => false,
        };
        if other || !attempt.would_tell(hint, goal) {
            continue;
        }
        if planted(Mutant::WebhookBelieved) && hint.of_money() && attempt.state.live() {
            attempt.state = AttemptState::Authorised;
            continue;
        }
        let weightiest = attempt.hinted.map_or(hint, |before| before.hint.max(hint));
        attempt.hinted = Some(Hinted { hint: weightiest, at: now, tries: 0, due_at: now });
    }
}

/// The call's own answer shows what a message said.
pub(super) fn seen(attempt: &mut Attempt, view: &View) {
    attempt.hinted = attempt.hinted.filter(|hinted| !hinted.hint.shown_by(&view.status));
}

/// A look was made, asked at `asked`. What the ladder is on goes on by the ladder's schedule; any other look that told
/// nothing is repeated by the same schedule, and after its end a person must look.
pub(super) fn looked(
    attempt: &mut Attempt,
    of_operation: bool,
    outcome: &Outcome,
    asked: Timestamp,
    policy: &Policy,
) {
    let Some(hinted) = attempt.hinted.filter(|hinted| asked >= hinted.at) else { return };
    let told = matches!(
        outcome,
        Outcome::Definite(view)
            if !matches!(view.status, Status::Processing | Status::Approved | Status::ActionNeeded { .. })
                || matches!(attempt.state, AttemptState::AwaitingAction { .. })
    );
    if told || of_operation {
        attempt.hinted = None;
        // What was given up here was to be looked at, and now it was.
        attempt.needs_review &= !(told && attempt.over());
        return;
    }
    let pause = usize::try_from(hinted.tries).ok().and_then(|tries| policy.schedule.get(tries));
    if let Some(pause) = pause {
        let (tries, due_at) = (hinted.tries.saturating_add(1), after(asked, *pause));
        attempt.hinted = Some(Hinted { tries, due_at, ..hinted });
        return;
    }
    let nowhere = matches!(outcome, Outcome::Refused(refusal) if refusal.not_found);
    attempt.needs_review |= !nowhere;
    attempt.hinted = None;
}
