//! What passes through the layers: a request with its deadline, and an answer that says what went wrong.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::Instant;

use crate::domain::checkout::{DegradedReason, Dependency};
use crate::ports::carrier::{Carrier, CarrierError, DeliveryOption, DeliveryRequest};
use crate::ports::tax::{TaxAnswer, TaxError, TaxProvider, TaxRequest};
use crate::resilience::{
    Classify, Deadline, Expiry, FromExpiry, FromRefusal, Guard, Guarded, HasDeadline, Quote, Refusal,
    Retryable, Verdict,
};

/// A sort of quote: who gives it, and how they are asked.
pub(super) trait Sort: 'static {
    /// Who gives it.
    type Partner: ?Sized + Send + Sync + 'static;
    /// What is asked.
    type Request: Send + Sync + 'static;
    /// What is answered.
    type Answer: Send + 'static;
    /// What it is for.
    const DEPENDENCY: Dependency;

    /// Asks once.
    fn ask(
        partner: Arc<Self::Partner>,
        request: Arc<Self::Request>,
    ) -> BoxFuture<'static, Reply<Self::Answer>>;
}

/// Delivery options of a carrier.
pub(super) enum Delivery {}

/// The tax of a provider.
pub(super) enum Tax {}

impl Sort for Delivery {
    type Partner = dyn Carrier;
    type Request = DeliveryRequest;
    type Answer = Vec<DeliveryOption>;
    const DEPENDENCY: Dependency = Dependency::Carrier;

    fn ask(
        partner: Arc<dyn Carrier>,
        request: Arc<DeliveryRequest>,
    ) -> BoxFuture<'static, Reply<Vec<DeliveryOption>>> {
        Box::pin(async move {
            partner.options(&request).await.map_or_else(
                |error| {
                    let reason = match &error {
                        CarrierError::Refused(_) => DegradedReason::Refused,
                        CarrierError::Unavailable(_) => DegradedReason::Unavailable,
                        CarrierError::Misconfigured(_) => DegradedReason::Misconfigured,
                    };
                    Reply::Failed(Failure::said(reason, error.to_string()))
                },
                Reply::Given,
            )
        })
    }
}

impl Sort for Tax {
    type Partner = dyn TaxProvider;
    type Request = TaxRequest;
    type Answer = TaxAnswer;
    const DEPENDENCY: Dependency = Dependency::Tax;

    fn ask(partner: Arc<dyn TaxProvider>, request: Arc<TaxRequest>) -> BoxFuture<'static, Reply<TaxAnswer>> {
        Box::pin(async move {
            partner.quote(&request).await.map_or_else(
                |error| {
                    let reason = match &error {
                        TaxError::UnknownPlace { .. } | TaxError::NoSuchRate { .. } => {
                            DegradedReason::UnknownPlace
                        }
                        TaxError::Refused(_) => DegradedReason::Refused,
                        TaxError::Unavailable(_) => DegradedReason::Unavailable,
                    };
                    Reply::Failed(Failure::said(reason, error.to_string()))
                },
                Reply::Given,
            )
        })
    }
}

/// A request and until when its answer is waited for; its clones are further tries and backups of the same.
pub(super) struct Call<R> {
    pub(super) request: Arc<R>,
    deadline: Deadline,
}

impl<R> Call<R> {
    /// A call that is waited for so long.
    pub(super) fn within(request: Arc<R>, left: Duration) -> Self {
        Self { request, deadline: Deadline::after(Instant::now(), left) }
    }

    /// The same with no more than `share` of the time.
    pub(super) fn limited(self, share: Duration) -> Self {
        let deadline = self.deadline.min(Deadline::after(Instant::now(), share));
        Self { deadline, ..self }
    }
}

impl<R> Clone for Call<R> {
    fn clone(&self) -> Self {
        Self { request: Arc::clone(&self.request), deadline: self.deadline }
    }
}

impl<R> HasDeadline for Call<R> {
    fn deadline(&self) -> Deadline {
        self.deadline
    }
}

impl<R> Guarded for Call<R> {
    fn guard(&self) -> Guard {
        Guard::Heeded
    }
}

impl<R: Send + Sync + 'static> Quote for Call<R> {}

/// What the layers answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply<A> {
    /// An answer with a meaning, welcome or not.
    Given(A),
    /// None.
    Failed(Failure),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) reason: DegradedReason,
    /// For people to read.
    pub(super) cause: String,
    verdict: Verdict,
}

impl Failure {
    /// What the partner itself said. Only silence and nonsense speak against its health: a request that it
    /// refuses would be refused by the healthiest.
    fn said(reason: DegradedReason, cause: String) -> Self {
        let verdict = match reason {
            DegradedReason::Unavailable => Verdict::Failure,
            DegradedReason::TimedOut
            | DegradedReason::BreakerOpen
            | DegradedReason::Overloaded
            | DegradedReason::Refused
            | DegradedReason::UnknownPlace
            | DegradedReason::Misconfigured => Verdict::Ignored,
        };
        Self { reason, cause, verdict }
    }
}

impl<A> FromRefusal for Reply<A> {
    fn refused(refusal: Refusal) -> Self {
        let reason = match refusal {
            Refusal::BreakerOpen { .. } | Refusal::BreakerProbing => DegradedReason::BreakerOpen,
            Refusal::Misconfigured => DegradedReason::Misconfigured,
            Refusal::BulkheadFull | Refusal::Throttled { .. } => DegradedReason::Overloaded,
            Refusal::DeadlineTooShort { .. } => DegradedReason::TimedOut,
        };
        Self::Failed(Failure { reason, cause: refusal.name().to_owned(), verdict: Verdict::Ignored })
    }
}

impl<A> FromExpiry for Reply<A> {
    fn timed_out(expiry: Expiry) -> Self {
        let verdict = match expiry {
            Expiry::Limit => Verdict::Failure,
            Expiry::Deadline => Verdict::Ignored,
        };
        Self::Failed(Failure {
            reason: DegradedReason::TimedOut,
            cause: "no answer in time".to_owned(),
            verdict,
        })
    }
}

/// Reads replies for the layers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading;

impl<A> Classify<Reply<A>> for Reading {
    fn verdict(&self, reply: &Reply<A>) -> Verdict {
        match reply {
            Reply::Given(_) => Verdict::Success,
            Reply::Failed(failure) => failure.verdict,
        }
    }

    /// A quote may always be repeated, and is where that is worth it: after a quick failure. After a slow one
    /// the backup has better use for the time.
    fn retryable(&self, reply: &Reply<A>) -> Retryable {
        match reply {
            Reply::Failed(failure) if failure.reason == DegradedReason::Unavailable => {
                Retryable::Yes { after: None }
            }
            Reply::Given(_) | Reply::Failed(_) => Retryable::No,
        }
    }
}
