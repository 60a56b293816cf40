//! The layers together, in the order in which a partner's stack has them.

use std::time::Duration;

use tokio::time::Instant;
use tower::ServiceBuilder;

use super::answering::answer;
use super::testing::{Answer, Call, Reading, Script};
use super::{
    Answering, Availability, Breaker, BreakerLayer, BreakerSettings, BudgetSettings, Bulkhead, BulkheadLayer,
    DeadlineLayer, Entropy, Expiry, First, Latency, Limiter, LimiterLayer, LimiterSettings, Refusal,
    RetryBudget, RetryLayer, RetrySettings, TimeoutLayer,
};

const LIMIT: Duration = Duration::from_secs(2);
const LONG: Duration = Duration::from_mins(1);

fn stack(script: &Script) -> (Breaker, impl Answering<Call, Response = Answer> + use<>) {
    let entropy = Entropy::new(|| 1 << 63);
    let breaker = Breaker::new(BreakerSettings::default(), First::Call, entropy.clone(), |_| {});
    let budget = RetryBudget::new(BudgetSettings::default());
    let service = ServiceBuilder::new()
        .layer(DeadlineLayer::new(Duration::from_millis(300), Latency::default(), Reading))
        .layer(BulkheadLayer::new(Bulkhead::new(8)))
        .layer(RetryLayer::new(RetrySettings::default(), budget, entropy, Reading))
        .layer(LimiterLayer::new(Limiter::new(LimiterSettings::default()), Reading))
        .layer(BreakerLayer::new(breaker.clone(), Reading))
        .layer(TimeoutLayer::new(LIMIT))
        .service(script.service());
    (breaker, service)
}

#[tokio::test(start_paused = true)]
async fn each_try_is_counted_and_an_open_breaker_ends_the_tries() {
    let script = Script::of([Answer::Broken]);
    let (breaker, service) = stack(&script);
    assert_eq!(answer(service.clone(), Call::within(LONG)).await, Answer::Broken);
    assert_eq!(script.calls(), 3);
    // The fifth failure in a row is the second try of the second call; its third try is refused.
    let second = answer(service, Call::within(LONG)).await;
    assert!(matches!(second, Answer::Refused(Refusal::BreakerOpen { .. })), "{second:?}");
    assert_eq!(script.calls(), 5);
    assert!(matches!(breaker.availability(), Availability::Open { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_partners_timeout_counts_and_a_callers_deadline_does_not() {
    let script = Script::of([Answer::Ok]).taking(LONG);
    let (breaker, service) = stack(&script);
    for _ in 0..20 {
        let given = answer(service.clone(), Call::within(LIMIT / 2)).await;
        assert_eq!(given, Answer::TimedOut(Expiry::Deadline));
    }
    assert_eq!(breaker.availability(), Availability::Closed);
    for _ in 0..5 {
        answer(service.clone(), Call::within(LIMIT)).await;
    }
    assert!(matches!(breaker.availability(), Availability::Open { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_throttled_read_waits_as_told_while_others_are_held_back() {
    let stated = Duration::from_secs(3);
    let script = Script::of([Answer::TooMany(Some(stated)), Answer::Ok]);
    let (_, service) = stack(&script);
    let start = Instant::now();
    let mut first = Box::pin(answer(service.clone(), Call::within(LONG)));
    assert!(futures::poll!(&mut first).is_pending());
    let held = answer(service, Call::within(LONG)).await;
    assert_eq!(held, Answer::Refused(Refusal::Throttled { until: start + stated }));
    assert_eq!(first.await, Answer::Ok);
    assert!(start.elapsed() >= stated);
}
