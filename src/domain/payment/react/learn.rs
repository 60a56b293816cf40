//! What an answer teaches: of the call itself, of its replay, and of a look.

use jiff::Timestamp;

use super::super::Payment;
use super::super::attempt::{Attempt, AttemptState, VoidReason};
use super::super::decline::{Action, Decline, DeclineClass};
use super::super::hint;
use super::super::operation::{Operation, OperationKind, OperationState, Probe, Rung};
use super::super::outcome::{NotSent, Outcome, Refusal, Status, UnknownCause, View};
use super::super::policy::{Policy, after};
use super::Impossible;
use super::see::{Asked, see};
use super::tell;
use crate::domain::ids::{AttemptId, OperationId};
use crate::mutants::{Mutant, planted};

/// The outcome of a call that moves money, or of its replay.
pub(super) fn outcome(
    payment: &mut Payment,
    id: OperationId,
    replay: bool,
    outcome: Outcome,
    now: Timestamp,
    policy: &Policy,
) -> Result<(), Impossible> {
    let asked = Asked::of(payment, now, policy);
    let outcome = settled_by(outcome);
    let owed = payment.owes_back(payment.attempt_of(id).ok_or(Impossible::NotFound)?);
    let place_by = payment.place_by;
    let attempt = payment.attempt_of_mut(id)?;
    let kind = attempt.operation_mut(id)?.kind;
    let until = attempt.authorises_until(kind, place_by);
    let operation = attempt.operation_mut(id)?;
    if replay {
        if !matches!(outcome, Outcome::NotSent(_)) {
            operation.left_again(now, until);
        }
        if let Some(probe) = &mut operation.probe {
            probe.replays = probe.replays.saturating_add(1);
            probe.replay_failed |= matches!(outcome, Outcome::Unknown(UnknownCause::ServerError));
            probe.rung = Rung::Void;
        }
    }
    match outcome {
        Outcome::Definite(view) => {
            see(attempt, Some(id), &view, asked)?;
            still_sending(attempt, id, &view, now)
        }
        Outcome::Unknown(UnknownCause::Processing)
            if !operation.state.ended() && planted(Mutant::ReceivedTakenForDone) =>
        {
            tell::done(attempt, id, true)
        }
        // The vendor has it: whatever became of the first try, nothing is gained by sending it once more.
        Outcome::Unknown(UnknownCause::Processing) if replay && !operation.state.ended() => {
            operation.lose_sight(UnknownCause::Processing, now)
        }
        // A refusal of a later try proves nothing about the first one, and what a message or a look has settled
        // meanwhile stays settled.
        _ if (replay && !planted(Mutant::UnknownLaundered)) || operation.state.ended() => Ok(()),
        Outcome::Unknown(UnknownCause::Timeout) if planted(Mutant::FailoverOnTimeout) => {
            not_sent(attempt, id, NotSent::Connect, now, policy)
        }
        Outcome::NotSent(reason) => not_sent(attempt, id, reason, now, policy),
        Outcome::Refused(refusal) => refused(attempt, id, refusal, owed, now),
        Outcome::Unknown(cause) => lose_sight(attempt, id, cause, now),
    }
}

/// A duplicate, says the vendor: then what counts is what became of the first (payments.md §5, RESOLVE).
fn settled_by(outcome: Outcome) -> Outcome {
    let class = match &outcome {
        Outcome::Definite(View { status: Status::Declined(decline), .. }) => Some(decline.class),
        Outcome::Refused(refusal) => refusal.class,
        Outcome::Definite(_) | Outcome::NotSent(_) | Outcome::Unknown(_) => None,
    };
    match class.map(DeclineClass::action) {
        Some(Action::Resolve) => Outcome::Unknown(UnknownCause::InProgress),
        _ => outcome,
    }
}

fn lose_sight(
    attempt: &mut Attempt,
    id: OperationId,
    cause: UnknownCause,
    now: Timestamp,
) -> Result<(), Impossible> {
    let operation = attempt.operation_mut(id)?;
    operation.lose_sight(cause, now)?;
    if operation.kind.authorises() { attempt.enter(AttemptState::Unknown) } else { Ok(()) }
}

