//! What operators count of the machines. Nothing is decided by it.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::payment::aggregate::Failure;
use crate::domain::payment::{Effect, Payment};
use crate::domain::placement::{Placement, PlacementState};
use crate::ports::Record;
use crate::ports::store::UnitOfWork;

/// An effect of `payment` is about to be intended: a new attempt, and a failover where it is not the first.
pub(super) fn intended(payment: &Payment, effect: &Effect) {
    let Effect::Begin { account, .. } = effect else { return };
    metrics::counter!("cashwrap_attempts_total", "account" => account.to_string()).increment(1);
    if !payment.attempts.is_empty() {
        metrics::counter!("cashwrap_failovers_total", "account" => account.to_string()).increment(1);
    }
}

/// A unit is durable: placements that ended in it. A terminal placement is written once, when it becomes so.
pub(super) fn committed(unit: &UnitOfWork<Record>, now: Timestamp) {
    for write in &unit.writes {
        if let Record::Placement(placement) = &write.row
            && let Some(outcome) = outcome(placement)
        {
            let took = Duration::try_from(now.duration_since(placement.claimed_at)).unwrap_or_default();
            metrics::counter!("cashwrap_placements_total", "outcome" => outcome).increment(1);
            metrics::histogram!("cashwrap_placement_seconds", "outcome" => outcome)
                .record(took.as_secs_f64());
        }
    }
}

/// The outcome's stable name; `None` while it goes on.
const fn outcome(placement: &Placement) -> Option<&'static str> {
    match (placement.state, &placement.failure) {
        (PlacementState::Paying | PlacementState::AwaitingAction | PlacementState::Compensating, _) => None,
        (PlacementState::Completed, _) => Some("completed"),
        (PlacementState::Failed, Some(failure)) => Some(match failure {
            Failure::Declined(_) => "declined",
            Failure::Limited(_) => "limited",
            Failure::Unreachable(_) => "unreachable",
            Failure::Reenter(_) => "reenter",
            Failure::Absent => "absent",
            Failure::ActionExpired => "action_expired",
            Failure::Mismatched => "mismatched",
            Failure::Released => "released",
        }),
        (PlacementState::Failed, None) => Some("failed"),
    }
}
