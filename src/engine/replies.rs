//! What a placement answers, as data; the gRPC door encodes it, because a reply is stored as the bytes that
//! were sent.

use crate::domain::checkout::Checkout;
use crate::domain::ids::{PaymentId, StoreId};
use crate::domain::order::Order;
use crate::domain::payment::Payment;
use crate::domain::payment::aggregate::Failure;

/// What became of a placement.
#[derive(Debug, Clone)]
pub enum Answer<'a> {
    /// It became an order.
    Order(&'a Order),
    /// The customer must act; see the checkout's action.
    Action(&'a Checkout),
    /// It failed in a way that the customer can act on.
    Declined {
        /// Why.
        failure: &'a Failure,
        /// Which tender, counted from 0.
        tender_index: usize,
        /// The store and the payment that failed; none where no gateway was to be asked at all.
        payment: Option<(&'a StoreId, PaymentId)>,
    },
    /// Not known yet.
    Processing,
}

/// Encodes what a placement answers as the response message of PlaceOrder.
pub trait Replies: Send + Sync + 'static {
    /// The encoded PlaceOrderResponse, without any capability token.
    fn place_order(&self, answer: &Answer<'_>) -> Vec<u8>;
}

/// Whether the end of a placement is one that a repeat under the same key may change: nothing was executed, or
/// it was cancelled. The key is then released; otherwise the reply is frozen (I15, I18).
pub const fn releases_key(failure: &Failure) -> bool {
    matches!(failure, Failure::Unreachable(_) | Failure::Released)
}

/// The tender that failed: the first that holds nothing.
pub fn failed_tender(payments: &[Payment]) -> usize {
    payments.iter().position(|payment| payment.live().is_none()).unwrap_or_default()
}
