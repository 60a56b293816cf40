//! What follows next: from the wish, from the payments in their order, and from the time.

use std::collections::BTreeMap;

use super::{STATES, awaiting, declined, second, tender, whole};
use crate::domain::payment::aggregate::Failure;
use crate::domain::payment::{
    AttemptState, Books, Decision, Decline, DeclineClass, Effect, Facts, GatewayCapabilities, GatewayFacts,
    Goal, OperationKind, Payment, Policy,
};
use crate::domain::placement::{Conclusion, PlacementState, Step, Wish, decide};

/// The next step of a placement of `payments` with this wish, in this state.
fn step(state: PlacementState, wish: Wish, payments: &[Payment], at: u64) -> Step {
    let mut placement = whole(payments.to_vec()).placement;
    placement.state = state;
    placement.wish = wish;
    let known = GatewayFacts { capabilities: GatewayCapabilities::stripe(), unavailable: None };
    let gateways = BTreeMap::from([("a".parse().unwrap(), known)]);
    let (policy, books) = (Policy::default(), Books::default());
    let facts = Facts { now: second(at), policy: &policy, gateways: &gateways, books: &books };
    decide(&placement, &payments.iter().collect::<Vec<_>>(), &facts)
}

fn paying(payments: &[Payment], at: u64) -> Step {
    step(PlacementState::Paying, Wish::Place, payments, at)
}

/// Which call a step asks for, and of which tender.
fn call(step: &Step) -> Option<(usize, OperationKind)> {
    match step {
        Step::Payment { index, decision: Decision::Do(Effect::Next { kind, .. }) } => Some((*index, *kind)),
        _ => None,
    }
}

fn released(mut payment: Payment) -> Payment {
    payment.goal = Goal::Release;
    payment
}

#[test]
fn the_order_is_made_once_every_tender_is_held_and_not_after_complete_by() {
    let held = [tender(1, AttemptState::Authorised), tender(2, AttemptState::Captured)];
    for (at, conclusion) in [
        (20, Conclusion::Complete),
        (900, Conclusion::Complete),
        (901, Conclusion::Compensate(Failure::Absent)),
    ] {
        assert_eq!(paying(&held, at), Step::Conclude(conclusion), "at {at} s");
    }
}

#[test]
fn the_tenders_run_one_after_the_other_in_their_order() {
    let created = |number| tender(number, AttemptState::Created);
    assert_eq!(call(&paying(&[created(1), created(2)], 1)), Some((0, OperationKind::Confirm)));
    let first_held = [tender(1, AttemptState::Authorised), created(2)];
    assert_eq!(call(&paying(&first_held, 1)), Some((1, OperationKind::Confirm)));
}

#[test]
fn a_tender_that_failed_lets_go_of_all_and_its_own_reason_is_told() {
    let why = Failure::Declined(Decline::new(DeclineClass::InsufficientFunds, "no".to_owned()));
    let one_failed = [tender(1, AttemptState::Authorised), tender(2, declined())];
    assert_eq!(paying(&one_failed, 1), Step::Conclude(Conclusion::Compensate(why)));
}

#[test]
fn a_cancelled_placement_lets_go_whatever_its_payments_are() {
    for state in [PlacementState::Paying, PlacementState::AwaitingAction] {
        for payment in [AttemptState::Authorised, AttemptState::Created, declined(), awaiting()] {
            let next = step(state, Wish::Cancel, &[tender(1, payment)], 1);
            assert_eq!(next, Step::Conclude(Conclusion::Compensate(Failure::Released)), "{state:?}");
        }
    }
}

#[test]
fn r15_a_reopened_placement_ends_the_action_and_gives_up_what_holds_nothing_but_keeps_what_is_held() {
    let reopened = |payment: Payment| step(PlacementState::Paying, Wish::Reopen, &[payment], 1);
    assert_eq!(call(&reopened(tender(1, awaiting()))), Some((0, OperationKind::Void)));
    let gave_up = Step::Conclude(Conclusion::Compensate(Failure::Released));
    assert_eq!(reopened(tender(1, declined())), gave_up, "what was given up is no decline");
    let mut untried = tender(1, AttemptState::Created);
    untried.attempts.clear();
    assert_eq!(reopened(untried), gave_up);
    let created = reopened(tender(1, AttemptState::Created));
    assert_eq!(
        call(&created),
        Some((0, OperationKind::Confirm)),
        "what may hold money is brought to its end"
    );
    let held = reopened(tender(1, AttemptState::Authorised));
    assert_eq!(held, Step::Conclude(Conclusion::Complete), "a success that the cancel revealed");
}

#[test]
fn r15_a_customer_who_must_act_is_waited_for_and_looked_for_at_the_end() {
    let redirect_url = "https://bank.test/".to_owned();
    let needed = Conclusion::AwaitAction { index: 1, redirect_url, expires_at: second(900) };
    let tenders = [tender(1, AttemptState::Authorised), tender(2, awaiting())];
    assert_eq!(paying(&tenders, 1), Step::Conclude(needed));
    let waits = step(PlacementState::AwaitingAction, Wish::Place, &tenders, 1);
    assert_eq!(waits, Step::Wait { until: second(900) });
    for state in [PlacementState::Paying, PlacementState::AwaitingAction] {
        let next = step(state, Wish::Place, &tenders, 900);
        let looks = matches!(next, Step::Payment { index: 1, decision: Decision::Do(Effect::Look { .. }) });
        assert!(looks, "{next:?}");
    }
}

#[test]
fn a_placement_that_waited_for_the_customer_goes_on_once_the_action_is_over() {
    for state in [AttemptState::Unknown, AttemptState::Created, AttemptState::Authorised] {
        let next = step(PlacementState::AwaitingAction, Wish::Place, &[tender(1, state)], 1);
        assert_eq!(next, Step::Conclude(Conclusion::Resume));
    }
}

#[test]
fn what_is_held_is_let_go_from_the_last_tender_to_the_first_and_then_the_placement_has_failed() {
    let held = |number| released(tender(number, AttemptState::Authorised));
    let gone = |number| released(tender(number, AttemptState::Voided));
    let next = |payments: &[Payment]| step(PlacementState::Compensating, Wish::Place, payments, 1);
    assert_eq!(call(&next(&[held(1), held(2)])), Some((1, OperationKind::Void)));
    assert_eq!(call(&next(&[held(1), gone(2)])), Some((0, OperationKind::Void)));
    assert_eq!(next(&[gone(1), gone(2)]), Step::Conclude(Conclusion::Fail));
    let mut reviewed = released(tender(1, AttemptState::Voiding));
    reviewed.attempts[0].needs_review = true;
    assert_eq!(next(&[reviewed, gone(2)]), Step::Done, "a person is waited for");
}

#[test]
fn a_placement_that_is_over_does_nothing_more() {
    for state in STATES.into_iter().filter(|state| state.terminal()) {
        for wish in [Wish::Place, Wish::Reopen, Wish::Cancel] {
            assert_eq!(step(state, wish, &[tender(1, AttemptState::Authorised)], 1), Step::Done);
        }
    }
}
