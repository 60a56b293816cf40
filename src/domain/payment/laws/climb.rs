//! R3, R4 and R8, each condition by itself: from a climb that may replay, void or conclude, whatever is taken away
//! takes the step away. What the laws of the ladder forbid over the whole space, these show to be done where it may.

use std::time::Duration;

use super::super::capabilities::{Lookup, Replay};
use super::super::decide::{Conclusion, Effect};
use super::super::ladder::{Climb, next};
use super::super::operation::{Probe, Rung};
use super::super::outcome::UnknownCause;
use super::super::{Decision, GatewayCapabilities, Goal, OperationKind, OperationState, Payment, Policy};
use super::{START, payment, second};

/// Where the ladder stands, and when it is asked.
struct Given {
    payment: Payment,
    capabilities: GatewayCapabilities,
    at: u64,
}

impl Given {
    /// A call of this kind whose outcome is unknown, on this rung, at a gateway that keeps all promises but tombstones.
    fn new(kind: OperationKind, rung: Rung, at: u64) -> Self {
        let probe = Probe { rung, ..Probe::begin(START) };
        let payment = payment(kind, UnknownCause::Timeout, probe, Goal::Hold, true);
        let capabilities = GatewayCapabilities { void_tombstones: false, ..GatewayCapabilities::stripe() };
        Self { payment, capabilities, at }
    }

    fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn probe(&mut self) -> &mut Probe {
        self.payment.attempts[0].operations[0].probe.as_mut().unwrap()
    }

    fn next(&self) -> Decision {
        let (attempt, capabilities) = (&self.payment.attempts[0], &self.capabilities);
        let operation = &attempt.operations[0];
        let (policy, now) = (&Policy::default(), second(self.at));
        next(Climb { payment: &self.payment, attempt, operation, capabilities, policy, now })
    }

    fn looks(&self) -> bool {
        matches!(self.next(), Decision::Do(Effect::Look { .. }))
    }

    fn replays(&self) -> bool {
        matches!(self.next(), Decision::Do(Effect::Replay { .. }))
    }

    fn voids(&self) -> bool {
        matches!(self.next(), Decision::Do(Effect::Next { kind: OperationKind::Void, .. }))
    }

    fn concludes_absence(&self) -> bool {
        matches!(self.next(), Decision::Conclude(Conclusion::Absent { .. }))
    }
}

#[test]
fn r8_a_rung_is_climbed_when_it_is_due_and_not_while_a_person_is_waited_for() {
    let due = |at| {
        Given::new(OperationKind::Confirm, Rung::Look, at).but(|given| given.probe().next_at = second(7))
    };
    assert_eq!(due(6).next(), Decision::Wait { until: second(7) });
    assert!(due(7).looks() && due(8).looks());
    let reviewed = due(8).but(|given| given.payment.attempts[0].needs_review = true);
    assert_eq!(reviewed.next(), Decision::Done);
    let without_a_ladder = due(8).but(|given| given.payment.attempts[0].operations[0].probe = None);
    assert_eq!(without_a_ladder.next(), Decision::Done);
}

#[test]
fn r3_a_look_comes_first_where_one_can_tell_and_once_in_a_round() {
    let given = |kind, rung| Given::new(kind, rung, 6);
    assert!(given(OperationKind::Confirm, Rung::Look).looks());
    assert!(given(OperationKind::Confirm, Rung::Replay).replays());
    assert!(!given(OperationKind::Confirm, Rung::Void).looks());
    let blind = given(OperationKind::Confirm, Rung::Look).but(|given| {
        (given.capabilities.read_by_id, given.capabilities.reference_lookup) = (Lookup::None, Lookup::None);
    });
    assert!(blind.replays());
    let unnamed = |kind| given(kind, Rung::Look).but(|given| given.payment.attempts[0].object = None);
    assert!(unnamed(OperationKind::Confirm).looks(), "by our reference");
    assert!(!unnamed(OperationKind::Create).looks(), "there is nothing worth finding");
    assert!(given(OperationKind::Create, Rung::Look).looks(), "the object is known");
}

#[test]
fn r3_what_authorises_is_replayed_only_before_place_by_and_while_it_is_wanted() {
    let given = |at| Given::new(OperationKind::Confirm, Rung::Replay, at);
    assert!(given(9).replays());
    assert!(!given(10).replays() && !given(11).replays());
    for goal in [Goal::Settle, Goal::Release] {
        assert!(!given(9).but(|given| given.payment.goal = goal).replays(), "{goal:?}");
    }
    assert!(!given(9).but(|given| given.probe().rung = Rung::Void).replays(), "its turn is over");
}

#[test]
fn r8_anything_else_is_replayed_whatever_is_wanted_until_the_margin_of_its_keys_life() {
    for goal in [Goal::Hold, Goal::Settle, Goal::Release] {
        let given =
            |at| Given::new(OperationKind::Capture, Rung::Replay, at).but(|given| given.payment.goal = goal);
        let ends = 24 * 3_600 - Policy::default().key_margin.as_secs();
        assert!(given(11).replays() && given(ends - 1).replays(), "{goal:?}");
        assert!(!given(ends).replays() && !given(ends + 1).replays(), "{goal:?}");
    }
}

