//! What vendors tell later: received is not done, and notifications come late, early, twice and against each other.

mod told;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::super::attempt::VoidReason;
use super::super::capabilities::{Lookup, Replay};
use super::super::decide::decide;
use super::super::operation::{Operation, OperationState, Probe};
use super::super::outcome::{NotSent, Outcome, Refusal, Status, UnknownCause, View};
use super::super::react::{Input, react};
use super::super::{
    AttemptState, Books, Decision, Decline, DeclineClass, Effect, Facts, GatewayCapabilities, GatewayFacts,
    Goal, OperationKind, Payment, Policy, Said, Told, invariants,
};
use super::{START, payment, second};
use crate::domain::ids::OperationId;
use crate::domain::money::Money;
use crate::domain::payment::gate::{self, Gate};

/// A vendor that can be asked nothing and tells everything later; its cancels go by our reference and leave no tombstone.
const TELLS_LATER: GatewayCapabilities = GatewayCapabilities {
    replay: Replay::ForcesOutcome,
    reference_lookup: Lookup::None,
    read_by_id: Lookup::None,
    void_by_reference: true,
    void_tombstones: false,
    two_step: false,
    tells_later: true,
    ..GatewayCapabilities::stripe()
};

const CALL: OperationId = OperationId(Uuid::from_u128(9));
const OTHER: OperationId = OperationId(Uuid::from_u128(20));

fn decided(payment: &Payment, at: Timestamp) -> Decision {
    let facts = GatewayFacts { capabilities: TELLS_LATER, unavailable: None };
    let gateways = BTreeMap::from([("a".parse().unwrap(), facts)]);
    let (policy, books) = (Policy::default(), Books::default());
    decide(payment, &Facts { now: at, policy: &policy, gateways: &gateways, books: &books })
}

fn then(payment: &Payment, input: Input, at: u64) -> Payment {
    let next = react(payment, input, second(at), &Policy::default()).unwrap();
    invariants::check(&next).unwrap();
    next
}

fn tell(payment: &Payment, operation: Option<OperationId>, said: Said, at: u64) -> Payment {
    let (account, object) = ("a".parse().unwrap(), Some("obj".to_owned()));
    then(payment, Input::Told { account, object, told: Told { operation, said } }, at)
}

/// The payment whose one call of this kind was sent and received.
fn received(kind: OperationKind, goal: Goal) -> Payment {
    payment(kind, UnknownCause::Processing, Probe::begin(START), goal, true)
}

fn done() -> Said {
    Said::Done { amount: None }
}

fn refused() -> Said {
    Said::Refused(Refusal { code: "no".to_owned(), class: None, not_found: false, retry_after: None })
}

fn seen(payment: &Payment, status: Status) -> Said {
    let minor = payment.amount.minor;
    Said::Seen(View {
        object: None,
        capturable_minor: if status == Status::Authorised { minor } else { 0 },
        captured_minor: if status == Status::Captured { minor } else { 0 },
        status,
        amount: payment.amount,
        reference: Some(payment.id.to_string()),
        refunded_minor: None,
        card: None,
    })
}

fn declined() -> Status {
    Status::Declined(Decline::new(DeclineClass::Generic, "no".to_owned()))
}

fn state(payment: &Payment) -> &AttemptState {
    &payment.attempts[0].state
}

fn called(payment: &Payment, id: OperationId) -> OperationState {
    payment.attempts[0].operation(id).unwrap().state
}

/// The same, without what paces the ladder.
fn sum(payment: &Payment) -> (AttemptState, i64, i64, Vec<OperationState>) {
    let attempt = &payment.attempts[0];
    let calls = attempt.operations.iter().map(|each| each.state).collect();
    (attempt.state.clone(), attempt.captured_minor, attempt.refunded_minor, calls)
}

