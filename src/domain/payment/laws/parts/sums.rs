//! What is summed up and told of a payment, over its attempts and their calls.

use super::super::super::aggregate::Instrument;
use super::super::super::attempt::VoidReason;
use super::super::super::{AttemptState, Goal, OperationKind, OperationState};
use super::super::every_state;
use super::{STATES, one, with};
use crate::domain::ids::AccountId;

#[test]
fn r18_a_refund_is_reserved_from_its_wish_on_and_free_again_only_once_it_failed_or_never_left() {
    let mut payment = one(AttemptState::Captured);
    payment.attempts[0].captured_minor = 1_000;
    for (place, state) in STATES.into_iter().enumerate() {
        with(&mut payment, OperationKind::Refund, 10_i64.pow(u32::try_from(place).unwrap() / 2), state);
    }
    with(&mut payment, OperationKind::Capture, 500, OperationState::Succeeded);
    assert_eq!(payment.attempts[0].refunds_reserved_minor(), 1 + 1 + 10 + 10);
    assert_eq!(payment.refundable_minor(), 1_000 - 22);
    payment.attempts[0].state = AttemptState::LateRefunding;
    assert_eq!(payment.refundable_minor(), 0, "it goes back by itself");
}

#[test]
fn a_payment_sums_up_its_attempts() {
    let mut payment = one(AttemptState::Captured);
    let second_one = payment.attempts[0].clone();
    payment.attempts.push(second_one);
    for (attempt, (captured, refunded)) in payment.attempts.iter_mut().zip([(700, 30), (50, 4)]) {
        (attempt.captured_minor, attempt.refunded_minor) = (captured, refunded);
    }
    assert_eq!((payment.captured_minor(), payment.refunded_minor()), (750, 34));
    assert!(!payment.needs_review());
    payment.attempts[1].needs_review = true;
    assert!(payment.needs_review());
}

#[test]
fn a_payment_is_unresolved_by_an_unknown_attempt_a_review_or_a_call_that_is_out_each_alone() {
    for state in every_state() {
        let payment = one(state.clone());
        assert_eq!(payment.unresolved(), state == AttemptState::Unknown, "{state:?}");
    }
    let mut reviewed = one(AttemptState::Captured);
    reviewed.attempts[0].needs_review = true;
    assert!(reviewed.unresolved());
    let mut capturing = one(AttemptState::Authorised);
    with(&mut capturing, OperationKind::Capture, 1_000, OperationState::Sending);
    assert!(capturing.unresolved());
}

#[test]
fn r9_r10_what_nobody_owns_goes_back_and_everything_else_is_kept() {
    for state in every_state() {
        let late = ["LATE_SUCCESS", "LATE_VOIDING", "LATE_REFUNDING"].contains(&state.as_str());
        let mut payment = one(state.clone());
        payment.goal = Goal::Settle;
        assert_eq!(payment.owes_back(&payment.attempts[0]), late, "{state:?}");
        payment.attempts[0].void_reason = Some(VoidReason::Resolve);
        assert_eq!(payment.owes_back(&payment.attempts[0]), late, "{state:?}");
        payment.attempts[0].void_reason = Some(VoidReason::Mismatch);
        assert!(payment.owes_back(&payment.attempts[0]), "{state:?}");
        payment.attempts[0].void_reason = None;
        payment.goal = Goal::Release;
        assert!(payment.owes_back(&payment.attempts[0]), "{state:?}");
    }
}

#[test]
fn r2_the_attempt_that_may_hold_money_is_found_behind_those_that_ended() {
    for state in every_state() {
        let mut payment = one(AttemptState::Voided);
        payment.attempts.push(one(state.clone()).attempts.remove(0));
        let live = payment.live().map(|attempt| attempt.state.clone());
        assert_eq!(live, state.live().then_some(state));
    }
}

#[test]
fn a_token_is_given_to_the_account_that_issued_it_alone() {
    let mut payment = one(AttemptState::Created);
    let [first, other, none]: [AccountId; 3] = ["a", "b", "c"].map(|name| name.parse().unwrap());
    let token = |account: &AccountId, byte| Instrument { account: account.clone(), token: vec![byte] };
    payment.instruments = vec![token(&first, 7), token(&other, 8)];
    assert_eq!(payment.token(&first), Some([7].as_slice()));
    assert_eq!(payment.token(&other), Some([8].as_slice()));
    assert_eq!(payment.token(&none), None);
}
