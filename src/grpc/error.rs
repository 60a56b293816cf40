//! From refusals to statuses, by one table.
//!
//! The messages are the use cases' own. Every status carries an `ErrorInfo` with a stable reason; fields,
//! problems and pauses come as the standard details, so that clients of any language can read them.

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use super::convert::address::spelled;
use crate::app::{Error, Reason};
use crate::proto::cashwrap::v1::ErrorReason;

/// The domain of every `ErrorInfo`.
pub const DOMAIN: &str = "cashwrap";

/// What stands before each reason in the enum of the API, and not in `ErrorInfo`.
const PREFIX: &str = "ERROR_REASON_";

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let (code, reason) = row(error.reason());
        if code == Code::Internal {
            tracing::error!(message = error.message(), "a call failed by a fault of ours");
        }
        let mut details = ErrorDetails::new();
        details.set_error_info(name(reason), DOMAIN, metadata(&error));
        for field in error.fields() {
            details.add_bad_request_violation(field.path.clone(), field.remedy.clone());
        }
        for problem in error.problems() {
            let (code, path) = (problem.code.as_str(), spelled(&problem.path));
            details.add_precondition_failure_violation(code, path, problem.remedy.clone());
        }
        if let Some(pause) = error.pause() {
            details.set_retry_info(Some(pause));
        }
        Self::with_error_details(code, error.message(), details)
    }
}

#[expect(clippy::disallowed_types, reason = "tonic_types asks for it; its order shows nowhere")]
fn metadata(error: &Error) -> std::collections::HashMap<String, String> {
    error.metadata().iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// The reason as `ErrorInfo` spells it.
fn name(reason: ErrorReason) -> &'static str {
    let name = reason.as_str_name();
    name.strip_prefix(PREFIX).unwrap_or(name)
}