#[test]
fn what_is_only_received_is_not_done_and_is_not_sent_again_while_the_schedule_runs_to_a_review() {
    for kind in [OperationKind::Capture, OperationKind::Void, OperationKind::Refund] {
        let mut payment = received(kind, Goal::Settle);
        payment.attempts[0].operations[0].state = OperationState::Sending;
        payment.attempts[0].operations[0].probe = None;
        let before = sum(&payment);
        let outcome = Outcome::Unknown(UnknownCause::Processing);
        payment = then(&payment, Input::Outcome { operation: CALL, replay: false, outcome }, 1);
        assert_eq!((sum(&payment).0, sum(&payment).1), (before.0, before.1), "{kind:?}");
        let (mut now, mut rounds) = (second(1), 0);
        loop {
            match decided(&payment, now) {
                Decision::Wait { until } => now = until,
                Decision::Conclude(conclusion) => {
                    rounds += 1;
                    payment = react(&payment, Input::Conclude(conclusion), now, &Policy::default()).unwrap();
                }
                Decision::Done => break,
                Decision::Do(effect) => panic!("{kind:?}: {effect:?}"),
            }
        }
        assert_eq!(rounds, Policy::default().schedule.len() + 1, "{kind:?}");
        assert!(payment.needs_review());
        payment = tell(&payment, Some(CALL), done(), 500_000);
        assert!(!payment.needs_review(), "what is told at last needs nobody: {kind:?}");
        assert_eq!(called(&payment, CALL), OperationState::Succeeded);
    }
}

#[test]
fn a_replay_that_was_received_is_the_last_one() {
    let unknown = UnknownCause::Timeout;
    let mut payment = payment(OperationKind::Capture, unknown, Probe::begin(START), Goal::Settle, true);
    assert_eq!(decided(&payment, second(1)), Decision::Do(Effect::Replay { operation: CALL }));
    let outcome = Outcome::Unknown(UnknownCause::Processing);
    payment = then(&payment, Input::Outcome { operation: CALL, replay: true, outcome }, 1);
    assert!(payment.attempts[0].operations[0].received());
    assert!(!matches!(decided(&payment, second(1)), Decision::Do(_)));
}

#[test]
fn what_was_told_counts_once_whatever_came_before_or_comes_after() {
    for (kind, next) in [
        (OperationKind::Capture, AttemptState::Captured),
        (OperationKind::Void, AttemptState::Voided),
        (OperationKind::Refund, AttemptState::Refunded),
    ] {
        let mut payment = received(kind, Goal::Release);
        payment.attempts[0].operations[0].state = OperationState::Sending;
        payment.attempts[0].operations[0].probe = None;
        // Before our own call has returned.
        let early = tell(&payment, Some(CALL), done(), 1);
        assert_eq!(state(&early), &next, "{kind:?}");
        for outcome in [
            Outcome::Unknown(UnknownCause::Processing),
            Outcome::Unknown(UnknownCause::Timeout),
            Outcome::NotSent(NotSent::Connect),
        ] {
            let answered = then(&early, Input::Outcome { operation: CALL, replay: false, outcome }, 2);
            assert_eq!(sum(&answered), sum(&early), "{kind:?}");
        }
        assert_eq!(tell(&early, Some(CALL), done(), 3), early, "twice: {kind:?}");
        let against = tell(&early, Some(CALL), refused(), 3);
        assert_eq!(sum(&against), sum(&early), "{kind:?}");
        assert!(against.needs_review(), "two words against each other: {kind:?}");
    }
}

#[test]
fn a_capture_that_is_refused_later_needs_a_person_and_is_not_done_by_a_later_word() {
    let payment = tell(&received(OperationKind::Capture, Goal::Settle), Some(CALL), refused(), 9);
    assert_eq!(
        (state(&payment), called(&payment, CALL)),
        (&AttemptState::Authorised, OperationState::Failed)
    );
    assert!(payment.needs_review(), "R17");
    let against = tell(&payment, Some(CALL), done(), 10);
    assert_eq!((sum(&against), against.needs_review()), (sum(&payment), true));
}

#[test]
fn what_was_done_for_another_amount_is_not_what_was_asked_for() {
    let eur = "EUR".parse().unwrap();
    for kind in [OperationKind::Capture, OperationKind::Refund] {
        let before = received(kind, Goal::Settle);
        for amount in [Money::new(999, eur), Money::new(1_000, "SEK".parse().unwrap())] {
            let after = tell(&before, Some(CALL), Said::Done { amount: Some(amount) }, 9);
            assert_eq!(sum(&after), sum(&before), "{kind:?} {amount:?}");
            assert!(after.needs_review());
        }
        let whole = tell(&before, Some(CALL), Said::Done { amount: Some(Money::new(1_000, eur)) }, 9);
        assert_eq!(called(&whole, CALL), OperationState::Succeeded);
    }
}