#[test]
fn r3_a_replay_needs_its_bytes_a_forced_outcome_no_5xx_and_a_round_that_has_some_left() {
    let given = || Given::new(OperationKind::Capture, Rung::Replay, 6);
    for replay in [Replay::Only2xx, Replay::None] {
        assert!(!given().but(|given| given.capabilities.replay = replay).replays(), "{replay:?}");
    }
    assert!(!given().but(|given| given.probe().replay_failed = true).replays());
    assert!(!given().but(|given| given.payment.attempts[0].operations[0].rendered = None).replays());
    for (rounds, replays, allowed) in
        [(0, 1, true), (0, 2, false), (0, 3, false), (1, 3, true), (1, 4, false), (2, 5, true)]
    {
        let so_far = given().but(|given| (given.probe().rounds, given.probe().replays) = (rounds, replays));
        assert_eq!(so_far.replays(), allowed, "{replays} in {rounds} rounds");
    }
}

/// A confirmation that may be voided to force its outcome: a look saw nothing executed, in time.
fn to_void() -> Given {
    Given::new(OperationKind::Confirm, Rung::Void, 9).but(|given| {
        given.capabilities.void_tombstones = true;
        given.probe().seen_absent_at = Some(second(6));
    })
}

#[test]
fn r3_a_void_forces_the_outcome_of_what_authorises_where_it_leaves_a_tombstone_and_names_the_object() {
    assert!(to_void().voids());
    assert!(!to_void().but(|given| given.capabilities.void_tombstones = false).voids());
    let unnamed = || to_void().but(|given| given.payment.attempts[0].object = None);
    assert!(!unnamed().voids());
    assert!(unnamed().but(|given| given.capabilities.void_by_reference = true).voids());
    assert!(
        !to_void().but(|given| given.payment.attempts[0].operations[0].kind = OperationKind::Capture).voids()
    );
}

#[test]
fn r3_nothing_is_voided_unseen_unless_nothing_can_be_seen_or_nothing_is_wanted() {
    let unseen = || to_void().but(|given| given.probe().seen_absent_at = None);
    assert!(!unseen().voids());
    assert!(unseen().but(|given| given.payment.goal = Goal::Release).voids());
    let blind = unseen().but(|given| {
        (given.capabilities.read_by_id, given.capabilities.reference_lookup) = (Lookup::None, Lookup::None);
    });
    assert!(blind.voids());
}

#[test]
fn r3_a_sale_that_may_yet_succeed_is_voided_before_place_by_or_after_two_rounds_or_once_given_up() {
    let at = |at| to_void().but(|given| given.at = at);
    assert!(!at(10).voids() && !at(11).voids(), "no backup may take over any more");
    for (rounds, voided) in [(1, false), (2, true), (3, true)] {
        assert_eq!(at(11).but(|given| given.probe().rounds = rounds).voids(), voided, "{rounds} rounds");
    }
    assert!(at(11).but(|given| given.payment.goal = Goal::Release).voids());
    for cause in [UnknownCause::Processing, UnknownCause::InProgress] {
        let state = OperationState::Unknown(cause);
        let busy = || to_void().but(|given| given.payment.attempts[0].operations[0].state = state);
        assert!(!busy().voids(), "{cause:?}");
        assert!(busy().but(|given| given.probe().rounds = 2).voids(), "{cause:?}");
        assert!(busy().but(|given| given.payment.goal = Goal::Release).voids(), "{cause:?}");
    }
}

/// A confirmation that was seen to be absent long enough after it left, and after rounds that waited as long.
fn seen_absent(at: u64) -> Given {
    Given::new(OperationKind::Confirm, Rung::Void, 200).but(|given| {
        given.probe().seen_absent_at = Some(second(at));
        given.probe().rounds = 4;
    })
}

#[test]
fn r4_absence_is_concluded_from_a_consistent_look_past_the_window_and_rounds_that_waited_as_long() {
    assert!(!seen_absent(94).concludes_absence());
    assert!(seen_absent(95).concludes_absence() && seen_absent(96).concludes_absence());
    let patient = |at| seen_absent(at).but(|given| given.capabilities.timeout = Duration::from_secs(100));
    assert!(!patient(104).concludes_absence() && patient(105).concludes_absence());
    assert!(!seen_absent(95).but(|given| given.probe().rounds = 3).concludes_absence(), "they waited 45 s");
    for sight in [Lookup::Lagging, Lookup::None] {
        let unsure = seen_absent(95).but(|given| {
            (given.capabilities.read_by_id, given.capabilities.reference_lookup) = (sight, sight);
        });
        assert!(!unsure.concludes_absence(), "{sight:?}");
    }
    assert!(!seen_absent(95).but(|given| given.probe().seen_absent_at = None).concludes_absence());
    let never_left = seen_absent(95).but(|given| given.payment.attempts[0].operations[0].send_by = None);
    assert!(!never_left.concludes_absence());
}

#[test]
fn r3_what_was_only_being_created_without_an_id_never_held_anything() {
    let attempt =
        payment(OperationKind::Create, UnknownCause::Timeout, Probe::begin(START), Goal::Hold, false);
    let unconfirmed = Decision::Conclude(Conclusion::Unconfirmed { attempt: attempt.attempts[0].id });
    let creating = || Given::new(OperationKind::Create, Rung::Void, 6);
    assert_eq!(creating().but(|given| given.payment.attempts[0].object = None).next(), unconfirmed);
    assert_ne!(creating().next(), unconfirmed);
}
