//! What to do next with a payment: pure, and the only place that says so.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::aggregate::{Goal, Payment, Skipped};
use super::attempt::{Attempt, AttemptState};
use super::capabilities::GatewayCapabilities;
use super::operation::OperationKind;
use super::outcome::NotSent;
use super::policy::{Policy, after};
use super::scheme::Books;
use crate::domain::ids::{AccountId, AttemptId, OperationId};
use crate::mutants::{Mutant, planted};

mod action;
mod route;
mod steps;

use action::{give_up_action, next_of_action};
pub use route::{Route, next_route, verdict};
use steps::{give_back, next_open, next_or_hinted, next_void};

/// The facts that a decision rests on.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Now.
    pub now: Timestamp,
    /// The time constants.
    pub policy: &'a Policy,
    /// What is known of each gateway account.
    pub gateways: &'a BTreeMap<AccountId, GatewayFacts>,
    /// What is known of the cards (R19).
    pub books: &'a Books,
}

/// What is known of one gateway account.
#[derive(Debug, Clone)]
pub struct GatewayFacts {
    /// What it promises.
    pub capabilities: GatewayCapabilities,
    /// Why it cannot take a new authorisation now, if it cannot: its breaker or an operator says so.
    pub unavailable: Option<NotSent>,
}

/// The next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Perform this; where it moves money its intent must be committed first.
    Do(Effect),
    /// A change that needs no call.
    Conclude(Conclusion),
    /// Nothing before this time.
    Wait {
        /// When to decide again.
        until: Timestamp,
    },
    /// Nothing more, unless a signal comes.
    Done,
}

/// A call to a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Begins an attempt at an account, by Create (two-step) or Authorise.
    Begin {
        /// The account.
        account: AccountId,
        /// Create or Authorise.
        kind: OperationKind,
        /// Accounts passed over on the way.
        skipped: Vec<Skipped>,
    },
    /// A further operation of an attempt.
    Next {
        /// The attempt.
        attempt: AttemptId,
        /// Confirm, Void or Refund.
        kind: OperationKind,
        /// How much.
        amount_minor: i64,
    },
    /// Sends an operation that was pending.
    Send {
        /// The operation.
        operation: OperationId,
    },
    /// Sends the same bytes under the same key again.
    Replay {
        /// The operation.
        operation: OperationId,
    },
    /// Reads the object, or looks it up by our reference.
    Look {
        /// The attempt.
        attempt: AttemptId,
        /// The operation whose outcome is looked for.
        operation: Option<OperationId>,
    },
}

impl Effect {
    /// Whether its intent must be durable before its first byte leaves (R1).
    pub const fn needs_intent(&self) -> bool {
        matches!(self, Self::Begin { .. } | Self::Next { .. } | Self::Send { .. })
    }
}

/// A conclusion that is drawn without a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conclusion {
    /// The object was never confirmed: it never held money.
    Unconfirmed {
        /// The attempt.
        attempt: AttemptId,
    },
    /// The customer's action was given up before the money was asked for, at a vendor that moves none without being
    /// asked: it holds nothing, and there is nothing to void.
    Unasked {
        /// The attempt.
        attempt: AttemptId,
    },
    /// Nothing was executed, by lookup (R4).
    Absent {
        /// The operation.
        operation: OperationId,
    },
    /// A round of the ladder ended without an answer; the next is due by the schedule, or an operator is
    /// needed.
    RoundOver {
        /// The operation.
        operation: OperationId,
    },
}

/// The next step of a payment.
pub fn decide(payment: &Payment, facts: &Facts<'_>) -> Decision {
    let mut soonest: Option<Timestamp> = None;
    for attempt in &payment.attempts {
        match next_or_hinted(payment, attempt, facts) {
            Decision::Done => {}
            Decision::Wait { until } => {
                soonest = Some(soonest.map_or(until, |sooner| sooner.min(until)));
            }
            // The account left the configuration: nobody can be asked until it is back.
            Decision::Do(_) if !facts.gateways.contains_key(&attempt.account) => {
                let until = after(facts.now, facts.policy.absent_window);
                soonest = Some(soonest.map_or(until, |sooner| sooner.min(until)));
            }
            step @ (Decision::Do(_) | Decision::Conclude(_)) => return step,
        }
    }
    if payment.goal == Goal::Hold
        && let Route::Try { account, skipped } = next_route(payment, facts)
    {
        let two_step = facts.gateways.get(&account).is_some_and(|known| known.capabilities.two_step);
        let kind = if two_step { OperationKind::Create } else { OperationKind::Authorise };
        return Decision::Do(Effect::Begin { account, kind, skipped });
    }
    soonest.map_or(Decision::Done, |until| Decision::Wait { until })
}

