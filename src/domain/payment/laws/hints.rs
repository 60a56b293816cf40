//! Messages of partners: what they lead to, and all that they must not.

mod marks;

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::super::decide::decide;
use super::super::operation::{OperationState, Probe};
use super::super::outcome::{Outcome, Refusal, Status, UnknownCause, View};
use super::super::react::{Input, react};
use super::super::{
    AttemptState, Books, Decision, Decline, DeclineClass, Effect, Facts, GatewayCapabilities, GatewayFacts,
    Goal, Hint, NotSent, OperationKind, Payment, Policy,
};
use super::{START, every_state, payment, second};
use crate::domain::ids::OperationId;

fn unknown(kind: OperationKind) -> Payment {
    let probe = Probe { next_at: second(3_600), rounds: 6, ..Probe::begin(START) };
    payment(kind, UnknownCause::Timeout, probe, Goal::Settle, true)
}

/// The payment in a state in which nothing is under way.
fn at_rest(state: AttemptState, goal: Goal) -> Payment {
    let mut payment =
        payment(OperationKind::Authorise, UnknownCause::Timeout, Probe::begin(START), goal, true);
    payment.attempts[0].state = state;
    payment.attempts[0].operations[0].state = OperationState::Succeeded;
    payment.attempts[0].operations[0].rendered = None;
    payment
}

fn ended() -> [AttemptState; 4] {
    [
        AttemptState::Voided,
        AttemptState::Declined(Decline::new(DeclineClass::Generic, "no".to_owned())),
        AttemptState::NotSent(NotSent::Connect),
        AttemptState::ConfirmedAbsent { checks: 3, next_check_at: None },
    ]
}

fn awaiting() -> AttemptState {
    let redirect_url = "https://bank.test/".to_owned();
    AttemptState::AwaitingAction { redirect_url, expires_at: second(900), signalled: false }
}

fn decided(payment: &Payment, at: Timestamp) -> Decision {
    let facts = GatewayFacts { capabilities: GatewayCapabilities::stripe(), unavailable: None };
    let gateways = BTreeMap::from([("a".parse().unwrap(), facts)]);
    let (policy, books) = (Policy::default(), Books::default());
    decide(payment, &Facts { now: at, policy: &policy, gateways: &gateways, books: &books })
}

fn then(payment: &Payment, input: Input, at: u64) -> Payment {
    react(payment, input, second(at), &Policy::default()).unwrap()
}

fn hinted(payment: &Payment, hint: Hint, at: u64) -> Payment {
    let (account, object) = ("a".parse().unwrap(), Some("obj".to_owned()));
    then(payment, Input::Hinted { account, object, hint }, at)
}

fn looks(payment: &Payment, at: u64) -> bool {
    matches!(decided(payment, second(at)), Decision::Do(Effect::Look { .. }))
}

fn looked(payment: &Payment, outcome: Outcome, at: u64) -> Payment {
    let Decision::Do(Effect::Look { attempt, operation }) = decided(payment, second(at)) else {
        panic!("no look")
    };
    then(payment, Input::Looked { attempt, operation, outcome }, at)
}

fn view(payment: &Payment, status: Status) -> Outcome {
    let minor = payment.amount.minor;
    Outcome::Definite(View {
        object: Some("obj".to_owned()),
        capturable_minor: if status == Status::Authorised { minor } else { 0 },
        captured_minor: if status == Status::Captured { minor } else { 0 },
        status,
        amount: payment.amount,
        reference: Some(payment.id.to_string()),
        refunded_minor: None,
        card: None,
    })
}

fn nowhere() -> Outcome {
    Outcome::Refused(Refusal { code: "none".to_owned(), class: None, not_found: true, retry_after: None })
}

#[test]
fn no_message_moves_a_state_an_operation_or_an_amount_whatever_it_says() {
    for state in every_state() {
        for operation in [
            OperationState::Pending,
            OperationState::Sending,
            OperationState::Unknown(UnknownCause::Timeout),
            OperationState::Succeeded,
            OperationState::Failed,
        ] {
            for goal in [Goal::Hold, Goal::Settle, Goal::Release] {
                for hint in Hint::ALL {
                    let mut before = at_rest(state.clone(), goal);
                    before.attempts[0].operations[0].state = operation;
                    let mut after = hinted(&before, hint, 20);
                    after.attempts[0].hinted = None;
                    after.attempts[0].failover = before.attempts[0].failover;
                    assert_eq!(after, before, "{hint:?}");
                }
            }
        }
    }
}