/// The table. UNAVAILABLE stands only where a repeat under the same key is safe.
const fn row(reason: Reason) -> (Code, ErrorReason) {
    use Code::{
        Aborted, AlreadyExists, DeadlineExceeded, FailedPrecondition, Internal, InvalidArgument, NotFound,
        PermissionDenied, ResourceExhausted, Unauthenticated, Unavailable,
    };
    match reason {
        Reason::InvalidField => (InvalidArgument, ErrorReason::InvalidField),
        Reason::RequestIdInvalid => (InvalidArgument, ErrorReason::RequestIdInvalid),
        Reason::UpdateMaskInvalid => (InvalidArgument, ErrorReason::UpdateMaskInvalid),
        Reason::PageTokenInvalid => (InvalidArgument, ErrorReason::PageTokenInvalid),
        Reason::AmountInvalid => (InvalidArgument, ErrorReason::AmountInvalid),
        Reason::CurrencyMismatch => (InvalidArgument, ErrorReason::CurrencyMismatch),
        Reason::CardNumberRefused => (InvalidArgument, ErrorReason::CardNumberRefused),
        Reason::TendersMismatch => (InvalidArgument, ErrorReason::TendersMismatch),
        Reason::Unauthenticated => (Unauthenticated, ErrorReason::Unauthenticated),
        Reason::PermissionDenied => (PermissionDenied, ErrorReason::PermissionDenied),
        Reason::NotFound => (NotFound, ErrorReason::NotFound),
        Reason::SkuUnknown => (NotFound, ErrorReason::SkuUnknown),
        Reason::IdempotencyKeyReused => (AlreadyExists, ErrorReason::IdempotencyKeyReused),
        Reason::RequestInProgress => (Aborted, ErrorReason::RequestInProgress),
        Reason::EtagMismatch => (Aborted, ErrorReason::EtagMismatch),
        Reason::Conflict => (Aborted, ErrorReason::Conflict),
        Reason::DeadlineExceeded => (DeadlineExceeded, ErrorReason::DeadlineExceeded),
        Reason::PlacementInProgress => (Aborted, ErrorReason::PlacementInProgress),
        Reason::PaymentOperationUnresolved => (Aborted, ErrorReason::PaymentOperationUnresolved),
        Reason::LimitExceeded => (ResourceExhausted, ErrorReason::LimitExceeded),
        Reason::Overloaded => (ResourceExhausted, ErrorReason::Overloaded),
        Reason::OutOfStock => (FailedPrecondition, ErrorReason::OutOfStock),
        Reason::CodeInvalid => (FailedPrecondition, ErrorReason::CodeInvalid),
        Reason::CartEmpty => (FailedPrecondition, ErrorReason::CartEmpty),
        Reason::CartNotOpen => (FailedPrecondition, ErrorReason::CartNotOpen),
        Reason::CheckoutNotOpen => (FailedPrecondition, ErrorReason::CheckoutNotOpen),
        Reason::CheckoutNotReady => (FailedPrecondition, ErrorReason::CheckoutNotReady),
        Reason::PriceChanged => (FailedPrecondition, ErrorReason::PriceChanged),
        Reason::QuoteExpired => (FailedPrecondition, ErrorReason::QuoteExpired),
        Reason::DeliveryQuoteInvalid => (FailedPrecondition, ErrorReason::DeliveryQuoteInvalid),
        Reason::PickupLocationInvalid => (FailedPrecondition, ErrorReason::PickupLocationInvalid),
        Reason::PaymentMethodNotEligible => (FailedPrecondition, ErrorReason::PaymentMethodNotEligible),
        Reason::AlreadyOrdered => (FailedPrecondition, ErrorReason::AlreadyOrdered),
        Reason::PaymentActionInvalid => (FailedPrecondition, ErrorReason::PaymentActionInvalid),
        Reason::PaymentStateInvalid => (FailedPrecondition, ErrorReason::PaymentStateInvalid),
        Reason::AmountExceedsRemainder => (FailedPrecondition, ErrorReason::AmountExceedsRemainder),
        Reason::NoFlow => (FailedPrecondition, ErrorReason::NoFlow),
        Reason::PartnerUnavailable => (Unavailable, ErrorReason::PartnerUnavailable),
        Reason::StoreUnavailable => (Unavailable, ErrorReason::StoreUnavailable),
        Reason::TooManyPlacements => (Unavailable, ErrorReason::TooManyPlacements),
        Reason::Internal => (Internal, ErrorReason::Internal),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::flow::{Problem, ProblemCode};

    #[test]
    fn a_wrong_field_comes_with_its_path_its_remedy_and_a_stable_reason() {
        let status = Status::from(Error::field("actions[0].add.quantity", "give at least 1"));
        assert_eq!(status.code(), Code::InvalidArgument);
        let details = status.get_error_details();
        let info = details.error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("INVALID_FIELD", "cashwrap"));
        let violation = &details.bad_request().unwrap().field_violations[0];
        assert_eq!(violation.field, "actions[0].add.quantity");
        assert_eq!(violation.description, "give at least 1");
    }

    #[test]
    fn problems_are_preconditions_and_a_pause_is_a_retry() {
        let problem = Problem::new(ProblemCode::ContactRequired, "details.contact");
        let error = Error::new(Reason::CheckoutNotReady, "solve them")
            .with_problems(vec![problem])
            .retry_after(Duration::from_secs(2));
        let details = Status::from(error).get_error_details();
        let violation = &details.precondition_failure().unwrap().violations[0];
        assert_eq!(
            (violation.r#type.as_str(), violation.subject.as_str()),
            ("CONTACT_REQUIRED", "details.contact")
        );
        assert_eq!(details.retry_info().unwrap().retry_delay, Some(Duration::from_secs(2)));
    }

    #[test]
    fn a_problem_names_its_field_as_the_api_does() {
        for (own, told) in [
            ("details.billing.address.recipient", "details.billing.address.recipients"),
            ("details.delivery_address.recipient", "details.delivery_address.recipients"),
        ] {
            let problem = Problem::new(ProblemCode::BillingAddressInvalid, own);
            let error = Error::new(Reason::CheckoutNotReady, "solve them").with_problems(vec![problem]);
            let details = Status::from(error).get_error_details();
            assert_eq!(details.precondition_failure().unwrap().violations[0].subject, told);
        }
    }

    #[test]
    fn metadata_travels() {
        let error = Error::new(Reason::OutOfStock, "less").with("sku", "tea".to_owned());
        let details = Status::from(error).get_error_details();
        assert_eq!(details.error_info().unwrap().metadata.get("sku").map(String::as_str), Some("tea"));
    }
}
