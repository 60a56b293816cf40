//! What a conclusion changes of the placement, its payments, its checkout, its cart and its order, all in one commit.

use uuid::Uuid;

use super::{ORDER, STATES, awaiting, declined, in_state, second, tender, whole};
use crate::domain::cart::CartState;
use crate::domain::checkout::{ActionNeeded, CheckoutState};
use crate::domain::ids::OperationId;
use crate::domain::order::PaymentState;
use crate::domain::payment::aggregate::{CapturePolicy, Failure};
use crate::domain::payment::{
    AttemptState, Goal, Impossible, OperationKind, OperationState, Payment, Policy,
};
use crate::domain::placement::invariants::check;
use crate::domain::placement::{Conclusion, Effects, PlacementState, Wish, react};

const CAPTURES: [OperationId; 2] = [OperationId(Uuid::from_u128(20)), OperationId(Uuid::from_u128(21))];

fn made(whole: Effects, conclusion: &Conclusion) -> Result<Effects, Impossible> {
    react(whole, conclusion, ORDER, &CAPTURES, second(60), &Policy::default())
}

/// What a conclusion makes of it, which is sound.
fn then(whole: Effects, conclusion: &Conclusion) -> Effects {
    let next = made(whole, conclusion).unwrap();
    check(&next).unwrap();
    assert_eq!(next.checkout.updated_at, second(60));
    next
}

fn await_action(index: usize) -> Conclusion {
    let redirect_url = "https://bank.test/".to_owned();
    Conclusion::AwaitAction { index, redirect_url, expires_at: second(900) }
}

/// Captures that wait to be sent.
fn captures(payment: &Payment) -> Vec<(OperationId, i64)> {
    let operations = &payment.attempts[0].operations;
    let wanted = operations.iter().filter(|each| each.kind == OperationKind::Capture);
    assert!(wanted.clone().all(|each| each.state == OperationState::Pending));
    wanted.map(|each| (each.id, each.amount_minor)).collect()
}

#[test]
fn i12_no_conclusion_takes_a_placement_off_the_published_table() {
    let conclusions = [
        (await_action(0), PlacementState::AwaitingAction),
        (Conclusion::Resume, PlacementState::Paying),
        (Conclusion::Compensate(Failure::Absent), PlacementState::Compensating),
        (Conclusion::Complete, PlacementState::Completed),
        (Conclusion::Fail, PlacementState::Failed),
    ];
    for from in STATES {
        for (conclusion, to) in &conclusions {
            let next = made(in_state(from, Vec::new()), conclusion);
            if from.may_become(*to) {
                assert_eq!(next.unwrap().placement.state, *to, "{from:?}");
            } else {
                let off = Impossible::Attempt { from: from.as_str(), to: to.as_str() };
                assert_eq!(next.unwrap_err(), off);
            }
        }
    }
}

#[test]
fn r15_while_the_customer_acts_the_checkout_shows_where_and_the_placement_has_its_time_anew() {
    let tenders = vec![tender(1, AttemptState::Authorised), tender(2, awaiting())];
    let waits = then(whole(tenders), &await_action(1));
    let action = ActionNeeded {
        payment: waits.payments[1].id,
        redirect_url: "https://bank.test/".to_owned(),
        expires_at: second(900),
    };
    assert_eq!(waits.checkout.action, Some(action));
    assert_eq!(waits.placement.complete_by, second(900 + Policy::default().complete_window.as_secs()));
    let goes_on = then(waits, &Conclusion::Resume);
    assert_eq!(goes_on.checkout.state, CheckoutState::Placing);
    assert_eq!(goes_on.checkout.action, None);
}

#[test]
fn i5_what_compensates_wants_nothing_held_of_any_tender_and_keeps_the_reason() {
    for from in [PlacementState::Paying, PlacementState::AwaitingAction] {
        let tenders = vec![tender(1, AttemptState::Authorised), tender(2, declined())];
        let next = then(in_state(from, tenders), &Conclusion::Compensate(Failure::ActionExpired));
        assert!(next.payments.iter().all(|payment| payment.goal == Goal::Release));
        assert_eq!(next.placement.failure, Some(Failure::ActionExpired));
        assert_eq!(next.checkout.action, None);
        assert_eq!(next.cart.state, CartState::Locked, "until nothing is held");
    }
}

#[test]
fn r17_the_order_asks_for_the_capture_of_what_is_held_where_the_flow_captures_at_once_and_nowhere_else() {
    let placed = |policy, state| {
        let mut tenders = vec![tender(1, state), tender(2, AttemptState::Authorised)];
        tenders[0].capture_policy = policy;
        then(whole(tenders), &Conclusion::Complete)
    };
    let at_once = placed(CapturePolicy::AtPlacement, AttemptState::Authorised);
    assert_eq!(captures(&at_once.payments[0]), [(CAPTURES[0], 1_000)]);
    assert_eq!(captures(&at_once.payments[1]), [], "its own policy counts");
    assert_eq!(captures(&placed(CapturePolicy::AtFulfilment, AttemptState::Authorised).payments[0]), []);
    let charged = placed(CapturePolicy::AtPlacement, AttemptState::Captured);
    assert_eq!(captures(&charged.payments[0]), [], "it was captured by the authorisation");
}

#[test]
fn i3_order_checkout_cart_and_payments_are_made_one_by_one_conclusion() {
    let tenders = vec![tender(1, AttemptState::Captured), tender(2, AttemptState::Authorised)];
    let placed = then(whole(tenders), &Conclusion::Complete);
    let order = placed.order.as_ref().unwrap();
    assert_eq!((order.id, order.placed_at), (ORDER, second(60)));
    assert_eq!(order.payments, placed.placement.payments);
    assert_eq!((order.captured_minor, order.payment_state), (1_000, PaymentState::PartiallyCaptured));
    assert_eq!((placed.cart.state, placed.cart.updated_at), (CartState::Ordered, second(60)));
    for payment in &placed.payments {
        assert_eq!((payment.order, payment.goal), (Some(ORDER), Goal::Settle));
    }
    let mut unquoted = whole(Vec::new());
    unquoted.checkout.quoted = None;
    assert_eq!(made(unquoted, &Conclusion::Complete).unwrap_err(), Impossible::State);
    let mut released = tender(1, AttemptState::Authorised);
    released.goal = Goal::Release;
    let refused = made(whole(vec![released]), &Conclusion::Complete).unwrap_err();
    assert_eq!(refused, Impossible::State, "no order rests on what was given up");
}

#[test]
fn a_placement_that_failed_opens_cart_and_checkout_again_and_a_cancelled_checkout_stays_cancelled() {
    for (wish, state) in [
        (Wish::Place, CheckoutState::Open),
        (Wish::Reopen, CheckoutState::Open),
        (Wish::Cancel, CheckoutState::Cancelled),
    ] {
        let mut before = in_state(PlacementState::Compensating, vec![tender(1, AttemptState::Voided)]);
        before.placement.wish = wish;
        before.placement.failure = Some(Failure::Absent);
        let failed = then(before, &Conclusion::Fail);
        assert_eq!(failed.checkout.state, state);
        assert_eq!(failed.checkout.last_failure, Some(Failure::Absent));
        assert_eq!(failed.checkout.failed_payment, Some(failed.payments[0].id));
        assert_eq!((failed.cart.state, failed.cart.placement), (CartState::Open, None));
    }
}
