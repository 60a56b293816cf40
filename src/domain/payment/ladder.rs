//! How an unknown outcome is resolved: look, replay, void with a tombstone, conclude, or wait (R3, R4, R8).
//!
//! Each round climbs the rungs in order and stops at the first conclusive answer. The rounds follow the
//! schedule; after the last one an operator is needed. Nothing here ever turns unknown into failed by a timer.

use jiff::Timestamp;

use super::aggregate::{Goal, Payment};
use super::attempt::Attempt;
use super::capabilities::{GatewayCapabilities, Lookup, Replay};
use super::decide::{Conclusion, Decision, Effect};
use super::operation::{Operation, OperationKind, OperationState, Probe, Rung};
use super::outcome::UnknownCause;
use super::policy::{Policy, after};
use crate::mutants::{Mutant, planted};

/// A void that could lose a sale which may yet succeed waits for this many rounds once failover is no longer
/// possible: the outcome is then more likely slow than lost.
const ROUNDS_BEFORE_LATE_VOID: u32 = 2;

/// What the ladder looks at.
#[derive(Debug, Clone, Copy)]
pub struct Climb<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// The attempt that holds the operation.
    pub attempt: &'a Attempt,
    /// The unknown operation.
    pub operation: &'a Operation,
    /// What its gateway promises.
    pub capabilities: &'a GatewayCapabilities,
    /// The time constants.
    pub policy: &'a Policy,
    /// Now.
    pub now: Timestamp,
}

/// The next step with an operation whose outcome is unknown.
pub fn next(climb: Climb<'_>) -> Decision {
    let Some(probe) = &climb.operation.probe else { return Decision::Done };
    if climb.attempt.needs_review {
        return Decision::Done;
    }
    if climb.now < probe.next_at {
        return Decision::Wait { until: probe.next_at };
    }
    if probe.rung == Rung::Look && climb.lookup() != Lookup::None {
        return Decision::Do(Effect::Look { attempt: climb.attempt.id, operation: Some(climb.operation.id) });
    }
    if probe.rung != Rung::Void && climb.may_replay(probe) {
        return Decision::Do(Effect::Replay { operation: climb.operation.id });
    }
    climb.conclude(probe)
}

impl Climb<'_> {
    /// What a look can tell: a read by the vendor's id, or a query by our reference.
    fn lookup(&self) -> Lookup {
        let known = self.attempt.object.is_some();
        if !known && self.operation.kind == OperationKind::Create {
            // An object without an id was never confirmed: there is nothing worth finding.
            return Lookup::None;
        }
        self.capabilities.sight(known)
    }

    /// R3b and R8: only where it forces an outcome, never after a replayed 5xx, never past the key's life, and
    /// for what authorises only while `place_by` has not passed and the payment is still wanted.
    fn may_replay(&self, probe: &Probe) -> bool {
        // `send_by` moves on with each replay; the key's life does not.
        let key_ends =
            after(self.operation.due_at, self.capabilities.key_ttl.saturating_sub(self.policy.key_margin));
        let until = self.attempt.authorises_until(self.operation.kind, self.payment.place_by);
        let wanted =
            !self.operation.kind.authorises() || (self.payment.goal == Goal::Hold && self.now < until);
        // What the vendor has received it tells of later, and not sooner for being sent again.
        let received = self.capabilities.tells_later && self.operation.received();
        self.capabilities.replay == Replay::ForcesOutcome
            && !received
            && !probe.replay_failed
            && probe.replays < self.policy.max_replays.saturating_mul(probe.rounds.saturating_add(1))
            && self.now < key_ends
            && self.operation.rendered.is_some()
            && wanted
    }

    fn conclude(&self, probe: &Probe) -> Decision {
        let operation = self.operation.id;
        match self.operation.kind {
            OperationKind::Create if self.attempt.object.is_none() => {
                Decision::Conclude(Conclusion::Unconfirmed { attempt: self.attempt.id })
            }
            kind if kind.authorises() && self.may_void(probe) => Decision::Do(Effect::Next {
                attempt: self.attempt.id,
                kind: OperationKind::Void,
                amount_minor: self.payment.amount.minor,
            }),
            _ if self.absence_is_proved(probe) => Decision::Conclude(Conclusion::Absent { operation }),
            _ => Decision::Conclude(Conclusion::RoundOver { operation }),
        }
    }

    /// R3d: a void that leaves a tombstone forces an outcome. Not before a look has shown that nothing was
    /// executed, where one can be had: a gateway that is out of reach may hold what the buyer is waiting for,
    /// and voiding that would lose the sale.
    fn may_void(&self, probe: &Probe) -> bool {
        let looked = probe.seen_absent_at.is_some()
            || self.lookup() == Lookup::None
            || self.payment.goal == Goal::Release;
        let addressable = self.attempt.object.is_some() || self.capabilities.void_by_reference;
        let busy = matches!(
            self.operation.state,
            OperationState::Unknown(UnknownCause::Processing | UnknownCause::InProgress)
        );
        let timely = (self.now < self.payment.place_by && !busy)
            || self.payment.goal == Goal::Release
            || probe.rounds >= ROUNDS_BEFORE_LATE_VOID;
        let forces = self.capabilities.void_tombstones && timely;
        addressable && looked && (forces || self.gives_up())
    }

    /// Where a vendor tells later and can be asked nothing, what nobody waits for any more is cancelled all the same.
    /// Without a tombstone that forces no outcome, and so comes only once no other gateway may take over whatever the
    /// cancel says; what is told of it, or of the authorisation, ends the attempt.
    fn gives_up(&self) -> bool {
        let began = self.attempt.after_action.as_ref().map(|after| after.expires_at);
        let complete_by = after(began.unwrap_or(self.payment.claimed_at), self.policy.complete_window);
        let overdue = self.now >= complete_by && self.now >= self.payment.place_by;
        self.capabilities.tells_later
            && self.capabilities.void_by_reference
            && (self.payment.goal == Goal::Release || overdue)
    }

    /// R4: a read-after-write look, long enough after the request last left, that found nothing executed. Long enough
    /// by the clock, and by the waits of the rounds as well: the clock of who recovers what another process sent may
    /// be ahead of that one's.
    fn absence_is_proved(&self, probe: &Probe) -> bool {
        let (Some(seen), Some(send_by)) = (probe.seen_absent_at, self.operation.send_by) else {
            return false;
        };
        let window = self.policy.absent_window.max(self.capabilities.timeout);
        if planted(Mutant::AbsentTooEarly) {
            return self.lookup() != Lookup::None;
        }
        // What a vendor that tells later has received it may execute whenever it likes: that nothing is to be seen of it
        // yet proves nothing.
        if self.capabilities.tells_later && !self.operation.kind.authorises() {
            return false;
        }
        let longest = self.policy.schedule.last().copied().unwrap_or_default();
        self.lookup() == Lookup::Consistent
            && seen >= after(send_by, window)
            && self.policy.waited(probe.rounds) >= window.min(longest)
    }
}