/// Ends the action that a payment waits for, before its time is up.
pub fn end_action(payment: &Payment, facts: &Facts<'_>) -> Decision {
    payment.live().map_or(Decision::Done, |attempt| give_up_action(payment, attempt, facts))
}

fn next_of_attempt(payment: &Payment, attempt: &Attempt, facts: &Facts<'_>) -> Decision {
    let released = payment.goal == Goal::Release;
    let next = |kind, amount_minor| Decision::Do(Effect::Next { attempt: attempt.id, kind, amount_minor });
    let whole = payment.amount.minor;
    match &attempt.state {
        AttemptState::Created
            if payment.goal == Goal::Hold
                && (facts.now < payment.place_by || planted(Mutant::FirstChargeAfterPlaceBy)) =>
        {
            next(OperationKind::Confirm, whole)
        }
        AttemptState::Created => Decision::Conclude(Conclusion::Unconfirmed { attempt: attempt.id }),
        AttemptState::AwaitingAction { .. } if released || attempt.void_reason.is_some() => {
            give_up_action(payment, attempt, facts)
        }
        AttemptState::AwaitingAction { expires_at, signalled, .. } => {
            next_of_action(payment, attempt, (*expires_at, *signalled), facts)
        }
        AttemptState::Mismatched => next(OperationKind::Void, whole),
        AttemptState::LateSuccess if attempt.captured_minor == 0 => next(OperationKind::Void, whole),
        AttemptState::Authorised
            if planted(Mutant::CaptureFirst) && payment.goal == Goal::Hold && attempt.open().is_none() =>
        {
            next(OperationKind::Capture, whole)
        }
        AttemptState::Authorised if released && attempt.outstanding().is_none() => {
            next(OperationKind::Void, whole)
        }
        AttemptState::Voiding | AttemptState::LateVoiding => next_void(payment, attempt, facts),
        AttemptState::Creating
        | AttemptState::Authorising
        | AttemptState::Unknown
        | AttemptState::Authorised
        | AttemptState::Captured
        | AttemptState::LateSuccess
        | AttemptState::LateRefunding => match attempt.open() {
            Some(_) => next_open(payment, attempt, facts),
            None => give_back(payment, attempt),
        },
        AttemptState::ConfirmedAbsent { next_check_at: Some(due), .. } => {
            if facts.now >= *due {
                Decision::Do(Effect::Look { attempt: attempt.id, operation: None })
            } else {
                Decision::Wait { until: *due }
            }
        }
        AttemptState::Voided
        | AttemptState::Refunded
        | AttemptState::Declined(_)
        | AttemptState::NotSent(_)
        | AttemptState::ConfirmedAbsent { next_check_at: None, .. }
        | AttemptState::LateVoided
        | AttemptState::LateRefunded => Decision::Done,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn r1_what_is_sent_for_the_first_time_needs_a_durable_intent_and_nothing_else_does() {
        let (attempt, operation) = (AttemptId(Uuid::from_u128(1)), OperationId(Uuid::from_u128(2)));
        let first = [
            Effect::Begin {
                account: "north".parse().unwrap(),
                kind: OperationKind::Create,
                skipped: Vec::new(),
            },
            Effect::Next { attempt, kind: OperationKind::Confirm, amount_minor: 1 },
            Effect::Send { operation },
        ];
        assert!(first.iter().all(Effect::needs_intent));
        // A replay's intent is as old as what it repeats.
        let later = [Effect::Replay { operation }, Effect::Look { attempt, operation: Some(operation) }];
        assert!(!later.iter().any(Effect::needs_intent));
    }
}
