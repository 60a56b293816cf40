//! Conclusions that need no call.

use jiff::Timestamp;

use super::super::Payment;
use super::super::attempt::AttemptState;
use super::super::decide::Conclusion;
use super::super::operation::{OperationKind, OperationState, Rung};
use super::super::outcome::NotSent;
use super::super::policy::{Policy, after};
use super::Impossible;

pub(super) fn conclude(
    payment: &mut Payment,
    conclusion: &Conclusion,
    now: Timestamp,
    policy: &Policy,
) -> Result<(), Impossible> {
    match conclusion {
        Conclusion::Unconfirmed { attempt } => {
            let attempt = payment.attempt_mut(*attempt)?;
            for operation in &mut attempt.operations {
                operation.settle(OperationState::NotSent)?;
            }
            attempt.enter(AttemptState::NotSent(NotSent::Unconfirmed))
        }
        Conclusion::Absent { operation } => {
            let id = *operation;
            let attempt = payment.attempt_of_mut(id)?;
            let operation = attempt.operation_mut(id)?;
            operation.code = Some("ABSENT".to_owned());
            operation.enter(OperationState::Failed)?;
            if operation.kind.authorises() {
                let first = policy.late_checks.first().map(|pause| after(now, *pause));
                attempt.enter(AttemptState::ConfirmedAbsent { checks: 0, next_check_at: first })?;
            } else if operation.kind == OperationKind::Capture {
                // Proved not taken: a person decides whether to capture again (R17).
                attempt.needs_review = true;
            }
            Ok(())
        }
        Conclusion::RoundOver { operation } => {
            let id = *operation;
            let attempt = payment.attempt_of_mut(id)?;
            let operation = attempt.operation_mut(id)?;
            let Some(probe) = &mut operation.probe else { return Err(Impossible::State) };
            let round = usize::try_from(probe.rounds).unwrap_or(usize::MAX);
            probe.rung = Rung::Look;
            probe.rounds = probe.rounds.saturating_add(1);
            match policy.schedule.get(round) {
                // Counted from when it became unknown, but never in the past: a round that took long does not
                // make the next ones pile up.
                Some(pause) => probe.next_at = after(probe.since, *pause).max(now),
                None => attempt.needs_review = true,
            }
            Ok(())
        }
    }
}
