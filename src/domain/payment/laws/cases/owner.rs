//! What the owner of a payment hears of it, which accounts may be asked for it, and that what is wanted never goes back.

use uuid::Uuid;

use super::super::super::aggregate::{Failure, Skipped};
use super::super::super::attempt::VoidReason;
use super::super::super::decide::{Route, decide, next_route, verdict};
use super::super::super::react::{Impossible, Input, react};
use super::super::super::{
    AttemptState, Books, Decision, Decline, DeclineClass, Facts, GatewayCapabilities, GatewayFacts, Goal,
    Instrument, NotSent, OperationKind, Policy, Verdict,
};
use super::super::second;
use super::{at_rest, given, then, unknown};
use crate::domain::ids::{AccountId, OperationId, OrderId};

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
fn nobody_is_asked_at_an_account_that_left_the_configuration() {
    let mut payment = at_rest(AttemptState::Authorised, Goal::Release);
    payment.attempts[0].account = "gone".parse().unwrap();
    assert_eq!(given(&payment, second(20), decide), Decision::Wait { until: second(110) });
}
