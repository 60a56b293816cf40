//! What a conclusion makes of a placement and of everything it holds, all of it in one commit.

use jiff::Timestamp;

use super::aggregate::{Placement, PlacementState, Wish};
use super::decide::Conclusion;
use crate::domain::cart::{Cart, CartState};
use crate::domain::checkout::{ActionNeeded, Checkout, CheckoutState};
use crate::domain::ids::{OperationId, OrderId};
use crate::domain::order::{Order, payment_state};
use crate::domain::payment::aggregate::CapturePolicy;
use crate::domain::payment::policy::after;
use crate::domain::payment::react as react_payment;
use crate::domain::payment::{AttemptState, Goal, Impossible, Input, Payment, Policy};
use crate::mutants::{Mutant, planted};

/// Everything that a placement speaks for. What a conclusion changes in it is committed together.
#[derive(Debug, Clone)]
pub struct Effects {
    /// The placement.
    pub placement: Placement,
    /// Its payments, in order.
    pub payments: Vec<Payment>,
    /// Its checkout.
    pub checkout: Checkout,
    /// Its cart.
    pub cart: Cart,
    /// The order, once made.
    pub order: Option<Order>,
}

/// Applies `conclusion`. `order` and `captures` are fresh ids: one for the order, one per payment.
pub fn react(
    mut whole: Effects,
    conclusion: &Conclusion,
    order: OrderId,
    captures: &[OperationId],
    now: Timestamp,
    policy: &Policy,
) -> Result<Effects, Impossible> {
    match conclusion {
        Conclusion::AwaitAction { index, redirect_url, expires_at } => {
            enter(&mut whole, PlacementState::AwaitingAction)?;
            whole.placement.complete_by = after(*expires_at, policy.complete_window);
            whole.checkout.state = CheckoutState::AwaitingAction;
            whole.checkout.action = whole.payments.get(*index).map(|payment| ActionNeeded {
                payment: payment.id,
                redirect_url: redirect_url.clone(),
                expires_at: *expires_at,
            });
        }
        Conclusion::Resume => {
            enter(&mut whole, PlacementState::Paying)?;
            whole.checkout.state = CheckoutState::Placing;
            whole.checkout.action = None;
        }
        Conclusion::Compensate(failure) => {
            enter(&mut whole, PlacementState::Compensating)?;
            whole.placement.failure = Some(failure.clone());
            whole.checkout.state = CheckoutState::Placing;
            whole.checkout.action = None;
            for payment in &mut whole.payments {
                payment.goal = Goal::Release;
            }
        }
        Conclusion::Complete => complete(&mut whole, order, captures, now, policy)?,
        Conclusion::Fail => fail(&mut whole)?,
    }
    whole.checkout.updated_at = now;
    Ok(whole)
}

fn enter(whole: &mut Effects, next: PlacementState) -> Result<(), Impossible> {
    let from = whole.placement.state;
    if !from.may_become(next) {
        return Err(Impossible::Attempt { from: from.as_str(), to: next.as_str() });
    }
    whole.placement.state = next;
    Ok(())
}

/// The order, the capture it asks for, and the end of checkout and cart.
fn complete(
    whole: &mut Effects,
    order: OrderId,
    captures: &[OperationId],
    now: Timestamp,
    policy: &Policy,
) -> Result<(), Impossible> {
    enter(whole, PlacementState::Completed)?;
    for (payment, capture) in whole.payments.iter_mut().zip(captures) {
        let mut next = react_payment::react(payment, Input::Ordered(order), now, policy)?;
        let held = next.live().is_some_and(|attempt| attempt.state == AttemptState::Authorised);
        if held && next.capture_policy == CapturePolicy::AtPlacement {
            let amount_minor = next.amount.minor;
            let wanted = Input::Capture { operation: *capture, amount_minor };
            next = react_payment::react(&next, wanted, now, policy)?;
        }
        *payment = next;
    }
    let payments: Vec<&Payment> = whole.payments.iter().collect();
    let total = whole.checkout.quoted.as_ref().map_or(0, |quoted| quoted.quote.totals.total.minor);
    let state = payment_state(total, &payments);
    let ids = whole.placement.payments.clone();
    let made = Order::of(&whole.checkout, order, ids, state, now).ok_or(Impossible::State)?;
    // What was charged at once is captured before there is an order.
    let captured_minor = payments.iter().map(|payment| payment.captured_minor()).sum();
    whole.order = Some(Order { captured_minor, ..made });
    whole.placement.order = Some(order);
    whole.checkout.state = CheckoutState::Completed;
    whole.checkout.order = Some(order);
    whole.checkout.action = None;
    whole.cart.state = CartState::Ordered;
    whole.cart.order = Some(order);
    whole.cart.updated_at = now;
    Ok(())
}

/// Cart and checkout are open again; a cancelled checkout stays cancelled.
fn fail(whole: &mut Effects) -> Result<(), Impossible> {
    enter(whole, PlacementState::Failed)?;
    whole.checkout.state =
        if whole.placement.wish == Wish::Cancel { CheckoutState::Cancelled } else { CheckoutState::Open };
    whole.checkout.last_failure.clone_from(&whole.placement.failure);
    let failed = whole.payments.iter().find(|payment| payment.live().is_none());
    whole.checkout.failed_payment = failed.map(|payment| payment.id);
    whole.checkout.action = None;
    if !planted(Mutant::CartLeftLocked) {
        whole.cart.state = CartState::Open;
    }
    whole.cart.placement = None;
    Ok(())
}
