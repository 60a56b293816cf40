//! One account behind its layers. This is the only place that orders them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tower::util::BoxCloneSyncService;
use tower::{ServiceBuilder, service_fn};

use super::call::{Call, Reading, Reply, Sort};
use super::settings::QuoteSettings;
use crate::domain::ids::AccountId;
use crate::partners::breaking::breaker;
use crate::resilience::{
    BreakerLayer, Bulkhead, BulkheadLayer, DeadlineLayer, Entropy, First, Latency, RetryBudget, RetryLayer,
    TimeoutLayer,
};

/// A partner behind its layers.
pub(super) type Stack<S> =
    BoxCloneSyncService<Call<<S as Sort>::Request>, Reply<<S as Sort>::Answer>, Infallible>;

/// A partner, its layers, and how long it may take in all.
pub(super) struct Account<S: Sort> {
    pub(super) partner: Arc<S::Partner>,
    pub(super) stack: Stack<S>,
    pub(super) share: Duration,
}

impl<S: Sort> Account<S> {
    pub(super) fn new(
        account: &AccountId,
        partner: Arc<S::Partner>,
        settings: &QuoteSettings,
        entropy: &Entropy,
    ) -> Self {
        let share = settings.share();
        let asked = Arc::clone(&partner);
        let service = ServiceBuilder::new()
            // Outermost: a chain's time is shared out, or the first account would leave nothing for a backup.
            .map_request(move |call: Call<S::Request>| call.limited(share))
            .layer(DeadlineLayer::new(settings.floor, Latency::default(), Reading))
            // Outside the retries: a call that waits for its next try keeps its place.
            .layer(BulkheadLayer::new(Bulkhead::new(settings.max_in_flight)))
            // Outside the breaker, so that it counts each try and ends the tries when it opens.
            .layer(RetryLayer::new(
                settings.retry,
                RetryBudget::new(settings.budget),
                entropy.clone(),
                Reading,
            ))
            .layer(BreakerLayer::new(
                breaker(account, "quote", First::Call, settings.breaker, entropy),
                Reading,
            ))
            // Innermost: it tells the breaker whether the partner or the caller ran out of time.
            .layer(TimeoutLayer::new(settings.timeout))
            .service(service_fn(move |call: Call<S::Request>| {
                let asking = S::ask(Arc::clone(&asked), call.request);
                async move { Ok::<_, Infallible>(asking.await) }
            }));
        Self { partner, stack: BoxCloneSyncService::new(service), share }
    }
}
