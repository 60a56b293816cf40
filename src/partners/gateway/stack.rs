//! The layers around a gateway's adapter, outside in, for one class of operation at one account.
//!
//! This is the only place that orders them. Money never fails over here: what leaves the stack is a refusal
//! that proves that nothing was sent, and the payment machine decides what to do with it (R11).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tower::util::BoxCloneSyncService;
use tower::{ServiceBuilder, service_fn};

use super::adapter::Adapter;
use super::answer::Answer;
use super::call::{Call, Task};
use super::class::OperationClass;
use super::classify::Reading;
use super::measure::MeasureLayer;
use super::settings::StackSettings;
use crate::domain::ids::AccountId;
use crate::domain::payment::{Outcome, UnknownCause};
use crate::resilience::{
    Breaker, BreakerLayer, Bulkhead, BulkheadLayer, DeadlineLayer, Entropy, Latency, Limiter, LimiterLayer,
    RetryBudget, RetryLayer, TimeoutLayer,
};

/// An adapter behind its layers.
pub(super) type Stack = BoxCloneSyncService<Call, Answer, Infallible>;

/// What the layers of one class are made from.
pub(super) struct Parts<'a> {
    pub(super) account: &'a AccountId,
    pub(super) class: OperationClass,
    pub(super) settings: &'a StackSettings,
    /// The vendor may take so long.
    pub(super) limit: Duration,
    /// Shared by all classes of the account: retries of looks must not crowd out its payments.
    pub(super) budget: RetryBudget,
    pub(super) breaker: Breaker,
    pub(super) limiter: Limiter,
    pub(super) entropy: Entropy,
}

pub(super) fn stack(adapter: Arc<dyn Adapter>, parts: Parts<'_>) -> Stack {
    let Parts { account, class, settings, limit, budget, breaker, limiter, entropy } = parts;
    let reading = Reading(class);
    let service = ServiceBuilder::new()
        // Outermost, so that what a layer refuses is counted too, and a call over all its tries is one.
        .layer(MeasureLayer::new(account.clone(), class))
        // Before anything is taken: a call that cannot end in time should cost nobody a place or a try.
        .layer(DeadlineLayer::new(settings.floor, Latency::default(), reading))
        // Outside the retries: a call that waits for its next try keeps its place, so that the gateway never
        // has more of our calls than this. Each class has its own, or hanging authorisations would block the
        // voids that end them.
        .layer(BulkheadLayer::new(Bulkhead::new(settings.max_in_flight)))
        // Outside the breaker, so that it counts each try and ends the tries when it opens.
        .layer(RetryLayer::new(settings.retry(class), budget, entropy, reading))
        // Between the retries and the breaker: a try that a 429 holds back is neither sent nor counted.
        // Each class has its own, since vendors limit reads and writes apart and a void cannot wait.
        .layer(LimiterLayer::new(limiter, reading))
        // One for the account and the class: it learns from each try that was made.
        .layer(BreakerLayer::new(breaker, reading))
        // Innermost: what it cuts off may have been executed, so its answer is that nobody knows. It tells
        // the breaker, which stands outside it, whether the gateway or the caller ran out of time.
        .layer(TimeoutLayer::new(limit))
        .service(service_fn(move |call: Call| transport(Arc::clone(&adapter), call)));
    BoxCloneSyncService::new(service)
}

/// The layers around the read that goes before payments. No breaker stands here, since it is the breakers that ask; no
/// retry, since they ask again themselves; no bulkhead, since one is under way at most.
pub(super) fn probe_stack(
    adapter: Arc<dyn Adapter>,
    account: &AccountId,
    settings: &StackSettings,
    reads: Limiter,
) -> Stack {
    let class = OperationClass::Read;
    let service = ServiceBuilder::new()
        .layer(MeasureLayer::new(account.clone(), class))
        // The pause of the account's other reads: a gateway that asked for it is there.
        .layer(LimiterLayer::new(reads, Reading(class)))
        .layer(TimeoutLayer::new(settings.probe_limit))
        .service(service_fn(move |call: Call| transport(Arc::clone(&adapter), call)));
    BoxCloneSyncService::new(service)
}

async fn transport(adapter: Arc<dyn Adapter>, call: Call) -> Result<Answer, Infallible> {
    let reply = match &*call.task {
        Task::Send { kind, amount, rendered } => adapter.send(*kind, *amount, rendered, call.window).await,
        Task::Look(look) => adapter.look(look, call.window).await,
        Task::Probe => match adapter.prober() {
            Some(prober) => prober.probe(call.window).await,
            None => Outcome::Unknown(UnknownCause::NotConclusive).into(),
        },
    };
    Ok(reply.into())
}
