//! The failover gate: whether, after an attempt, another gateway may be tried.
//!
//! It opens only when nothing of the attempt can hold money any more and `place_by` has not passed. A
//! timeout never opens it: that is the double charge this project exists to end (R3, R4).

use super::aggregate::Payment;
use super::attempt::{AttemptState, VoidReason};
use super::decline::Action;

/// The gate's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gate {
    /// Another gateway may take over.
    Open,
    /// No other gateway may take over.
    Closed(Closed),
}

/// Why the gate is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Closed {
    /// The attempt may hold money.
    Live,
    /// `place_by` has passed.
    TooLate,
    /// The card's scheme forbids another try (R19).
    Scheme,
    /// The decline's class does not ask for a backup.
    Decline,
    /// One decline has already been taken to a backup.
    Once,
    /// Absence by lookup ends the placement; it never lets a backup take over (R4).
    AbsentByLookup,
    /// The attempt was given up on purpose.
    GivenUp,
}

/// What the gate looks at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Where the last attempt stands.
    pub state: &'a AttemptState,
    /// Why it was voided, if it was.
    pub void_reason: Option<VoidReason>,
    /// Whether `place_by` has passed.
    pub past_place_by: bool,
    /// Whether the card's scheme forbids another try.
    pub card_limited: bool,
    /// How many earlier attempts of the payment ended declined.
    pub declined_before: usize,
}

/// The gate after the payment's last attempt, if there is one; it stays closed while an earlier attempt is known
/// to hold money (I28).
pub fn after_last(payment: &Payment, past_place_by: bool, card_limited: bool) -> Option<Gate> {
    let (last, earlier) = payment.attempts.split_last()?;
    let declined = |state: &AttemptState| matches!(state, AttemptState::Declined(_));
    let answer = gate(Facts {
        state: &last.state,
        void_reason: last.void_reason,
        past_place_by,
        card_limited,
        declined_before: earlier.iter().filter(|attempt| declined(&attempt.state)).count(),
    });
    let owed = earlier.iter().any(|attempt| attempt.state.gives_back_late());
    Some(if answer == Gate::Open && owed { Gate::Closed(Closed::GivenUp) } else { answer })
}

/// Whether another gateway may take over. Pure, so that its whole space can be walked.
pub fn gate(facts: Facts<'_>) -> Gate {
    if facts.state.live() {
        return Gate::Closed(Closed::Live);
    }
    if facts.past_place_by {
        return Gate::Closed(Closed::TooLate);
    }
    match facts.state {
        AttemptState::Declined(decline) if decline.class.action() != Action::FailOver => {
            Gate::Closed(Closed::Decline)
        }
        AttemptState::Declined(_) if facts.declined_before > 0 => Gate::Closed(Closed::Once),
        AttemptState::NotSent(_) | AttemptState::Declined(_) if facts.card_limited => {
            Gate::Closed(Closed::Scheme)
        }
        AttemptState::NotSent(_) | AttemptState::Declined(_) => Gate::Open,
        AttemptState::Voided => match facts.void_reason {
            Some(VoidReason::Resolve | VoidReason::Mismatch) if facts.card_limited => {
                Gate::Closed(Closed::Scheme)
            }
            Some(VoidReason::Resolve | VoidReason::Mismatch) => Gate::Open,
            _ => Gate::Closed(Closed::GivenUp),
        },
        AttemptState::ConfirmedAbsent { .. } => Gate::Closed(Closed::AbsentByLookup),
        AttemptState::Refunded
        | AttemptState::LateSuccess
        | AttemptState::LateVoiding
        | AttemptState::LateRefunding
        | AttemptState::LateVoided
        | AttemptState::LateRefunded => Gate::Closed(Closed::GivenUp),
        AttemptState::Creating
        | AttemptState::Created
        | AttemptState::Authorising
        | AttemptState::Unknown
        | AttemptState::AwaitingAction { .. }
        | AttemptState::Authorised
        | AttemptState::Mismatched
        | AttemptState::Voiding
        | AttemptState::Captured => Gate::Closed(Closed::Live),
    }
}
