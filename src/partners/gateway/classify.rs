//! What a gateway's answer tells about the gateway, and which answers let a call be repeated
//! (payments.md §4).
//!
//! Declines, fraud blocks, refusals, 3DS, idempotency conflicts and a caller's shorter deadline say nothing
//! about the gateway's health; a limit that was the gateway's own, a broken connection, a 5xx and a
//! malformed answer do.

use super::answer::{Answer, Source};
use super::class::OperationClass;
use crate::domain::payment::{NotSent, Outcome, Status, UnknownCause, View};
use crate::resilience::{Classify, Expiry, Retryable, Verdict};

/// Reads the answers of one class of operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading(pub(super) OperationClass);

impl Classify<Answer> for Reading {
    fn verdict(&self, answer: &Answer) -> Verdict {
        match answer.source {
            Source::Layer(_) | Source::Limit(Expiry::Deadline) => return Verdict::Ignored,
            Source::Limit(Expiry::Limit) => return Verdict::Failure,
            Source::Adapter => {}
        }
        if answer.reply.processor_unavailable {
            return Verdict::Failure;
        }
        match &answer.reply.outcome {
            Outcome::Definite(view) => definite(view),
            Outcome::NotSent(NotSent::Connect)
            | Outcome::Unknown(
                UnknownCause::Timeout
                | UnknownCause::Reset
                | UnknownCause::ServerError
                | UnknownCause::Garbage,
            ) => Verdict::Failure,
            Outcome::NotSent(NotSent::Credentials) => Verdict::Misconfigured,
            Outcome::NotSent(NotSent::RateLimited) => {
                Verdict::Throttled { retry_after: answer.reply.retry_after }
            }
            Outcome::Refused(_)
            | Outcome::NotSent(
                NotSent::BreakerOpen
                | NotSent::Drained
                | NotSent::ForcedOpen
                | NotSent::Saturated
                | NotSent::TooLate
                | NotSent::Unconfirmed
                | NotSent::AmountNotTaken,
            )
            | Outcome::Unknown(
                UnknownCause::InProgress
                | UnknownCause::Crashed
                | UnknownCause::Processing
                | UnknownCause::NotConclusive,
            ) => Verdict::Ignored,
        }
    }

    fn retryable(&self, answer: &Answer) -> Retryable {
        if answer.source != Source::Adapter {
            return Retryable::No;
        }
        let reads = match self.0 {
            OperationClass::Read => true,
            OperationClass::Authorise | OperationClass::Capture | OperationClass::VoidRefund => false,
        };
        match &answer.reply.outcome {
            // The one failure that proves that nothing of the call left, and that often heals at once.
            Outcome::NotSent(NotSent::Connect) => Retryable::Yes { after: None },
            Outcome::NotSent(NotSent::RateLimited) if reads => {
                Retryable::Yes { after: answer.reply.retry_after }
            }
            Outcome::Unknown(
                UnknownCause::Timeout
                | UnknownCause::Reset
                | UnknownCause::ServerError
                | UnknownCause::Garbage,
            ) if reads => Retryable::Yes { after: None },
            Outcome::NotSent(_) | Outcome::Unknown(_) | Outcome::Definite(_) | Outcome::Refused(_) => {
                Retryable::No
            }
        }
    }
}

