//! Conclusions that need no call.

use jiff::Timestamp;

use super::super::Payment;
use super::super::aggregate::Goal;
use super::super::attempt::{AttemptState, VoidReason};
use super::super::decide::Conclusion;
use super::super::operation::{OperationKind, OperationState, Rung};
use super::super::outcome::NotSent;
use super::super::policy::{Policy, after};
use super::Impossible;
use super::see::void_failed;

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
        Conclusion::Unasked { attempt } => {
            let reason = match payment.goal {
                Goal::Hold => VoidReason::ActionExpired,
                Goal::Settle | Goal::Release => VoidReason::Release,
            };
            let attempt = payment.attempt_mut(*attempt)?;
            if !matches!(attempt.state, AttemptState::AwaitingAction { .. }) {
                return Err(Impossible::State);
            }
            attempt.void_reason.get_or_insert(reason);
            attempt.needs_review = false;
            attempt.enter(AttemptState::Voided)
        }
        Conclusion::Absent { operation } => {
            let id = *operation;
            let owed = payment.owes_back(payment.attempt_of(id).ok_or(Impossible::NotFound)?);
            let attempt = payment.attempt_of_mut(id)?;
            let operation = attempt.operation_mut(id)?;
            operation.code = Some("ABSENT".to_owned());
            operation.enter(OperationState::Failed)?;
            match operation.kind {
                OperationKind::Create | OperationKind::Confirm | OperationKind::Authorise => {
                    let next_check_at = policy.late_checks.first().map(|pause| after(now, *pause));
                    attempt.enter(AttemptState::ConfirmedAbsent { checks: 0, next_check_at })?;
                }
                OperationKind::Void => void_failed(attempt, policy.schedule.len()),
                // Proved not taken: a person decides whether to capture again (R17).
                OperationKind::Capture => attempt.needs_review = true,
                // Nobody asked for this one, so nobody else hears that it failed.
                OperationKind::Refund => attempt.needs_review |= owed,
            }
            Ok(())
        }
        Conclusion::RoundOver { operation } => {
            let id = *operation;
            let attempt = payment.attempt_of_mut(id)?;
            let operation = attempt.operation_mut(id)?;
            let Some(probe) = &mut operation.probe else { return Err(Impossible::State) };
            let pause = policy.pause_after(probe.rounds);
            probe.rung = Rung::Look;
            probe.rounds = probe.rounds.saturating_add(1);
            match pause {
                Some(pause) => probe.next_at = after(now, pause),
                None => attempt.needs_review = true,
            }
            Ok(())
        }
    }
}
