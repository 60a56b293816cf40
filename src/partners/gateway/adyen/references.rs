//! The names that we give to captures, cancels and refunds, and read back from their notifications.
//!
//! A notification of a modification echoes the reference that the modification was sent with, and nothing else of ours
//! that its signature covers. So that reference names both the payment and the operation, joined by the hyphen that
//! Adyen sets aside for several references in one: at most 73 of its 80 characters. Where an account is set up to
//! notify with the payment's reference alone, the payment is still found.

use crate::domain::ids::{OperationId, PaymentId};

/// Adyen's limit for a reference.
pub(super) const MAX_REFERENCE_BYTES: usize = 80;

/// The reference of a modification of `payment` under `key`, the operation's id.
pub(super) fn of_modification(payment: &str, key: &str) -> String {
    format!("{payment}-{key}")
}

/// The payment and the operation that a reference names; `None` where it is not one of ours.
pub(super) fn read(reference: &str) -> Option<(PaymentId, Option<OperationId>)> {
    match reference.split_once('-') {
        Some((payment, operation)) => Some((payment.parse().ok()?, Some(operation.parse().ok()?))),
        None => Some((reference.parse().ok()?, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYMENT: &str = "pay_0196a1b2c3d47e5f8a9b0c1d2e3f4a5b";

    #[test]
    fn a_modifications_reference_names_the_payment_and_the_operation_within_adyens_limit() {
        let operation = OperationId(uuid::Uuid::from_u128(7)).to_string();
        let reference = of_modification(PAYMENT, &operation);
        assert!(reference.len() <= MAX_REFERENCE_BYTES, "{reference}");
        let (payment, read_operation) = read(&reference).unwrap();
        assert_eq!(payment.to_string(), PAYMENT);
        assert_eq!(read_operation.map(|id| id.to_string()), Some(operation));
        assert_eq!(read(PAYMENT).unwrap(), (payment, None));
    }

    #[test]
    fn what_is_not_ours_names_nothing() {
        for other in ["", "-", "order-12", "pay_1", &format!("{PAYMENT}-refund"), &format!("{PAYMENT}-")] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
