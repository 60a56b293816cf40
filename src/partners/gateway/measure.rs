//! Counts, times and traces each call to a gateway. No token, key or message of a vendor gets here: outcomes
//! are told by names of our own.

use tokio::time::Instant;
use tracing::Instrument as _;

use super::answer::Answer;
use super::call::Call;
use super::class::OperationClass;
use crate::domain::ids::AccountId;
use crate::domain::payment::{DeclineClass, NotSent, Outcome, Status, UnknownCause};
use crate::resilience::{Answering, Around, AroundLayer, answer};

/// Measures every call, those that were refused before they were sent among them.
pub(super) type MeasureLayer = AroundLayer<Measuring>;

impl MeasureLayer {
    pub(super) const fn new(account: AccountId, class: OperationClass) -> Self {
        Self(Measuring { account, class })
    }
}

/// What [`MeasureLayer`] does.
#[derive(Debug, Clone)]
pub(super) struct Measuring {
    account: AccountId,
    class: OperationClass,
}

impl Measuring {
    fn measured(&self, outcome: &Outcome, began: Instant) {
        let (account, class) = (self.account.to_string(), self.class.as_str());
        metrics::counter!(
            "cashwrap_partner_calls_total",
            "account" => account.clone(), "class" => class, "outcome" => name(outcome),
        )
        .increment(1);
        metrics::histogram!("cashwrap_partner_call_seconds", "account" => account.clone(), "class" => class)
            .record(began.elapsed().as_secs_f64());
        if unknown_token(outcome) {
            tracing::warn!(
                account = %self.account,
                "the gateway does not know the token that it was given: it must come from the tokeniser of this very \
                 account, with the same mode (test or live) as its key"
            );
        }
        if unmapped(outcome) {
            metrics::counter!("cashwrap_declines_unmapped_total", "account" => account).increment(1);
        }
    }
}

impl<S: Answering<Call, Response = Answer>> Around<S, Call> for Measuring {
    async fn around(self, inner: S, call: Call) -> Answer {
        let span = tracing::info_span!(
            "partner_call",
            account = %self.account,
            class = self.class.as_str(),
            call = call.task.name(),
            outcome = tracing::field::Empty,
        );
        let began = Instant::now();
        let answer = answer(inner, call).instrument(span.clone()).await;
        self.measured(&answer.reply.outcome, began);
        span.record("outcome", name(&answer.reply.outcome));
        answer
    }
}

/// A code that no table knows (payments.md §5): somebody should add it.
fn unmapped(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Definite(view) => {
            matches!(&view.status, Status::Declined(decline) if decline.class == DeclineClass::Generic)
        }
        Outcome::Refused(refusal) => refusal.class == Some(DeclineClass::Generic),
        Outcome::NotSent(_) | Outcome::Unknown(_) => false,
    }
}

/// The token was refused as one that does not exist: the storefront's tokeniser and the account do not belong together.
const fn unknown_token(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Refused(refusal) => matches!(refusal.class, Some(DeclineClass::TokenInvalid)),
        Outcome::Definite(_) | Outcome::NotSent(_) | Outcome::Unknown(_) => false,
    }
}

/// The outcome's stable name in metrics and spans.
const fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::NotSent(why) => match why {
            NotSent::BreakerOpen => "not_sent_breaker_open",
            NotSent::Drained => "not_sent_drained",
            NotSent::ForcedOpen => "not_sent_forced_open",
            NotSent::Saturated => "not_sent_saturated",
            NotSent::TooLate => "not_sent_too_late",
            NotSent::Connect => "not_sent_connect",
            NotSent::RateLimited => "not_sent_rate_limited",
            NotSent::Credentials => "not_sent_credentials",
            NotSent::Unconfirmed => "not_sent_unconfirmed",
            NotSent::AmountNotTaken => "not_sent_amount_not_taken",
        },
        Outcome::Definite(view) => match view.status {
            Status::Created => "created",
            Status::ActionNeeded { .. } => "action_needed",
            Status::Approved => "approved",
            Status::Processing => "processing",
            Status::Authorised => "authorised",
            Status::Captured => "captured",
            Status::Voided => "voided",
            Status::Declined(_) => "declined",
        },
        Outcome::Refused(_) => "refused",
        Outcome::Unknown(why) => match why {
            UnknownCause::Timeout => "unknown_timeout",
            UnknownCause::Reset => "unknown_reset",
            UnknownCause::ServerError => "unknown_server_error",
            UnknownCause::Garbage => "unknown_garbage",
            UnknownCause::InProgress => "unknown_in_progress",
            UnknownCause::Crashed => "unknown_crashed",
            UnknownCause::Processing => "unknown_processing",
            UnknownCause::NotConclusive => "unknown_not_conclusive",
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

    use super::*;

    /// Remembers which metrics were touched, with their labels.
    #[derive(Default)]
    struct Touched(Mutex<BTreeSet<String>>);

    impl Touched {
        fn note(&self, key: &Key) {
            let labels: Vec<String> =
                key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
            self.0.lock().unwrap().insert(format!("{} {}", key.name(), labels.join(",")));
        }
    }

    impl Recorder for Touched {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            self.note(key);
            Counter::noop()
        }

        fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
            self.note(key);
            Gauge::noop()
        }

        fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
            self.note(key);
            Histogram::noop()
        }
    }

    /// What was logged, as text.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_token_that_the_gateway_does_not_know_is_warned_of_by_account_and_never_shown() {
        let log = Log::default();
        let written = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || written.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            let account = "primary".parse().unwrap();
            let layer = Measuring { account, class: OperationClass::Authorise };
            for class in [Some(DeclineClass::Generic), None, Some(DeclineClass::TokenInvalid)] {
                let refusal = crate::domain::payment::outcome::Refusal {
                    code: "resource_missing".into(),
                    class,
                    not_found: false,
                    retry_after: None,
                };
                layer.measured(&Outcome::Refused(refusal), Instant::now());
            }
        });
        let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.contains("WARN") && told.contains("does not know the token"), "{told}");
        assert!(told.contains("primary"), "{told}");
    }

    #[tokio::test]
    async fn a_call_is_counted_by_account_class_and_outcome() {
        let touched = Arc::new(Touched::default());
        metrics::with_local_recorder(&*touched, || {
            let account = "primary".parse().unwrap();
            let layer = Measuring { account, class: OperationClass::VoidRefund };
            layer.measured(&Outcome::Unknown(UnknownCause::Timeout), Instant::now());
            let refusal = crate::domain::payment::outcome::Refusal {
                code: "moon_phase".into(),
                class: Some(DeclineClass::Generic),
                not_found: false,
                retry_after: None,
            };
            layer.measured(&Outcome::Refused(refusal), Instant::now());
        });
        let expected = [
            "cashwrap_declines_unmapped_total account=primary",
            "cashwrap_partner_call_seconds account=primary,class=void_refund",
            "cashwrap_partner_calls_total account=primary,class=void_refund,outcome=refused",
            "cashwrap_partner_calls_total account=primary,class=void_refund,outcome=unknown_timeout",
        ];
        assert_eq!(*touched.0.lock().unwrap(), expected.map(str::to_owned).into());
    }
}
