//! What must hold of a placement and everything it speaks for, at every commit: one definition for simulation,
//! tests and production, where a violation is counted and told to the operators.

use super::aggregate::PlacementState;
use super::react::Effects;
use crate::domain::cart::CartState;
use crate::domain::checkout::CheckoutState;
use crate::domain::payment::{Goal, Payment, invariants};

/// An invariant that does not hold: always a bug of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Of one payment.
    #[error(transparent)]
    Payment(#[from] invariants::Violation),
    /// I3: money was captured and there is no order.
    #[error("{captured_minor} minor units are captured without an order")]
    CapturedWithoutOrder {
        /// How much.
        captured_minor: i64,
    },
    /// I2: more is captured, less refunds, than the order's total.
    #[error("{captured_minor} minor units are captured of a total of {total_minor}")]
    OverCaptured {
        /// Captured less refunded.
        captured_minor: i64,
        /// The total.
        total_minor: i64,
    },
    /// I8: the order's quote does not add up, or is not the one that the buyer confirmed.
    #[error("the order is not what the buyer agreed to")]
    OtherQuote,
    /// Placement, checkout, cart and order do not tell the same story.
    #[error("placement {placement}, checkout {checkout} and cart {cart} do not go together")]
    Apart {
        /// The placement's state.
        placement: &'static str,
        /// The checkout's.
        checkout: &'static str,
        /// The cart's.
        cart: &'static str,
    },
    /// I5: the placement failed while one of its payments may hold money that nobody gives back.
    #[error("a failed placement leaves a payment that may hold money")]
    HeldAfterFailure,
}

/// The first invariant that does not hold.
pub fn check(whole: &Effects) -> Result<(), Violation> {
    for payment in &whole.payments {
        invariants::check(payment)?;
    }
    together(whole)?;
    let sum =
        |of: fn(&Payment) -> i64| whole.payments.iter().fold(0_i64, |sum, each| sum.saturating_add(of(each)));
    let captured_minor = sum(Payment::captured_minor).saturating_sub(sum(Payment::refunded_minor));
    let wanted = whole.payments.iter().all(|payment| payment.goal != Goal::Release);
    match &whole.order {
        // What a gateway captured at once is given back while the placement compensates.
        None if captured_minor > 0 && wanted && whole.placement.state.terminal() => {
            return Err(Violation::CapturedWithoutOrder { captured_minor });
        }
        None => {}
        Some(order) => {
            let total_minor = order.quoted.quote.totals.total.minor;
            if captured_minor > total_minor {
                return Err(Violation::OverCaptured { captured_minor, total_minor });
            }
            if order.quoted.quote.check().is_err() || order.quoted.digest != whole.placement.digest {
                return Err(Violation::OtherQuote);
            }
        }
    }
    let held = whole.payments.iter().any(|payment| payment.live().is_some());
    if whole.placement.state == PlacementState::Failed && held {
        return Err(Violation::HeldAfterFailure);
    }
    Ok(())
}

/// The states that go together in one commit.
fn together(whole: &Effects) -> Result<(), Violation> {
    let (placement, checkout, cart) = (whole.placement.state, whole.checkout.state, whole.cart.state);
    let agree = match placement {
        PlacementState::Paying | PlacementState::Compensating => {
            checkout == CheckoutState::Placing && cart == CartState::Locked
        }
        PlacementState::AwaitingAction => {
            checkout == CheckoutState::AwaitingAction && cart == CartState::Locked
        }
        PlacementState::Completed => {
            checkout == CheckoutState::Completed
                && cart == CartState::Ordered
                && whole.placement.order == whole.checkout.order
                && whole.placement.order == whole.cart.order
                && whole.placement.order.is_some()
        }
        PlacementState::Failed => {
            matches!(checkout, CheckoutState::Open | CheckoutState::Cancelled) && cart == CartState::Open
        }
    };
    if agree {
        return Ok(());
    }
    let (placement, checkout, cart) = (placement.as_str(), checkout.as_str(), cart.as_str());
    Err(Violation::Apart { placement, checkout, cart })
}