#[test]
fn r9_a_success_told_of_an_attempt_that_had_ended_is_looked_at_and_given_back() {
    for state in ended() {
        for goal in [Goal::Hold, Goal::Settle, Goal::Release] {
            for (hint, status, next) in [
                (Hint::Held, Status::Authorised, OperationKind::Void),
                (Hint::Taken, Status::Captured, OperationKind::Refund),
            ] {
                let mut payment = at_rest(state.clone(), goal);
                assert!(!looks(&payment, 20));
                payment = hinted(&payment, hint, 20);
                payment = looked(&payment, view(&payment, status), 21);
                assert_eq!(payment.attempts[0].state, AttemptState::LateSuccess);
                assert_eq!(payment.attempts[0].hinted, None);
                let Decision::Do(Effect::Next { kind, .. }) = decided(&payment, second(21)) else { panic!() };
                assert_eq!(kind, next);
            }
        }
    }
}

#[test]
fn a_message_that_repeats_what_is_known_or_comes_too_late_leads_to_nothing() {
    let nothing_new = [
        (AttemptState::Authorised, Hint::Held),
        (AttemptState::Authorised, Hint::Moved),
        (AttemptState::Captured, Hint::Taken),
        (AttemptState::Captured, Hint::Held),
        (AttemptState::Captured, Hint::Gone),
        (AttemptState::Refunded, Hint::Taken),
        (AttemptState::LateVoided, Hint::Held),
        (awaiting(), Hint::Moved),
    ];
    let of_ended = ended().into_iter().flat_map(|state| [(state.clone(), Hint::Gone), (state, Hint::Moved)]);
    for (state, hint) in nothing_new.into_iter().chain(of_ended) {
        let payment = at_rest(state, Goal::Settle);
        let after = hinted(&payment, hint, 20);
        assert_eq!(after.attempts[0].hinted, None, "{:?} {hint:?}", payment.attempts[0].state);
    }
}

#[test]
fn r17_a_hold_that_is_said_to_be_gone_is_looked_at_and_an_order_on_it_is_reviewed() {
    let mut payment = hinted(&at_rest(AttemptState::Authorised, Goal::Settle), Hint::Gone, 20);
    payment = looked(&payment, view(&payment, Status::Voided), 20);
    assert!(payment.needs_review());
    let stale = hinted(&at_rest(AttemptState::Authorised, Goal::Settle), Hint::Gone, 20);
    let stale = looked(&stale, view(&stale, Status::Authorised), 20);
    assert!(!stale.needs_review() && stale.attempts[0].hinted.is_none());
}

#[test]
fn r15_a_customer_who_does_not_come_back_is_found_out_by_a_message() {
    for goal in [Goal::Hold, Goal::Settle] {
        let mut payment = hinted(&at_rest(awaiting(), goal), Hint::Held, 20);
        payment = looked(&payment, view(&payment, Status::Authorised), 20);
        assert_eq!(payment.attempts[0].state, AttemptState::Authorised);
    }
    // One who has not acted yet goes on waiting, and nobody asks again.
    let waits = hinted(&at_rest(awaiting(), Goal::Hold), Hint::Held, 20);
    let needed = Status::ActionNeeded { redirect_url: "https://bank.test/".to_owned() };
    let waits = looked(&waits, view(&waits, needed), 20);
    assert_eq!(decided(&waits, second(20)), Decision::Wait { until: second(900) });
}

#[test]
fn what_is_given_up_is_voided_and_not_looked_at_first() {
    let payment = hinted(&at_rest(awaiting(), Goal::Release), Hint::Held, 20);
    assert!(matches!(
        decided(&payment, second(20)),
        Decision::Do(Effect::Next { kind: OperationKind::Void, .. })
    ));
}

#[test]
fn an_unknown_outcome_is_looked_at_at_once_and_the_schedule_stays_as_it_was() {
    for kind in [OperationKind::Confirm, OperationKind::Capture, OperationKind::Void, OperationKind::Refund] {
        for hint in Hint::ALL {
            let before = unknown(kind);
            assert_eq!(decided(&before, second(20)), Decision::Wait { until: second(3_600) });
            let told = hinted(&before, hint, 20);
            let inconclusive = looked(&told, Outcome::Unknown(UnknownCause::Timeout), 20);
            assert_eq!(
                decided(&inconclusive, second(20)),
                Decision::Wait { until: second(3_600) },
                "{kind:?}"
            );
            assert!(looks(&inconclusive, 3_600), "the round begins with a look of its own: {kind:?}");
        }
    }
}

