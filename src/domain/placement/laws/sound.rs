//! Which wholes are sound: each invariant is broken by itself, and what is beside it is not blamed.

use super::{ORDER, STATES, declined, in_state, tender};
use crate::domain::cart::CartState;
use crate::domain::checkout::CheckoutState;
use crate::domain::ids::OrderId;
use crate::domain::payment::{AttemptState, Goal, Payment};
use crate::domain::placement::PlacementState;
use crate::domain::placement::invariants::{Violation, check};

const CARTS: [CartState; 5] =
    [CartState::Open, CartState::Locked, CartState::Ordered, CartState::Deleted, CartState::Expired];

const CHECKOUTS: [CheckoutState; 6] = [
    CheckoutState::Open,
    CheckoutState::Placing,
    CheckoutState::AwaitingAction,
    CheckoutState::Completed,
    CheckoutState::Cancelled,
    CheckoutState::Expired,
];

/// A payment that has captured so much and given so much of it back.
fn settled(captured_minor: i64, refunded_minor: i64) -> Payment {
    let mut payment = tender(1, AttemptState::Captured);
    payment.attempts[0].captured_minor = captured_minor;
    payment.attempts[0].refunded_minor = refunded_minor;
    payment
}

#[test]
fn placement_checkout_and_cart_tell_one_story() {
    let together = [
        ("PAYING", "PLACING", "LOCKED"),
        ("COMPENSATING", "PLACING", "LOCKED"),
        ("AWAITING_ACTION", "AWAITING_ACTION", "LOCKED"),
        ("COMPLETED", "COMPLETED", "ORDERED"),
        ("FAILED", "OPEN", "OPEN"),
        ("FAILED", "CANCELLED", "OPEN"),
    ];
    for placement in STATES {
        for checkout in CHECKOUTS {
            for cart in CARTS {
                let mut whole = in_state(placement, vec![tender(1, declined())]);
                (whole.checkout.state, whole.cart.state) = (checkout, cart);
                let (placement, checkout, cart) = (placement.as_str(), checkout.as_str(), cart.as_str());
                let told = check(&whole);
                if together.contains(&(placement, checkout, cart)) {
                    assert_eq!(told, Ok(()), "{placement} {checkout} {cart}");
                } else {
                    assert_eq!(told, Err(Violation::Apart { placement, checkout, cart }));
                }
            }
        }
    }
}

#[test]
fn i3_a_completed_placement_names_one_order_and_so_do_its_checkout_and_its_cart() {
    let other = Some(OrderId(uuid::Uuid::from_u128(60)));
    let orders = [Some(ORDER), other, None];
    for placement in orders {
        for checkout in orders {
            for cart in orders {
                let mut whole = in_state(PlacementState::Completed, Vec::new());
                (whole.placement.order, whole.checkout.order, whole.cart.order) = (placement, checkout, cart);
                let same = placement.is_some() && placement == checkout && placement == cart;
                assert_eq!(check(&whole).is_ok(), same, "{placement:?} {checkout:?} {cart:?}");
            }
        }
    }
}

#[test]
fn i3_a_placement_that_ended_without_an_order_has_captured_nothing_that_anybody_wants() {
    let told = |state, payment: Payment| check(&in_state(state, vec![payment]));
    let captured = Violation::CapturedWithoutOrder { captured_minor: 1_000 };
    assert_eq!(told(PlacementState::Failed, settled(1_000, 0)), Err(captured));
    assert_eq!(told(PlacementState::Paying, settled(1_000, 0)), Ok(()), "the order may yet come");
    assert_eq!(told(PlacementState::Compensating, settled(1_000, 0)), Ok(()), "it is being given back");
    let mut returned = settled(1_000, 1_000);
    returned.attempts[0].state = AttemptState::Refunded;
    assert_eq!(told(PlacementState::Failed, returned), Ok(()), "it was given back");
    let mut given_up = settled(1_000, 0);
    given_up.goal = Goal::Release;
    assert_eq!(told(PlacementState::Failed, given_up), Err(Violation::HeldAfterFailure));
}

#[test]
fn i2_no_more_is_captured_less_refunds_than_the_orders_total() {
    for (captured, refunded, sound) in
        [(0, 0, true), (1_999, 0, true), (2_000, 0, true), (2_001, 0, false), (2_001, 1, true)]
    {
        let told = check(&in_state(PlacementState::Completed, vec![settled(captured, refunded)]));
        let over = Violation::OverCaptured { captured_minor: captured, total_minor: 2_000 };
        assert_eq!(told, if sound { Ok(()) } else { Err(over) }, "{captured} less {refunded}");
    }
}

#[test]
fn i8_the_order_rests_on_the_quote_that_the_buyer_agreed_to_and_that_adds_up() {
    let mut other = in_state(PlacementState::Completed, Vec::new());
    other.placement.digest = "another".to_owned();
    assert_eq!(check(&other), Err(Violation::OtherQuote));
    let mut unbalanced = in_state(PlacementState::Completed, Vec::new());
    unbalanced.order.as_mut().unwrap().quoted.quote.totals.total.minor = 2_001;
    assert_eq!(check(&unbalanced), Err(Violation::OtherQuote));
}

#[test]
fn i5_a_placement_that_failed_leaves_no_payment_that_may_hold_money() {
    for state in STATES {
        let held = check(&in_state(state, vec![tender(1, declined()), tender(2, AttemptState::Authorised)]));
        let failed = state == PlacementState::Failed;
        assert_eq!(held, if failed { Err(Violation::HeldAfterFailure) } else { Ok(()) }, "{state:?}");
    }
}

#[test]
fn what_is_wrong_with_one_payment_is_wrong_with_the_whole() {
    let mut twice = tender(1, AttemptState::Authorised);
    twice.attempts.push(twice.attempts[0].clone());
    let told = check(&in_state(PlacementState::Paying, vec![tender(2, declined()), twice]));
    assert!(matches!(told, Err(Violation::Payment(_))), "{told:?}");
}