#[test]
fn a_void_that_is_refused_later_is_followed_by_another_and_an_old_authorisation_is_no_late_success() {
    let mut payment = tell(&received(OperationKind::Void, Goal::Release), Some(CALL), refused(), 3);
    assert_eq!(state(&payment), &AttemptState::Voiding);
    assert_eq!(decided(&payment, second(3)), Decision::Wait { until: second(5) });
    assert!(matches!(
        decided(&payment, second(5)),
        Decision::Do(Effect::Next { kind: OperationKind::Void, .. })
    ));
    payment = tell(&payment, Some(CALL), done(), 6);
    assert_eq!(state(&payment), &AttemptState::Voided);
    // That it was held is no news; that what was never known to be held is, and it is given back.
    for (known, late) in
        [(OperationState::Succeeded, false), (OperationState::Unknown(UnknownCause::Timeout), true)]
    {
        let mut voiding = received(OperationKind::Void, Goal::Release);
        let asked = received(OperationKind::Authorise, Goal::Release).attempts[0].operations[0].clone();
        let over = known == OperationState::Succeeded;
        let rendered = asked.rendered.clone().filter(|_| !over);
        voiding.attempts[0].operations.insert(0, Operation { id: OTHER, state: known, rendered, ..asked });
        let voided = tell(&voiding, Some(CALL), done(), 6);
        let told = tell(&voided, None, seen(&voided, Status::Authorised), 7);
        assert_eq!(state(&told) == &AttemptState::LateSuccess, late);
        assert_eq!(told == voided, !late);
    }
}

#[test]
fn r9_an_authorisation_that_is_told_of_an_attempt_that_had_ended_is_a_late_success() {
    let decline = Decline::new(DeclineClass::Generic, "no".to_owned());
    let ended = [
        AttemptState::Voided,
        AttemptState::Declined(decline),
        AttemptState::NotSent(NotSent::Connect),
        AttemptState::ConfirmedAbsent { checks: 3, next_check_at: None },
    ];
    for ended in ended {
        let mut payment = received(OperationKind::Authorise, Goal::Release);
        payment.attempts[0].state = ended;
        payment.attempts[0].operations[0].state = OperationState::Failed;
        payment.attempts[0].operations[0].rendered = None;
        let late = tell(&payment, None, seen(&payment, Status::Authorised), 60);
        assert_eq!(state(&late), &AttemptState::LateSuccess);
        assert_eq!(tell(&late, None, seen(&late, Status::Authorised), 61), late);
    }
}

#[test]
fn r10_an_unknown_authorisation_is_what_is_told_of_it_and_another_amount_is_a_mismatch() {
    let unknown = received(OperationKind::Authorise, Goal::Hold);
    for (status, next) in [
        (Status::Authorised, AttemptState::Authorised),
        (declined(), AttemptState::Declined(Decline::new(DeclineClass::Generic, "no".to_owned()))),
    ] {
        assert_eq!(state(&tell(&unknown, None, seen(&unknown, status), 3)), &next);
    }
    let Said::Seen(view) = seen(&unknown, Status::Authorised) else { panic!() };
    let other = Money::new(view.amount.minor + 7, view.amount.currency);
    let mismatched = tell(&unknown, Some(CALL), Said::Seen(View { amount: other, ..view }), 3);
    assert_eq!(state(&mismatched), &AttemptState::Mismatched);
    assert!(matches!(
        decided(&mismatched, second(3)),
        Decision::Do(Effect::Next { kind: OperationKind::Void, .. })
    ));
    let strangers = Input::Told {
        account: "b".parse().unwrap(),
        object: None,
        told: Told { operation: Some(CALL), said: seen(&unknown, Status::Authorised) },
    };
    assert_eq!(then(&unknown, strangers, 3), unknown, "another account's");
}