#[test]
fn i11_what_waits_for_a_person_is_left_by_a_message_that_a_look_confirms() {
    let mut payment = unknown(OperationKind::Confirm);
    payment.attempts[0].needs_review = true;
    assert_eq!(decided(&payment, second(20)), Decision::Done);
    payment = hinted(&payment, Hint::Taken, 20);
    payment = looked(&payment, view(&payment, Status::Captured), 20);
    assert!(!payment.needs_review());
    assert_eq!(payment.attempts[0].state, AttemptState::Captured);
}

#[test]
fn a_look_that_was_asked_before_the_message_does_not_answer_it() {
    let payment = hinted(&at_rest(AttemptState::Voided, Goal::Settle), Hint::Held, 20);
    let attempt = payment.attempts[0].id;
    let old = Input::Looked { attempt, operation: None, outcome: view(&payment, Status::Voided) };
    let still = then(&payment, old.clone(), 19);
    assert!(looks(&still, 20));
    assert!(!looks(&then(&payment, old, 20), 20));
}

#[test]
fn what_lands_while_a_void_is_out_is_looked_at_once_the_void_has_ended() {
    let mut payment = unknown(OperationKind::Void);
    payment.attempts[0].operations[0].state = OperationState::Sending;
    payment = hinted(&payment, Hint::Held, 20);
    assert!(!looks(&payment, 20), "a call is out");
    let operation = OperationId(Uuid::from_u128(9));
    let outcome = view(&payment, Status::Voided);
    payment = then(&payment, Input::Outcome { operation, replay: false, outcome }, 21);
    assert_eq!(payment.attempts[0].state, AttemptState::Voided);
    payment = looked(&payment, view(&payment, Status::Authorised), 21);
    assert_eq!(payment.attempts[0].state, AttemptState::LateSuccess);
}

#[test]
fn a_call_that_shows_what_the_message_said_needs_no_look_after_it() {
    let payment = hinted(&unknown(OperationKind::Authorise), Hint::Held, 20);
    let operation = OperationId(Uuid::from_u128(9));
    let outcome = view(&payment, Status::Authorised);
    let answered = then(&payment, Input::Outcome { operation, replay: true, outcome }, 21);
    assert_eq!(answered.attempts[0].hinted, None);
}

#[test]
fn a_message_for_another_account_or_about_another_object_is_not_this_attempts() {
    let payment = at_rest(AttemptState::Voided, Goal::Settle);
    let told = |account: &str, object: Option<&str>| {
        let (account, object) = (account.parse().unwrap(), object.map(str::to_owned));
        then(&payment, Input::Hinted { account, object, hint: Hint::Held }, 20)
    };
    assert_eq!(told("b", Some("obj")).attempts[0].hinted, None);
    assert_eq!(told("a", Some("other")).attempts[0].hinted, None);
    assert!(told("a", None).attempts[0].hinted.is_some());
}

#[test]
fn of_several_messages_the_weightiest_counts_whatever_their_order() {
    let mut payment = unknown(OperationKind::Confirm);
    payment.attempts[0].state = AttemptState::Unknown;
    for order in [[Hint::Moved, Hint::Taken, Hint::Gone], [Hint::Taken, Hint::Gone, Hint::Moved]] {
        let told = order.into_iter().fold(payment.clone(), |payment, hint| hinted(&payment, hint, 20));
        assert_eq!(told.attempts[0].hinted.unwrap().hint, Hint::Taken);
    }
}

#[test]
fn a_late_success_that_cannot_be_looked_at_is_tried_by_the_schedule_and_then_a_person_is_told() {
    for (outcome, reviewed) in [(Outcome::NotSent(NotSent::BreakerOpen), true), (nowhere(), false)] {
        let mut payment = hinted(&at_rest(AttemptState::Voided, Goal::Settle), Hint::Held, 20);
        let (mut now, mut tries) = (second(20), 0);
        while payment.attempts[0].hinted.is_some() && tries < 100 {
            match decided(&payment, now) {
                Decision::Do(Effect::Look { attempt, operation }) => {
                    let input = Input::Looked { attempt, operation, outcome: outcome.clone() };
                    payment = react(&payment, input, now, &Policy::default()).unwrap();
                    tries += 1;
                }
                Decision::Wait { until } if until > now => now = until,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(tries, Policy::default().schedule.len() + 1);
        assert_eq!(payment.needs_review(), reviewed);
        payment = hinted(&payment, Hint::Held, 500_000);
        payment = looked(&payment, view(&payment, Status::Authorised), 500_000);
        assert!(!payment.needs_review(), "it would stand in the way of the void");
        assert!(matches!(decided(&payment, second(500_000)), Decision::Do(Effect::Next { .. })));
    }
}
