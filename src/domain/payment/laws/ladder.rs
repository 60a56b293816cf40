//! R3, R4 and R8: what the ladder may do with an unknown outcome.
//!
//! Every climb of a whole space is held against each rule by itself; then one payment is driven through the
//! schedule with a gateway that never tells anything.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::super::capabilities::{Lookup, Replay};
use super::super::decide::{Conclusion, Effect};
use super::super::ladder::{Climb, next};
use super::super::operation::{Probe, Rung};
use super::super::outcome::UnknownCause;
use super::super::policy::after;
use super::super::react::{Input, react};
use super::super::{
    Decision, GatewayCapabilities, Goal, OperationKind, OperationState, Outcome, Payment, Policy,
};
use super::{START, payment, second};

fn step(payment: &Payment, capabilities: &GatewayCapabilities, now: Timestamp) -> Decision {
    let attempt = &payment.attempts[0];
    let operation = &attempt.operations[0];
    next(Climb { payment, attempt, operation, capabilities, policy: &Policy::default(), now })
}

fn any_lookup() -> impl Strategy<Value = Lookup> {
    prop::sample::select(vec![Lookup::Consistent, Lookup::Lagging, Lookup::None])
}

prop_compose! {
    fn any_capabilities()(
        replay in prop::sample::select(vec![Replay::ForcesOutcome, Replay::Only2xx, Replay::None]),
        reference_lookup in any_lookup(),
        read_by_id in any_lookup(),
        [void_by_reference, void_tombstones, two_step, captures_separately] in prop::array::uniform4(any::<bool>()),
        timeout in 1..200_u64,
    ) -> GatewayCapabilities {
        GatewayCapabilities {
            replay,
            key_ttl: Duration::from_hours(24),
            reference_lookup,
            read_by_id,
            void_by_reference,
            void_tombstones,
            two_step,
            captures_separately,
            confirms_after_action: false,
            tells_later: false,
            steps: &[],
            timeout: Duration::from_secs(timeout),
        }
    }
}

/// Times near every border: `send_by`, `place_by`, the absent windows, the key's end, and far beyond.
fn any_second() -> impl Strategy<Value = u64> {
    prop_oneof![0..20_u64, 85..240_u64, 78_500..78_700_u64, 86_300..200_000_u64]
}

prop_compose! {
    fn any_probe()(
        rung in prop::sample::select(vec![Rung::Look, Rung::Replay, Rung::Void]),
        rounds in 0..12_u32,
        replays in 0..12_u32,
        replay_failed in any::<bool>(),
        seen in prop::option::of(any_second()),
    ) -> Probe {
        Probe { since: START, rung, rounds, next_at: START, replays, replay_failed, seen_absent_at: seen.map(second) }
    }
}

fn any_kind() -> impl Strategy<Value = OperationKind> {
    prop::sample::select(vec![
        OperationKind::Create,
        OperationKind::Confirm,
        OperationKind::Authorise,
        OperationKind::Capture,
        OperationKind::Void,
        OperationKind::Refund,
    ])
}

fn any_cause() -> impl Strategy<Value = UnknownCause> {
    prop::sample::select(vec![UnknownCause::Timeout, UnknownCause::Processing, UnknownCause::InProgress])
}

