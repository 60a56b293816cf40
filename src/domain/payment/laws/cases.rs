//! Single stories that a random walk meets seldom, told from end to end.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::super::aggregate::{Failure, Instrument, Skipped};
use super::super::attempt::VoidReason;
use super::super::decide::{Conclusion, Route, decide, next_route, verdict};
use super::super::operation::Probe;
use super::super::outcome::{Outcome, Refusal, Status, UnknownCause, View};
use super::super::react::{Impossible, Input, Intent, react};
use super::super::{
    Attempt, AttemptState, Books, Decision, Decline, DeclineClass, Effect, Facts, GatewayCapabilities,
    GatewayFacts, Goal, NotSent, Operation, OperationKind, OperationState, Payment, Policy, Verdict,
};
use super::{START, payment, second};
use crate::domain::ids::{AccountId, AttemptId, OperationId, OrderId};

const FIRST: OperationId = OperationId(Uuid::from_u128(9));

fn unknown(kind: OperationKind, goal: Goal) -> Payment {
    payment(kind, UnknownCause::Timeout, Probe::begin(START), goal, true)
}

/// The payment in a state in which nothing is under way.
fn at_rest(state: AttemptState, goal: Goal) -> Payment {
    let mut payment = unknown(OperationKind::Authorise, goal);
    payment.attempts[0].state = state;
    payment.attempts[0].operations[0].state = OperationState::Succeeded;
    payment.attempts[0].operations[0].rendered = None;
    payment
}

fn awaiting() -> AttemptState {
    let redirect_url = "https://bank.test/".to_owned();
    AttemptState::AwaitingAction { redirect_url, expires_at: second(900), signalled: false }
}