/// An answer that leaves the call itself open, such as a capture that is still being processed: nobody will
/// tell more of this call, so the ladder finds out.
fn still_sending(
    attempt: &mut Attempt,
    id: OperationId,
    view: &View,
    now: Timestamp,
) -> Result<(), Impossible> {
    let cause = match view.status {
        Status::Processing => UnknownCause::Processing,
        _ => UnknownCause::NotConclusive,
    };
    if attempt.operation_mut(id)?.state == OperationState::Sending {
        return lose_sight(attempt, id, cause, now);
    }
    Ok(())
}

/// What a look showed. Looks that fail teach nothing: the ladder climbs on.
pub(super) fn looked(
    payment: &mut Payment,
    attempt: AttemptId,
    operation: Option<OperationId>,
    outcome: Outcome,
    now: Timestamp,
    policy: &Policy,
) -> Result<(), Impossible> {
    let asked = Asked::of(payment, now, policy);
    let attempt = payment.attempt_mut(attempt)?;
    if let Some(operation) = operation.and_then(|id| attempt.operation_mut(id).ok()) {
        let absent = shows_nothing(operation, &outcome);
        if matches!(&outcome, Outcome::Definite(view) if view.status == Status::Processing)
            && operation.outstanding()
        {
            operation.lose_sight(UnknownCause::Processing, now)?;
        }
        if let Some(probe) = &mut operation.probe {
            // A look that a message asked for is beside the rounds: the next one begins with a look of its own.
            if now >= probe.next_at {
                probe.rung = Rung::Replay;
            }
            probe.seen_absent_at = absent.then_some(now);
        }
    }
    after_late_check(attempt, &outcome, now, policy);
    hint::looked(attempt, operation.is_some(), &outcome, now, policy);
    if let Outcome::Definite(view) = &outcome {
        see(attempt, operation, view, asked)?;
    }
    still_awaiting(attempt, now, policy);
    Ok(())
}

/// A look has not seen the customer's action end. Before its time is up, a look that told nothing is repeated by
/// the schedule; after it, the action is given up.
fn still_awaiting(attempt: &mut Attempt, now: Timestamp, policy: &Policy) {
    let AttemptState::AwaitingAction { expires_at, signalled, .. } = &attempt.state else { return };
    let approved = attempt.after_action.as_ref().is_some_and(|after| after.approved);
    if now >= *expires_at {
        attempt.void_reason = Some(VoidReason::ActionExpired);
    } else if *signalled
        && !approved
        && let Some(operation) = attempt.operations.iter_mut().rev().find(|o| o.kind.authorises())
    {
        let probe = operation.probe.get_or_insert_with(|| Probe::begin(now));
        let pause = policy.pause_after(probe.rounds).or(policy.schedule.last().copied());
        probe.next_at = after(now, pause.unwrap_or(policy.absent_window));
        probe.rounds = probe.rounds.saturating_add(1);
    }
}

/// Whether a look found that nothing of `operation` was executed, as far as it could see.
fn shows_nothing(operation: &Operation, outcome: &Outcome) -> bool {
    match (outcome, operation.kind) {
        (Outcome::Refused(refusal), _) => refusal.not_found,
        (Outcome::Definite(view), OperationKind::Capture) => view.status == Status::Authorised,
        (Outcome::Definite(view), OperationKind::Refund) => view.refunded_minor == Some(0),
        (Outcome::Definite(view), _) => matches!(view.status, Status::Created | Status::Approved),
        (Outcome::NotSent(_) | Outcome::Unknown(_), _) => false,
    }
}

/// Counts a late check (R9). One that told nothing is made again after the same pause, and a look that was not
/// due takes none away.
fn after_late_check(attempt: &mut Attempt, outcome: &Outcome, now: Timestamp, policy: &Policy) {
    let AttemptState::ConfirmedAbsent { checks, next_check_at: Some(due) } = &mut attempt.state else {
        return;
    };
    if now < *due {
        return;
    }
    let told = match outcome {
        Outcome::Definite(_) => true,
        Outcome::Refused(refusal) => refusal.not_found,
        Outcome::NotSent(_) | Outcome::Unknown(_) => false,
    };
    *checks = checks.saturating_add(u32::from(told));
    let again = if told { None } else { policy.late_checks.last() };
    let pause =
        usize::try_from(*checks).ok().and_then(|made| policy.late_checks.get(made)).or(again).copied();
    let (checks, next_check_at) = (*checks, pause.map(|pause| after(now, pause)));
    // It landed, and the vendor has not made up its mind: after the last check a person must watch it.
    let undecided = matches!(
        outcome,
        Outcome::Definite(View { status: Status::Processing | Status::ActionNeeded { .. }, .. })
    );
    attempt.needs_review |= undecided && next_check_at.is_none();
    attempt.state = AttemptState::ConfirmedAbsent { checks, next_check_at };
}

