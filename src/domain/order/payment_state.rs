//! Where an order's money stands, derived from its payments and never set by hand.

use crate::domain::payment::{AttemptState, Payment};

/// Where an order's money stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentState {
    /// Nothing is held yet.
    PendingPayment,
    /// The total is held.
    Authorised,
    /// A part of the total was captured.
    PartiallyCaptured,
    /// The total was captured, or nothing was due.
    Paid,
    /// A part of what was captured went back.
    PartiallyRefunded,
    /// All that was captured went back.
    Refunded,
    /// What was held was given back; nothing was captured.
    Voided,
    /// A person must look: a capture failed for good, or the gateways cannot be brought to agree.
    PaymentReview,
}

impl PaymentState {
    /// The state's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PendingPayment => "PENDING_PAYMENT",
            Self::Authorised => "AUTHORISED",
            Self::PartiallyCaptured => "PARTIALLY_CAPTURED",
            Self::Paid => "PAID",
            Self::PartiallyRefunded => "PARTIALLY_REFUNDED",
            Self::Refunded => "REFUNDED",
            Self::Voided => "VOIDED",
            Self::PaymentReview => "PAYMENT_REVIEW",
        }
    }
}

/// The state that the payments of an order of `total_minor` add up to.
pub fn payment_state(total_minor: i64, payments: &[&Payment]) -> PaymentState {
    let sum = |of: fn(&Payment) -> i64| payments.iter().fold(0_i64, |sum, each| sum.saturating_add(of(each)));
    let (captured, refunded) = (sum(Payment::captured_minor), sum(Payment::refunded_minor));
    // A void that is under way may still fail: what it would give back counts as held until it is known.
    let holds = |state: &AttemptState| matches!(state, AttemptState::Authorised | AttemptState::Voiding);
    let held = payments.iter().any(|payment| payment.live().is_some_and(|attempt| holds(&attempt.state)));
    if payments.iter().any(|payment| payment.needs_review()) {
        PaymentState::PaymentReview
    } else if captured > 0 && refunded >= captured {
        PaymentState::Refunded
    } else if refunded > 0 {
        PaymentState::PartiallyRefunded
    } else if captured >= total_minor {
        PaymentState::Paid
    } else if captured > 0 {
        PaymentState::PartiallyCaptured
    } else if held {
        PaymentState::Authorised
    } else if payments.iter().any(|payment| payment.live().is_some()) {
        PaymentState::PendingPayment
    } else {
        PaymentState::Voided
    }
}