fn given<T>(payment: &Payment, at: Timestamp, ask: impl Fn(&Payment, &Facts<'_>) -> T) -> T {
    let facts = GatewayFacts { capabilities: GatewayCapabilities::stripe(), unavailable: None };
    let gateways: BTreeMap<_, _> =
        ["a", "b", "c"].into_iter().map(|name| (name.parse().unwrap(), facts.clone())).collect();
    ask(
        payment,
        &Facts { now: at, policy: &Policy::default(), gateways: &gateways, books: &Books::default() },
    )
}

fn then(payment: &Payment, input: Input, at: u64) -> Payment {
    react(payment, input, second(at), &Policy::default()).unwrap()
}

/// Makes the intent that the machine decides on, which must be of this kind.
fn intend(payment: &Payment, kind: OperationKind, operation: u128, at: u64) -> Payment {
    let Decision::Do(effect) = given(payment, second(at), decide) else { panic!("nothing to do") };
    assert!(matches!(&effect, Effect::Next { kind: next, .. } if *next == kind), "{effect:?}");
    let attempt = AttemptId(Uuid::from_u128(70));
    let operation = OperationId(Uuid::from_u128(operation));
    then(payment, Input::Intend(Intent { effect, attempt, operation, rendered: vec![2] }), at)
}

fn outcome(operation: u128, outcome: Outcome) -> Input {
    Input::Outcome { operation: OperationId(Uuid::from_u128(operation)), replay: false, outcome }
}

fn looked(payment: &Payment, attempt: usize, outcome: Outcome) -> Input {
    Input::Looked { attempt: payment.attempts[attempt].id, operation: None, outcome }
}

fn refused() -> Outcome {
    Outcome::Refused(Refusal { code: "no".to_owned(), class: None, not_found: false, retry_after: None })
}

fn view(payment: &Payment, status: Status, minor: i64) -> Outcome {
    let captured = status == Status::Captured;
    let mut amount = payment.amount;
    amount.minor = minor;
    Outcome::Definite(View {
        object: Some("obj".to_owned()),
        status,
        amount,
        reference: Some(payment.id.to_string()),
        capturable_minor: if captured { 0 } else { minor },
        captured_minor: if captured { minor } else { 0 },
        refunded_minor: None,
        card: None,
    })
}

#[test]
fn a_refused_refund_of_what_nobody_owns_needs_review_and_a_signal_tries_again() {
    let mut payment = at_rest(AttemptState::Captured, Goal::Release);
    payment.attempts[0].captured_minor = 1_000;
    payment = intend(&payment, OperationKind::Refund, 20, 30);
    payment = then(&payment, outcome(20, refused()), 30);
    assert!(payment.needs_review());
    assert_eq!(given(&payment, second(30), decide), Decision::Done);
    payment = then(&payment, Input::Signalled, 40);
    payment = intend(&payment, OperationKind::Refund, 21, 40);
    assert_eq!(payment.attempts[0].refunds_reserved_minor(), 1_000);
}

#[test]
fn a_refused_refund_that_somebody_asked_for_is_his_to_hear_of() {
    let mut payment = at_rest(AttemptState::Captured, Goal::Settle);
    payment.attempts[0].captured_minor = 1_000;
    let operation = OperationId(Uuid::from_u128(20));
    payment = then(&payment, Input::Refund { operation, amount_minor: 400 }, 20);
    payment.attempts[0].operations[1].state = OperationState::Sending;
    payment = then(&payment, outcome(20, refused()), 21);
    assert!(!payment.needs_review());
    assert_eq!(payment.refundable_minor(), 1_000, "R18");
}

#[test]
fn r10_a_wrong_amount_that_was_charged_at_once_is_refunded_and_never_relied_on() {
    let mut payment = unknown(OperationKind::Authorise, Goal::Hold);
    payment = then(&payment, looked(&payment, 0, view(&payment, Status::Captured, 900)), 6);
    assert_eq!(payment.attempts[0].state, AttemptState::Mismatched);
    payment = intend(&payment, OperationKind::Void, 20, 6);
    payment = then(&payment, outcome(20, refused()), 7);
    payment = then(&payment, looked(&payment, 0, view(&payment, Status::Captured, 900)), 7);
    assert_eq!(payment.attempts[0].state, AttemptState::Captured);
    assert_eq!(given(&payment, second(7), verdict), Verdict::Working);
    payment = intend(&payment, OperationKind::Refund, 21, 7);
    assert_eq!(payment.attempts[0].operations[2].amount_minor, 900);
}

#[test]
fn r15_a_look_that_tells_nothing_is_repeated_by_the_schedule_and_a_new_signal_looks_at_once() {
    let mut payment = then(&at_rest(awaiting(), Goal::Hold), Input::Signalled, 20);
    let look = Decision::Do(Effect::Look { attempt: payment.attempts[0].id, operation: None });
    assert_eq!(given(&payment, second(20), decide), look);
    payment = then(&payment, looked(&payment, 0, Outcome::Unknown(UnknownCause::Timeout)), 20);
    assert_eq!(given(&payment, second(20), decide), Decision::Wait { until: second(25) });
    assert_eq!(given(&payment, second(25), decide), look);
    let needed = Status::ActionNeeded { redirect_url: "https://bank.test/".to_owned() };
    payment = then(&payment, looked(&payment, 0, view(&payment, needed, 1_000)), 25);
    assert_eq!(given(&payment, second(25), decide), Decision::Wait { until: second(900) });
    payment = then(&payment, Input::Signalled, 26);
    assert_eq!(given(&payment, second(26), decide), look);
}

#[test]
fn r15_an_action_that_succeeded_unseen_is_found_at_its_end_and_not_cancelled() {
    let payment = at_rest(awaiting(), Goal::Hold);
    let look = Decision::Do(Effect::Look { attempt: payment.attempts[0].id, operation: None });
    assert_eq!(given(&payment, second(900), decide), look);
    let seen = then(&payment, looked(&payment, 0, view(&payment, Status::Authorised, 1_000)), 900);
    assert_eq!(given(&seen, second(900), verdict), Verdict::Held);
    let unseen = then(&payment, looked(&payment, 0, Outcome::NotSent(NotSent::BreakerOpen)), 900);
    intend(&unseen, OperationKind::Void, 20, 900);
}

/// A declined first attempt, and another one in `state` at the account b.
fn declined_and_then(state: AttemptState) -> Payment {
    let decline = Decline::new(DeclineClass::IssuerUnavailable, "91".to_owned());
    let mut payment = at_rest(AttemptState::Declined(decline), Goal::Hold);
    payment.routes = ["a", "b", "c"].map(|name| name.parse().unwrap()).to_vec();
    let first = payment.attempts[0].clone();
    let id = OperationId(Uuid::from_u128(10));
    payment.attempts.push(Attempt {
        id: AttemptId(Uuid::from_u128(11)),
        account: "b".parse().unwrap(),
        state,
        operations: vec![Operation { id, ..first.operations[0].clone() }],
        ..first
    });
    payment
}

#[test]
fn r9_a_late_success_beside_a_live_backup_is_voided_and_the_backup_is_not() {
    let mut payment = declined_and_then(AttemptState::Authorised);
    payment = then(&payment, looked(&payment, 0, view(&payment, Status::Authorised, 1_000)), 60);
    assert_eq!(payment.attempts[0].state, AttemptState::LateSuccess);
    payment = intend(&payment, OperationKind::Void, 20, 60);
    assert_eq!(payment.attempts[0].state, AttemptState::LateVoiding);
    assert_eq!(payment.attempts[1].state, AttemptState::Authorised);
    assert_eq!(given(&payment, second(60), verdict), Verdict::Held);
    payment = then(&payment, outcome(20, view(&payment, Status::Captured, 1_000)), 61);
    assert_eq!(payment.attempts[0].state, AttemptState::LateRefunding);
    intend(&payment, OperationKind::Refund, 21, 61);
}

#[test]
fn i28_no_other_attempt_begins_while_a_late_success_is_being_given_back() {
    let mut payment = declined_and_then(AttemptState::NotSent(NotSent::Connect));
    let begins =
        |payment: &Payment| matches!(given(payment, second(2), decide), Decision::Do(Effect::Begin { .. }));
    payment.instruments = vec![super::super::Instrument { account: "c".parse().unwrap(), token: vec![1] }];
    assert!(begins(&payment));
    payment = then(&payment, looked(&payment, 0, view(&payment, Status::Authorised, 1_000)), 1);
    payment = intend(&payment, OperationKind::Void, 20, 1);
    assert!(!begins(&payment));
}

#[test]
fn a_capture_that_never_leaves_needs_review_in_the_end_and_a_signal_sends_it() {
    let mut payment = at_rest(AttemptState::Authorised, Goal::Settle);
    let operation = OperationId(Uuid::from_u128(20));
    payment = then(&payment, Input::Capture { operation, amount_minor: 1_000 }, 20);
    let mut now = second(20);
    for _ in 0..10 {
        if let Decision::Wait { until } = given(&payment, now, decide) {
            now = until;
        }
        assert_eq!(given(&payment, now, decide), Decision::Do(Effect::Send { operation }));
        payment.attempts[0].operations[1].state = OperationState::Sending;
        let never = outcome(20, Outcome::NotSent(NotSent::BreakerOpen));
        payment = react(&payment, never, now, &Policy::default()).unwrap();
    }
    assert!(payment.needs_review());
    assert_eq!(given(&payment, now, decide), Decision::Done);
    payment = react(&payment, Input::Signalled, now, &Policy::default()).unwrap();
    assert_eq!(given(&payment, now, decide), Decision::Do(Effect::Send { operation }));
}

#[test]
fn a_refused_capture_stays_for_review_until_somebody_captures_again() {
    let mut payment = at_rest(AttemptState::Authorised, Goal::Settle);
    let operation = OperationId(Uuid::from_u128(20));
    payment = then(&payment, Input::Capture { operation, amount_minor: 1_000 }, 20);
    payment.attempts[0].operations[1].state = OperationState::Sending;
    payment = then(&payment, outcome(20, refused()), 21);
    payment = then(&payment, Input::Signalled, 22);
    assert!(payment.needs_review(), "nothing would be asked again");
    let operation = OperationId(Uuid::from_u128(21));
    payment = then(&payment, Input::Capture { operation, amount_minor: 1_000 }, 23);
    assert!(!payment.needs_review());
    assert_eq!(given(&payment, second(23), decide), Decision::Do(Effect::Send { operation }));
}

#[test]
fn an_answer_that_leaves_a_capture_open_is_looked_into() {
    let mut payment = unknown(OperationKind::Capture, Goal::Settle);
    payment.attempts[0].operations[0].state = OperationState::Sending;
    payment.attempts[0].operations[0].probe = None;
    payment = then(&payment, outcome(9, view(&payment, Status::Processing, 1_000)), 3);
    let operation = payment.attempts[0].operation(FIRST).unwrap();
    assert_eq!(operation.state, OperationState::Unknown(UnknownCause::Processing));
    let look = Effect::Look { attempt: payment.attempts[0].id, operation: Some(FIRST) };
    assert_eq!(given(&payment, second(3), decide), Decision::Do(look));
}

#[test]
fn a_void_that_was_under_way_at_a_crash_is_looked_into_before_another_one_follows() {
    let mut payment = intend(&at_rest(AttemptState::Authorised, Goal::Release), OperationKind::Void, 20, 20);
    payment = then(&payment, Input::Recovered, 40);
    let operation = OperationId(Uuid::from_u128(20));
    let look = Effect::Look { attempt: payment.attempts[0].id, operation: Some(operation) };
    assert_eq!(given(&payment, second(40), decide), Decision::Do(look));
}

#[test]
fn nobody_is_asked_at_an_account_that_left_the_configuration() {
    let mut payment = at_rest(AttemptState::Authorised, Goal::Release);
    payment.attempts[0].account = "gone".parse().unwrap();
    assert_eq!(given(&payment, second(20), decide), Decision::Wait { until: second(110) });
}

#[test]
fn what_is_wanted_never_goes_back_and_no_order_rests_on_what_was_given_up() {
    let order = OrderId(Uuid::from_u128(4));
    let released = then(&at_rest(AttemptState::Authorised, Goal::Hold), Input::Goal(Goal::Release), 20);
    let operation = OperationId(Uuid::from_u128(20));
    let capture = Input::Capture { operation, amount_minor: 1_000 };
    for input in [Input::Ordered(order), Input::Goal(Goal::Hold), Input::Goal(Goal::Settle), capture] {
        let refused = react(&released, input, second(21), &Policy::default());
        assert_eq!(refused, Err(Impossible::State));
    }
}

#[test]
fn what_was_created_is_confirmed_only_while_an_order_is_wanted_and_before_place_by() {
    for (goal, at, confirmed) in
        [(Goal::Hold, 9, true), (Goal::Hold, 10, false), (Goal::Hold, 11, false), (Goal::Release, 9, false)]
    {
        let created = at_rest(AttemptState::Created, goal);
        let (attempt, amount_minor) = (created.attempts[0].id, created.amount.minor);
        let expected = if confirmed {
            Decision::Do(Effect::Next { attempt, kind: OperationKind::Confirm, amount_minor })
        } else {
            Decision::Conclude(Conclusion::Unconfirmed { attempt })
        };
        assert_eq!(given(&created, second(at), decide), expected, "{goal:?} at {at} s");
    }
}

#[test]
fn a_late_success_is_voided_while_it_is_held_and_refunded_once_it_was_captured() {
    for (captured_minor, kind) in [(0, OperationKind::Void), (1_000, OperationKind::Refund)] {
        let mut late = at_rest(AttemptState::LateSuccess, Goal::Release);
        late.attempts[0].captured_minor = captured_minor;
        let attempt = late.attempts[0].id;
        let expected = Effect::Next { attempt, kind, amount_minor: 1_000 };
        assert_eq!(given(&late, second(60), decide), Decision::Do(expected));
    }
}

#[test]
fn an_owner_relies_on_what_was_captured_and_hears_why_nothing_was_unless_it_gave_up_itself() {
    let told = |state, goal| given(&at_rest(state, goal), second(1), verdict);
    assert_eq!(told(AttemptState::Captured, Goal::Hold), Verdict::Held);
    assert_eq!(told(AttemptState::Captured, Goal::Release), Verdict::Working);
    let declined = || Decline::new(DeclineClass::InsufficientFunds, "no".to_owned());
    let of = |goal| told(AttemptState::Declined(declined()), goal);
    assert_eq!(of(Goal::Hold), Verdict::Failed(Failure::Declined(declined())));
    assert_eq!(of(Goal::Release), Verdict::Failed(Failure::Released));
}

#[test]
fn an_account_whose_vendor_has_no_number_for_the_amount_is_passed_over_and_noted() {
    let mut fresh = unknown(OperationKind::Create, Goal::Hold);
    fresh.attempts.clear();
    let accounts: [AccountId; 2] = ["a", "b"].map(|name| name.parse().unwrap());
    fresh.routes = accounts.to_vec();
    fresh.instruments = accounts.clone().map(|account| Instrument { account, token: vec![1] }).to_vec();
    let coarse = GatewayCapabilities { steps: &[("EUR", 300)], ..GatewayCapabilities::stripe() };
    let gateways = accounts.clone().into_iter().zip([coarse, GatewayCapabilities::stripe()]);
    let gateways = gateways
        .map(|(account, capabilities)| (account, GatewayFacts { capabilities, unavailable: None }))
        .collect();
    let (policy, books) = (Policy::default(), Books::default());
    let facts = Facts { now: second(1), policy: &policy, gateways: &gateways, books: &books };
    let [first, second_account] = accounts;
    let skipped = vec![Skipped { account: first, reason: NotSent::AmountNotTaken, at: second(1) }];
    assert_eq!(next_route(&fresh, &facts), Route::Try { account: second_account, skipped });
}

#[test]
fn why_a_payment_failed_is_how_its_last_attempt_ended() {
    let voided = AttemptState::Voided;
    for (state, void_reason, failure) in [
        (AttemptState::NotSent(NotSent::Connect), None, Failure::Unreachable(NotSent::Connect)),
        (voided.clone(), Some(VoidReason::ActionExpired), Failure::ActionExpired),
        (voided.clone(), Some(VoidReason::Mismatch), Failure::Mismatched),
        (AttemptState::Refunded, Some(VoidReason::Mismatch), Failure::Mismatched),
        (voided.clone(), Some(VoidReason::Release), Failure::Released),
        (voided, None, Failure::Absent),
    ] {
        let mut ended = at_rest(state, Goal::Hold);
        ended.attempts[0].void_reason = void_reason;
        assert_eq!(given(&ended, second(1), verdict), Verdict::Failed(failure));
    }
}

#[test]
fn an_account_without_a_token_is_not_asked_and_the_first_of_them_is_named_where_none_has_one() {
    let mut fresh = unknown(OperationKind::Create, Goal::Hold);
    fresh.attempts.clear();
    let [first, other]: [AccountId; 2] = ["a", "b"].map(|name| name.parse().unwrap());
    fresh.routes = vec![first.clone(), other.clone()];
    assert_eq!(given(&fresh, second(1), next_route), Route::End(Failure::Reenter(first)));
    fresh.instruments = vec![Instrument { account: other.clone(), token: vec![1] }];
    assert_eq!(given(&fresh, second(1), next_route), Route::Try { account: other, skipped: Vec::new() });
}

#[test]
fn a_refund_that_nobody_asked_for_needs_review_once_it_is_known_to_be_absent() {
    for (goal, needs_review) in [(Goal::Release, true), (Goal::Hold, false)] {
        let refunding = unknown(OperationKind::Refund, goal);
        let operation = refunding.attempts[0].operations[0].id;
        let after = then(&refunding, Input::Conclude(Conclusion::Absent { operation }), 900);
        assert_eq!(after.attempts[0].needs_review, needs_review, "{goal:?}");
    }
}

#[test]
fn i3_a_capture_is_a_wish_of_the_order_and_never_an_intent_of_the_machine() {
    let held = at_rest(AttemptState::Authorised, Goal::Hold);
    let attempt = held.attempts[0].id;
    for kind in [OperationKind::Capture, OperationKind::Create, OperationKind::Authorise] {
        let effect = Effect::Next { attempt, kind, amount_minor: 1_000 };
        let operation = OperationId(Uuid::from_u128(71));
        let intent = Input::Intend(Intent { effect, attempt, operation, rendered: vec![2] });
        let refused = react(&held, intent, second(1), &Policy::default());
        assert_eq!(refused.unwrap_err(), Impossible::State, "{kind:?}");
    }
}

#[test]
fn an_attempt_begins_creating_where_confirming_is_a_call_of_its_own_and_authorising_elsewhere() {
    for (kind, state) in [
        (OperationKind::Create, AttemptState::Creating),
        (OperationKind::Authorise, AttemptState::Authorising),
    ] {
        let mut fresh = unknown(kind, Goal::Hold);
        fresh.attempts.clear();
        let effect = Effect::Begin { account: "a".parse().unwrap(), kind, skipped: Vec::new() };
        let (attempt, operation) = (AttemptId(Uuid::from_u128(70)), FIRST);
        let begun = then(&fresh, Input::Intend(Intent { effect, attempt, operation, rendered: vec![2] }), 1);
        assert_eq!(begun.attempts[0].state, state);
    }
}

#[test]
fn a_void_remembers_for_whose_sake_it_was() {
    for (state, goal, reason) in [
        (AttemptState::Authorised, Goal::Release, VoidReason::Release),
        (awaiting(), Goal::Release, VoidReason::Release),
        (awaiting(), Goal::Hold, VoidReason::ActionExpired),
        (AttemptState::Mismatched, Goal::Hold, VoidReason::Mismatch),
        (AttemptState::LateSuccess, Goal::Release, VoidReason::Late),
    ] {
        let held = at_rest(state, goal);
        let attempt = held.attempts[0].id;
        let effect = Effect::Next { attempt, kind: OperationKind::Void, amount_minor: 1_000 };
        let operation = OperationId(Uuid::from_u128(71));
        let voiding =
            then(&held, Input::Intend(Intent { effect, attempt, operation, rendered: vec![2] }), 901);
        assert_eq!(voiding.attempts[0].void_reason, Some(reason));
    }
}

#[test]
fn what_is_pending_waits_until_it_is_due_and_a_void_that_a_person_looks_at_is_left_to_that_person() {
    let mut wished = unknown(OperationKind::Capture, Goal::Hold);
    wished.attempts[0].operations[0] = Operation::pending(FIRST, OperationKind::Capture, 1_000, second(60));
    assert_eq!(given(&wished, second(59), decide), Decision::Wait { until: second(60) });
    assert_eq!(given(&wished, second(60), decide), Decision::Do(Effect::Send { operation: FIRST }));
    let mut refused = unknown(OperationKind::Void, Goal::Release);
    refused.attempts[0].operations[0].state = OperationState::Failed;
    refused.attempts[0].needs_review = true;
    assert_eq!(given(&refused, second(90_000), decide), Decision::Done);
}

#[test]
fn a_replay_that_met_an_error_of_the_server_is_remembered_as_one_that_failed() {
    for (cause, failed) in [(UnknownCause::ServerError, true), (UnknownCause::Timeout, false)] {
        let outcome = Outcome::Unknown(cause);
        let replayed = Input::Outcome { operation: FIRST, replay: true, outcome };
        let after = then(&unknown(OperationKind::Authorise, Goal::Hold), replayed, 2);
        let probe = after.attempts[0].operations[0].probe.as_ref().unwrap();
        assert_eq!((probe.replays, probe.replay_failed), (1, failed));
    }
}