#[test]
fn r18_refunds_stand_beside_each_other_while_they_are_only_received() {
    let mut payment = received(OperationKind::Refund, Goal::Settle);
    payment.attempts[0].operations[0].amount_minor = 300;
    payment = then(&payment, Input::Refund { operation: OTHER, amount_minor: 600 }, 20);
    assert_eq!(payment.refundable_minor(), 100);
    // The round of the first is over, and the second is sent beside it.
    let Decision::Conclude(round) = decided(&payment, second(20)) else { panic!() };
    payment = then(&payment, Input::Conclude(round), 20);
    assert_eq!(decided(&payment, second(20)), Decision::Do(Effect::Send { operation: OTHER }));
    let second_call = payment.attempts[0].operations.iter_mut().find(|each| each.id == OTHER).unwrap();
    *second_call = Operation {
        state: OperationState::Sending,
        send_by: Some(second(25)),
        rendered: Some(vec![2]),
        ..second_call.clone()
    };
    let outcome = Outcome::Unknown(UnknownCause::Processing);
    payment = then(&payment, Input::Outcome { operation: OTHER, replay: false, outcome }, 21);
    let told = tell(&payment, Some(OTHER), done(), 30);
    assert_eq!(
        (told.refunded_minor(), called(&told, CALL)),
        (600, OperationState::Unknown(UnknownCause::Processing))
    );
    let failed = tell(&told, Some(CALL), refused(), 31);
    assert_eq!((failed.refunded_minor(), failed.refundable_minor()), (600, 400));
}

#[test]
fn an_unknown_authorisation_that_nobody_waits_for_is_cancelled_and_the_cancel_opens_no_gate() {
    let unknown = received(OperationKind::Authorise, Goal::Hold);
    let voids = |payment: &Payment, at: u64| {
        matches!(decided(payment, second(at)), Decision::Do(Effect::Next { kind: OperationKind::Void, .. }))
    };
    for at in [0, 9, 11, 300, 899] {
        assert!(!voids(&unknown, at), "the sale may yet succeed at {at} s");
    }
    assert!(voids(&unknown, 900));
    assert!(voids(&received(OperationKind::Authorise, Goal::Release), 1));
}

proptest! {
    #[test]
    fn whenever_a_void_without_a_tombstone_is_begun_its_success_lets_no_backup_take_over(
        at in 0..2_000_u64, rounds in 0..12_u32, object in any::<bool>(), released in any::<bool>(),
    ) {
        let goal = if released { Goal::Release } else { Goal::Hold };
        let probe = Probe { rounds, ..Probe::begin(START) };
        let unknown = payment(OperationKind::Authorise, UnknownCause::Processing, probe, goal, object);
        if let Decision::Do(Effect::Next { kind: OperationKind::Void, .. }) = decided(&unknown, second(at)) {
            let mut voided = unknown;
            voided.attempts[0].state = AttemptState::Voided;
            voided.attempts[0].void_reason =
                Some(if released { VoidReason::Release } else { VoidReason::Resolve });
            let late = second(at) >= voided.place_by;
            prop_assert_ne!(gate::after_last(&voided, late, false), Some(Gate::Open));
        }
    }

    #[test]
    fn in_whatever_order_the_same_words_come_the_money_is_the_same(
        order in Just(vec![0_u8, 1, 2, 3]).prop_shuffle(), twice in any::<[bool; 4]>(),
    ) {
        let mut row = received(OperationKind::Refund, Goal::Settle);
        row.attempts[0].operations[0].amount_minor = 400;
        row = then(&row, Input::Refund { operation: OTHER, amount_minor: 600 }, 20);
        let call = row.attempts[0].operations.iter_mut().find(|each| each.id == OTHER).unwrap();
        (call.state, call.send_by) = (OperationState::Sending, Some(second(25)));
        call.rendered = Some(vec![2]);
        let mut now = 30;
        for word in order {
            for _ in 0..=u8::from(twice[usize::from(word)]) {
                now += Duration::from_secs(1).as_secs();
                row = match word {
                    0 => tell(&row, Some(CALL), done(), now),
                    1 => tell(&row, Some(OTHER), done(), now),
                    2 => tell(&row, None, seen(&row, Status::Authorised), now),
                    _ => {
                        let outcome = Outcome::Unknown(UnknownCause::Processing);
                        then(&row, Input::Outcome { operation: OTHER, replay: false, outcome }, now)
                    }
                };
            }
        }
        prop_assert_eq!(state(&row), &AttemptState::Refunded);
        prop_assert_eq!((row.refunded_minor(), row.needs_review()), (1_000, false));
    }
}