/// A decline is the issuer's word and an action is the customer's turn: neither tells of the gateway.
fn definite(view: &View) -> Verdict {
    match view.status {
        Status::Declined(_) | Status::ActionNeeded { .. } => Verdict::Ignored,
        Status::Created
        | Status::Approved
        | Status::Processing
        | Status::Authorised
        | Status::Captured
        | Status::Voided => Verdict::Success,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::money::Money;
    use crate::domain::payment::outcome::Refusal;
    use crate::domain::payment::{Decline, DeclineClass};
    use crate::partners::gateway::Reply;
    use crate::resilience::{FromExpiry as _, FromRefusal as _};

    const MONEY: [OperationClass; 3] =
        [OperationClass::Authorise, OperationClass::Capture, OperationClass::VoidRefund];

    fn told(outcome: Outcome) -> Answer {
        Reply::from(outcome).into()
    }

    fn verdict(answer: &Answer) -> Verdict {
        let verdicts = OperationClass::ALL.map(|class| Reading(class).verdict(answer));
        assert!(verdicts.iter().all(|verdict| *verdict == verdicts[0]), "the same for each class");
        verdicts[0]
    }

    fn seen(status: Status) -> Outcome {
        Outcome::Definite(View {
            object: Some("pi_1".into()),
            status,
            amount: Money::new(1_000, "EUR".parse().unwrap()),
            reference: None,
            capturable_minor: 0,
            captured_minor: 0,
            refunded_minor: None,
            card: None,
        })
    }

    fn declined() -> Outcome {
        seen(Status::Declined(Decline::new(DeclineClass::SystemMalfunction, "processing_error".into())))
    }

    #[test]
    fn a_failed_connect_is_a_failure() {
        assert_eq!(verdict(&told(Outcome::NotSent(NotSent::Connect))), Verdict::Failure);
    }

    #[test]
    fn a_timeout_at_the_gateways_own_limit_is_a_failure_and_a_callers_deadline_is_not() {
        assert_eq!(verdict(&Answer::timed_out(Expiry::Limit)), Verdict::Failure);
        assert_eq!(verdict(&told(Outcome::Unknown(UnknownCause::Timeout))), Verdict::Failure);
        assert_eq!(verdict(&Answer::timed_out(Expiry::Deadline)), Verdict::Ignored);
    }

    #[test]
    fn a_5xx_a_reset_and_a_malformed_answer_are_failures() {
        for cause in [UnknownCause::ServerError, UnknownCause::Reset, UnknownCause::Garbage] {
            assert_eq!(verdict(&told(Outcome::Unknown(cause))), Verdict::Failure, "{cause:?}");
        }
    }

    #[test]
    fn a_processor_that_is_unavailable_is_a_failure_though_it_is_told_as_a_decline() {
        let unavailable = Reply { processor_unavailable: true, ..declined().into() };
        assert_eq!(verdict(&unavailable.into()), Verdict::Failure);
    }

    #[test]
    fn declines_actions_and_refusals_never_count() {
        let refusal = Refusal { code: "x".into(), class: None, not_found: false, retry_after: None };
        let action = seen(Status::ActionNeeded { redirect_url: "https://a".into() });
        for outcome in [declined(), action, Outcome::Refused(refusal)] {
            assert_eq!(verdict(&told(outcome)), Verdict::Ignored);
        }
    }

    #[test]
    fn an_idempotency_conflict_and_what_is_still_processed_never_count() {
        for cause in [
            UnknownCause::InProgress,
            UnknownCause::Processing,
            UnknownCause::NotConclusive,
            UnknownCause::Crashed,
        ] {
            assert_eq!(verdict(&told(Outcome::Unknown(cause))), Verdict::Ignored, "{cause:?}");
        }
    }

    #[test]
    fn refused_credentials_latch_and_a_rate_limit_goes_to_the_limiter() {
        assert_eq!(verdict(&told(Outcome::NotSent(NotSent::Credentials))), Verdict::Misconfigured);
        let limited = Reply {
            retry_after: Some(Duration::from_secs(3)),
            ..Outcome::NotSent(NotSent::RateLimited).into()
        };
        let expected = Verdict::Throttled { retry_after: Some(Duration::from_secs(3)) };
        assert_eq!(verdict(&limited.into()), expected);
    }

    #[test]
    fn an_object_that_was_shown_is_a_success() {
        for status in [
            Status::Created,
            Status::Approved,
            Status::Processing,
            Status::Authorised,
            Status::Captured,
            Status::Voided,
        ] {
            assert_eq!(verdict(&told(seen(status))), Verdict::Success);
        }
    }

    #[test]
    fn a_refusal_of_a_layer_counts_nowhere_and_is_final() {
        use crate::resilience::Refusal as Layer;
        for refusal in [Layer::BreakerProbing, Layer::Misconfigured, Layer::BulkheadFull] {
            let answer = Answer::refused(refusal);
            assert_eq!(verdict(&answer), Verdict::Ignored, "{refusal:?}");
            for class in OperationClass::ALL {
                assert_eq!(Reading(class).retryable(&answer), Retryable::No, "{refusal:?}");
            }
        }
    }

    #[test]
    fn money_is_repeated_after_a_failed_connect_and_after_nothing_else() {
        let again = [told(Outcome::NotSent(NotSent::Connect))];
        let never = [
            told(Outcome::NotSent(NotSent::RateLimited)),
            told(Outcome::NotSent(NotSent::TooLate)),
            told(Outcome::NotSent(NotSent::Credentials)),
            told(Outcome::Unknown(UnknownCause::Timeout)),
            told(Outcome::Unknown(UnknownCause::Reset)),
            told(Outcome::Unknown(UnknownCause::ServerError)),
            told(Outcome::Unknown(UnknownCause::Garbage)),
            told(Outcome::Unknown(UnknownCause::InProgress)),
            told(declined()),
            told(seen(Status::Created)),
            Answer::timed_out(Expiry::Limit),
        ];
        for class in MONEY {
            for answer in &again {
                assert_eq!(Reading(class).retryable(answer), Retryable::Yes { after: None });
            }
            for answer in &never {
                assert_eq!(Reading(class).retryable(answer), Retryable::No, "{answer:?}");
            }
        }
    }

    #[test]
    fn a_read_is_repeated_after_what_may_heal() {
        let read = Reading(OperationClass::Read);
        for cause in [UnknownCause::ServerError, UnknownCause::Reset, UnknownCause::Garbage] {
            let answer = told(Outcome::Unknown(cause));
            assert_eq!(read.retryable(&answer), Retryable::Yes { after: None }, "{cause:?}");
        }
        assert_eq!(read.retryable(&told(seen(Status::Voided))), Retryable::No);
    }
}
