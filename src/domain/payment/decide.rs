//! What to do next with a payment: pure, and the only place that says so.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::aggregate::{Failure, Goal, Payment, Skipped, Verdict};
use super::attempt::{Attempt, AttemptState, VoidReason};
use super::capabilities::GatewayCapabilities;
use super::gate::{self, Gate};
use super::ladder;
use super::operation::{Operation, OperationKind, OperationState};
use super::outcome::NotSent;
use super::policy::{Policy, after};
use crate::domain::ids::{AccountId, AttemptId, OperationId};

/// The facts that a decision rests on.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Now.
    pub now: Timestamp,
    /// The time constants.
    pub policy: &'a Policy,
    /// What is known of each gateway account.
    pub gateways: &'a BTreeMap<AccountId, GatewayFacts>,
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
        match next_of_attempt(payment, attempt, facts) {
            Decision::Done => {}
            Decision::Wait { until } => {
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

/// What the owner of the payment may rely on now.
pub fn verdict(payment: &Payment, facts: &Facts<'_>) -> Verdict {
    match payment.live().map(|attempt| &attempt.state) {
        Some(AttemptState::Authorised | AttemptState::Captured) => Verdict::Held,
        Some(AttemptState::AwaitingAction { redirect_url, expires_at, .. }) => {
            Verdict::AwaitingAction { redirect_url: redirect_url.clone(), expires_at: *expires_at }
        }
        Some(_) => Verdict::Working,
        None if payment.goal == Goal::Hold => match next_route(payment, facts) {
            Route::Try { .. } => Verdict::Working,
            Route::End(failure) => Verdict::Failed(failure),
        },
        None => Verdict::Failed(Failure::Released),
    }
}

/// Where the payment may be tried next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// At this account.
    Try {
        /// The account.
        account: AccountId,
        /// Accounts passed over on the way.
        skipped: Vec<Skipped>,
    },
    /// Nowhere.
    End(Failure),
}

/// The next account by the flow's order, if the gate lets one take over.
pub fn next_route(payment: &Payment, facts: &Facts<'_>) -> Route {
    let last = payment.attempts.last();
    if payment.live().is_some() {
        return Route::End(Failure::Released);
    }
    if let Some(last) = last {
        let declined = payment.attempts.iter().filter(|a| matches!(a.state, AttemptState::Declined(_)));
        let answer = gate::gate(gate::Facts {
            state: &last.state,
            void_reason: last.void_reason,
            past_place_by: facts.now >= payment.place_by,
            declined_before: declined.count().saturating_sub(1),
        });
        if let Gate::Closed(_) = answer {
            return Route::End(failure_of(last));
        }
    } else if facts.now >= payment.place_by {
        return Route::End(Failure::Unreachable(NotSent::TooLate));
    }
    let mut skipped = Vec::new();
    let mut reenter = None;
    for account in &payment.routes {
        let unavailable = match facts.gateways.get(account) {
            None => Some(NotSent::Drained),
            Some(known) => known.unavailable,
        };
        if payment.attempts.iter().any(|attempt| &attempt.account == account) {
            continue;
        }
        match unavailable {
            Some(reason) => skipped.push(Skipped { account: account.clone(), reason, at: facts.now }),
            None if payment.token(account).is_none() => {
                reenter.get_or_insert_with(|| account.clone());
            }
            None => return Route::Try { account: account.clone(), skipped },
        }
    }
    Route::End(match (reenter, last, skipped.first()) {
        (Some(account), _, _) => Failure::Reenter(account),
        (None, Some(last), _) => failure_of(last),
        (None, None, Some(first)) => Failure::Unreachable(first.reason),
        (None, None, None) => Failure::Unreachable(NotSent::Drained),
    })
}

fn failure_of(attempt: &Attempt) -> Failure {
    match (&attempt.state, attempt.void_reason) {
        (AttemptState::Declined(decline), _) => Failure::Declined(decline.clone()),
        (AttemptState::NotSent(reason), _) => Failure::Unreachable(*reason),
        (AttemptState::Voided, Some(VoidReason::ActionExpired)) => Failure::ActionExpired,
        (AttemptState::Voided, Some(VoidReason::Mismatch)) => Failure::Mismatched,
        (AttemptState::Voided, Some(VoidReason::Release)) => Failure::Released,
        _ => Failure::Absent,
    }
}

fn next_of_attempt(payment: &Payment, attempt: &Attempt, facts: &Facts<'_>) -> Decision {
    let released = payment.goal == Goal::Release;
    let next = |kind, amount_minor| Decision::Do(Effect::Next { attempt: attempt.id, kind, amount_minor });
    let whole = payment.amount.minor;
    match &attempt.state {
        AttemptState::Created if payment.goal == Goal::Hold && facts.now < payment.place_by => {
            next(OperationKind::Confirm, whole)
        }
        AttemptState::Created => Decision::Conclude(Conclusion::Unconfirmed { attempt: attempt.id }),
        AttemptState::AwaitingAction { expires_at, signalled, .. } => {
            if released || facts.now >= *expires_at {
                next(OperationKind::Void, whole)
            } else if *signalled {
                Decision::Do(Effect::Look { attempt: attempt.id, operation: None })
            } else {
                Decision::Wait { until: *expires_at }
            }
        }
        AttemptState::Mismatched => next(OperationKind::Void, whole),
        AttemptState::LateSuccess if attempt.captured_minor > 0 => {
            next(OperationKind::Refund, attempt.captured_minor)
        }
        AttemptState::LateSuccess => next(OperationKind::Void, whole),
        AttemptState::Authorised if released && attempt.outstanding().is_none() => {
            next(OperationKind::Void, whole)
        }
        AttemptState::Captured
            if released
                && attempt.outstanding().is_none()
                && attempt.captured_minor > attempt.refunds_reserved_minor() =>
        {
            next(OperationKind::Refund, attempt.captured_minor - attempt.refunds_reserved_minor())
        }
        AttemptState::Voiding | AttemptState::LateVoiding => next_void(payment, attempt, facts),
        AttemptState::Creating
        | AttemptState::Authorising
        | AttemptState::Unknown
        | AttemptState::Authorised
        | AttemptState::Captured
        | AttemptState::LateRefunding => {
            let open = attempt.operations.iter().find(|operation| !operation.state.ended());
            open.map_or(Decision::Done, |operation| next_operation(payment, attempt, operation, facts))
        }
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

/// An operation that is not over: sent when due, watched while it is out, climbed for when unknown.
fn next_operation(
    payment: &Payment,
    attempt: &Attempt,
    operation: &Operation,
    facts: &Facts<'_>,
) -> Decision {
    match operation.state {
        _ if attempt.needs_review => Decision::Done,
        OperationState::Pending if facts.now >= operation.due_at => {
            Decision::Do(Effect::Send { operation: operation.id })
        }
        OperationState::Pending => Decision::Wait { until: operation.due_at },
        // A call of ours is out: whoever sent it writes its outcome, or dies and is recovered.
        OperationState::Sending => Decision::Wait { until: Timestamp::MAX },
        OperationState::Unknown(_) => climb(payment, attempt, operation, facts),
        OperationState::Succeeded | OperationState::Failed | OperationState::NotSent => Decision::Done,
    }
}

fn climb(payment: &Payment, attempt: &Attempt, operation: &Operation, facts: &Facts<'_>) -> Decision {
    let Some(gateway) = facts.gateways.get(&attempt.account) else {
        // The account left the configuration: nobody can be asked until it is back.
        return Decision::Wait { until: after(facts.now, facts.policy.absent_window) };
    };
    ladder::next(ladder::Climb {
        payment,
        attempt,
        operation,
        capabilities: &gateway.capabilities,
        policy: facts.policy,
        now: facts.now,
    })
}

/// A void goes on until the object is known to hold nothing. One that was definitely not executed is followed
/// by a new one, by the schedule: voids are idempotent, a stored 5xx under the old key is not.
fn next_void(payment: &Payment, attempt: &Attempt, facts: &Facts<'_>) -> Decision {
    let voids = || attempt.operations.iter().filter(|operation| operation.kind == OperationKind::Void);
    match voids().next_back() {
        Some(last) if !last.state.ended() => next_operation(payment, attempt, last, facts),
        _ if attempt.needs_review => Decision::Done,
        Some(last) => {
            let failed = voids().count().saturating_sub(1);
            let pause = facts.policy.schedule.get(failed).or(facts.policy.schedule.last());
            let since = last.probe.as_ref().map_or(last.due_at, |probe| probe.since);
            let due = after(since, pause.copied().unwrap_or_default());
            if facts.now < due {
                return Decision::Wait { until: due };
            }
            Decision::Do(Effect::Next {
                attempt: attempt.id,
                kind: OperationKind::Void,
                amount_minor: payment.amount.minor,
            })
        }
        None => Decision::Do(Effect::Next {
            attempt: attempt.id,
            kind: OperationKind::Void,
            amount_minor: payment.amount.minor,
        }),
    }
}
