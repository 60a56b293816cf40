//! The steps of one attempt: an operation that is not over, a customer who acts, a void that goes on, and money
//! that goes back.

use jiff::Timestamp;

use super::super::aggregate::Payment;
use super::super::attempt::Attempt;
use super::super::capabilities::Lookup;
use super::super::ladder;
use super::super::operation::{Operation, OperationKind, OperationState};
use super::super::policy::after;
use super::{Decision, Effect, Facts, GatewayFacts, next_of_attempt};

/// The next step of an attempt, before which goes a look that a message asked for.
pub(super) fn next_or_hinted(payment: &Payment, attempt: &Attempt, facts: &Facts<'_>) -> Decision {
    let sees = |account| {
        let gateway: Option<&GatewayFacts> = facts.gateways.get(account);
        gateway.is_some_and(|known| known.capabilities.sight(attempt.object.is_some()) != Lookup::None)
    };
    let Some(due) = attempt.hinted_look(payment.goal).filter(|_| sees(&attempt.account)) else {
        return next_of_attempt(payment, attempt, facts);
    };
    if facts.now >= due {
        let operation = attempt.unknown_operation().map(|operation| operation.id);
        return Decision::Do(Effect::Look { attempt: attempt.id, operation });
    }
    match next_of_attempt(payment, attempt, facts) {
        Decision::Done => Decision::Wait { until: due },
        Decision::Wait { until } => Decision::Wait { until: until.min(due) },
        step @ (Decision::Do(_) | Decision::Conclude(_)) => step,
    }
}

/// What was captured and belongs to nobody goes back, in one refund after the other.
pub(super) fn give_back(payment: &Payment, attempt: &Attempt) -> Decision {
    let amount_minor = attempt.captured_minor.saturating_sub(attempt.refunds_reserved_minor());
    if amount_minor <= 0 || attempt.needs_review || !payment.owes_back(attempt) {
        return Decision::Done;
    }
    Decision::Do(Effect::Next { attempt: attempt.id, kind: OperationKind::Refund, amount_minor })
}

/// What is open is taken up one after the other, in the order in which it was wanted (R1). A refund that the vendor has
/// received is in no other's way: what becomes of it is told later.
pub(super) fn next_open(payment: &Payment, attempt: &Attempt, facts: &Facts<'_>) -> Decision {
    let tells_later =
        facts.gateways.get(&attempt.account).is_some_and(|known| known.capabilities.tells_later);
    let mut soonest: Option<Timestamp> = None;
    for operation in attempt.operations.iter().filter(|operation| !operation.state.ended()) {
        let beside = tells_later && operation.kind == OperationKind::Refund && operation.received();
        match next_operation(payment, attempt, operation, facts) {
            Decision::Wait { until } => {
                soonest = Some(soonest.map_or(until, |sooner| sooner.min(until)));
                if !beside {
                    break;
                }
            }
            Decision::Done if beside => {}
            Decision::Done => break,
            step @ (Decision::Do(_) | Decision::Conclude(_)) => return step,
        }
    }
    soonest.map_or(Decision::Done, |until| Decision::Wait { until })
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
pub(super) fn next_void(payment: &Payment, attempt: &Attempt, facts: &Facts<'_>) -> Decision {
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