/// A definite refusal of one call.
pub(super) fn refused(
    attempt: &mut Attempt,
    id: OperationId,
    refusal: Refusal,
    owed: bool,
    now: Timestamp,
) -> Result<(), Impossible> {
    let operation = attempt.operation_mut(id)?;
    operation.code = Some(refusal.code.clone());
    match operation.kind {
        OperationKind::Create | OperationKind::Confirm | OperationKind::Authorise => {
            let confirms = operation.kind == OperationKind::Confirm;
            operation.enter(OperationState::Failed)?;
            let class = refusal.class.unwrap_or(DeclineClass::BadRequest);
            if confirms && class == DeclineClass::BadRequest && attempt.after_action.is_some() {
                return misunderstood(attempt);
            }
            attempt.enter(AttemptState::Declined(Decline::new(class, refusal.code)))
        }
        OperationKind::Void => {
            // It may have been captured or voided before: only a look tells.
            operation.lose_sight(UnknownCause::NotConclusive, now)
        }
        OperationKind::Capture => {
            attempt.needs_review = true;
            attempt.operation_mut(id)?.enter(OperationState::Failed)
        }
        OperationKind::Refund => {
            // Nobody asked for this one, so nobody else hears of the refusal.
            attempt.needs_review |= owed;
            attempt.operation_mut(id)?.enter(OperationState::Failed)
        }
    }
}

/// The question was refused, and not the payment: what the browser brought back is anybody's, and nonsense must not
/// end a payment (R15). The customer may come back with something better until the action ends.
fn misunderstood(attempt: &mut Attempt) -> Result<(), Impossible> {
    let Some(after) = &mut attempt.after_action else { return Err(Impossible::State) };
    (after.approved, after.brought_back) = (false, None);
    let (redirect_url, expires_at) = (after.redirect_url.clone(), after.expires_at);
    attempt.enter(AttemptState::AwaitingAction { redirect_url, expires_at, signalled: false })
}

/// Nothing of a Confirm after the customer's action left: the customer's word still stands, and the money is asked for
/// again by the schedule, until the action ends.
fn confirm_not_sent(
    attempt: &mut Attempt,
    operation: OperationId,
    now: Timestamp,
    policy: &Policy,
) -> Result<(), Impossible> {
    let Some(acted) = &attempt.after_action else { return Err(Impossible::State) };
    let (redirect_url, expires_at) = (acted.redirect_url.clone(), acted.expires_at);
    let unsent =
        |each: &&Operation| each.kind == OperationKind::Confirm && each.state == OperationState::NotSent;
    let before = attempt.operations.iter().filter(unsent).count();
    let operation = attempt.operation_mut(operation)?;
    operation.enter(OperationState::NotSent)?;
    let pause = policy.schedule.get(before).or(policy.schedule.last()).copied();
    let next_at = after(now, pause.unwrap_or(policy.absent_window));
    operation.probe = Some(Probe { next_at, ..Probe::begin(now) });
    attempt.enter(AttemptState::AwaitingAction { redirect_url, expires_at, signalled: true })
}

/// A call of which nothing left: an authorisation ends its attempt, anything else is tried again by the
/// schedule.
fn not_sent(
    attempt: &mut Attempt,
    operation: OperationId,
    reason: NotSent,
    now: Timestamp,
    policy: &Policy,
) -> Result<(), Impossible> {
    let confirms_after_action = attempt.after_action.is_some();
    let id = operation;
    let operation = attempt.operation_mut(id)?;
    if operation.kind.authorises() {
        if confirms_after_action && operation.kind == OperationKind::Confirm {
            return confirm_not_sent(attempt, id, now, policy);
        }
        operation.enter(OperationState::NotSent)?;
        return attempt.enter(AttemptState::NotSent(reason));
    }
    let pause = policy.schedule.get(usize::try_from(operation.tries).unwrap_or(usize::MAX)).copied();
    operation.tries = operation.tries.saturating_add(1);
    operation.enter(OperationState::Pending)?;
    operation.rendered = None;
    match pause {
        Some(pause) => operation.due_at = after(now, pause),
        None => attempt.needs_review = true,
    }
    Ok(())
}