prop_compose! {
    fn any_payment()(
        kind in any_kind(),
        cause in any_cause(),
        probe in any_probe(),
        goal in prop::sample::select(vec![Goal::Hold, Goal::Settle, Goal::Release]),
        object in any::<bool>(),
    ) -> Payment {
        payment(kind, cause, probe, goal, object)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn r3_a_replay_needs_a_forced_outcome_a_living_key_no_5xx_and_for_what_authorises_place_by_to_come(
        payment in any_payment(), capabilities in any_capabilities(), at in any_second(),
    ) {
        let operation = &payment.attempts[0].operations[0];
        if matches!(step(&payment, &capabilities, second(at)), Decision::Do(Effect::Replay { .. })) {
            prop_assert_eq!(capabilities.replay, Replay::ForcesOutcome);
            prop_assert!(!operation.probe.as_ref().unwrap().replay_failed);
            prop_assert!(at < 24 * 3600, "R8: within the key's life");
            prop_assert!(!operation.kind.authorises() || (at < 10 && payment.goal == Goal::Hold));
        }
    }

    #[test]
    fn r4_absence_needs_a_consistent_look_90_s_or_the_gateways_timeout_past_send_by(
        payment in any_payment(), capabilities in any_capabilities(), at in any_second(),
    ) {
        let attempt = &payment.attempts[0];
        let probe = attempt.operations[0].probe.as_ref().unwrap();
        if let Decision::Conclude(Conclusion::Absent { .. }) = step(&payment, &capabilities, second(at)) {
            let window = capabilities.timeout.as_secs().max(90);
            prop_assert!(probe.seen_absent_at.unwrap() >= second(5 + window));
            // Whoever's clock says so may be ahead of the clock of who sent it: the rounds must have waited as well.
            let waited = [0, 5, 15, 45, 120, 300, 900, 3_600, 21_600, 86_400];
            prop_assert!(waited[(probe.rounds as usize).min(9)] >= window);
            let by_id = attempt.object.is_some() && capabilities.read_by_id != Lookup::None;
            let sight = if by_id { capabilities.read_by_id } else { capabilities.reference_lookup };
            prop_assert_eq!(sight, Lookup::Consistent);
        }
    }

    #[test]
    fn r3_the_ladder_voids_only_what_authorises_and_only_where_a_void_leaves_a_tombstone(
        payment in any_payment(), capabilities in any_capabilities(), at in any_second(),
    ) {
        if let Decision::Do(Effect::Next { kind, .. }) = step(&payment, &capabilities, second(at)) {
            prop_assert_eq!(kind, OperationKind::Void);
            prop_assert!(payment.attempts[0].operations[0].kind.authorises());
            prop_assert!(capabilities.void_tombstones);
            prop_assert!(capabilities.void_by_reference || payment.attempts[0].object.is_some());
        }
    }

    #[test]
    fn r3_only_a_create_without_an_object_is_dismissed_without_an_answer(
        payment in any_payment(), capabilities in any_capabilities(), at in any_second(),
    ) {
        let attempt = &payment.attempts[0];
        if let Decision::Conclude(Conclusion::Unconfirmed { .. }) = step(&payment, &capabilities, second(at)) {
            prop_assert_eq!(attempt.operations[0].kind, OperationKind::Create);
            prop_assert!(attempt.object.is_none());
        }
    }

    #[test]
    fn r4_what_was_seen_before_a_replay_proves_nothing_after_it(
        payment in any_payment(), capabilities in any_capabilities(), at in any_second(),
    ) {
        let operation = payment.attempts[0].operations[0].id;
        let again = Input::Outcome {
            operation,
            replay: true,
            outcome: Outcome::Unknown(UnknownCause::Timeout),
        };
        let policy = Policy::default();
        for input in [again, Input::Recovered] {
            let next = react(&payment, input, second(at), &policy).unwrap();
            let operation = &next.attempts[0].operations[0];
            let left = if operation.kind.authorises() { at.min(10) } else { at };
            prop_assert!(operation.send_by >= Some(second(left.max(5))));
            let concluded = step(&next, &capabilities, second(at));
            let absent = matches!(concluded, Decision::Conclude(Conclusion::Absent { .. }));
            prop_assert!(!absent, "by a look from before");
        }
    }
}

/// A gateway that can be asked nothing, and keeps no keys.
const SILENT: GatewayCapabilities = GatewayCapabilities {
    replay: Replay::None,
    reference_lookup: Lookup::None,
    read_by_id: Lookup::None,
    void_by_reference: false,
    void_tombstones: false,
    ..GatewayCapabilities::stripe()
};

/// When rounds end, until an operator is asked for.
fn rounds(mut payment: Payment, late: u64) -> Vec<u64> {
    let policy = Policy::default();
    let mut now = START;
    let mut ended = vec![];
    for _ in 0..100 {
        match step(&payment, &SILENT, now) {
            Decision::Conclude(conclusion @ Conclusion::RoundOver { .. }) => {
                ended.push(u64::try_from(now.as_second()).unwrap());
                payment = react(&payment, Input::Conclude(conclusion), now, &policy).unwrap();
            }
            Decision::Wait { until } => now = after(until, Duration::from_secs(late)),
            Decision::Done => break,
            other => panic!("the gateway can be asked nothing: {other:?}"),
        }
        assert_eq!(payment.attempts[0].operations[0].state, OperationState::Unknown(UnknownCause::Timeout));
    }
    assert!(payment.attempts[0].needs_review, "R8: an operator is needed");
    ended
}

#[test]
fn r8_an_unknown_outcome_is_looked_at_by_the_schedule_and_then_needs_review_and_never_fails() {
    for kind in
        [OperationKind::Confirm, OperationKind::Authorise, OperationKind::Capture, OperationKind::Refund]
    {
        let one = payment(kind, UnknownCause::Timeout, Probe::begin(START), Goal::Hold, true);
        let expected = [0, 5, 15, 45, 120, 300, 900, 3_600, 21_600, 86_400];
        assert_eq!(rounds(one, 0), expected, "{kind:?}");
    }
}

#[test]
fn r8_rounds_missed_in_an_outage_are_not_made_up_for_in_a_burst() {
    let one = payment(OperationKind::Capture, UnknownCause::Timeout, Probe::begin(START), Goal::Settle, true);
    let ended = rounds(one, 100_000);
    assert_eq!(ended.len(), 10);
    assert!(ended.windows(2).all(|pair| pair[1] - pair[0] >= 100_000), "{ended:?}");
}
