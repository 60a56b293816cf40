//! The tower layer: asks the breaker, makes the call, tells the breaker what came of it.
//!
//! The pass lives in the call's future. A caller that drops the future drops the pass: its place is free
//! again and nothing was counted, since a call that nobody waited for says nothing about the partner.

use super::super::answering::{Answering, answer};
use super::super::around::{Around, AroundLayer};
use super::super::classify::Classify;
use super::super::refusal::FromRefusal;
use super::handle::Breaker;
use super::state::Guarded;

/// Guards a service with a [`Breaker`].
pub type BreakerLayer<C> = AroundLayer<Breaking<C>>;

impl<C> BreakerLayer<C> {
    /// A layer whose breaker the caller keeps a clone of, for availability and operators.
    pub fn new(breaker: Breaker, classify: C) -> Self {
        Self(Breaking { breaker, classify })
    }
}

/// What [`BreakerLayer`] does.
#[derive(Debug, Clone)]
pub struct Breaking<C> {
    breaker: Breaker,
    classify: C,
}

impl<S, C, Req> Around<S, Req> for Breaking<C>
where
    S: Answering<Req>,
    S::Response: FromRefusal,
    C: Classify<S::Response>,
    Req: Guarded + Send + 'static,
{
    async fn around(self, inner: S, request: Req) -> S::Response {
        let pass = match self.breaker.enter(request.guard()) {
            Ok(pass) => pass,
            Err(refusal) => return S::Response::refused(refusal),
        };
        let response = answer(inner, request).await;
        pass.record(self.classify.verdict(&response));
        response
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::poll;
    use tokio::time::{Instant, advance};
    use tower::Layer as _;

    use super::super::super::entropy::Entropy;
    use super::super::super::refusal::Refusal;
    use super::super::super::testing::{Answer, Call, Reading, Script};
    use super::super::settings::BreakerSettings;
    use super::super::state::{Availability, First};
    use super::*;

    const LONG: Duration = Duration::from_mins(1);
    const OPEN: Duration = Duration::from_secs(10);

    fn guarded(script: &Script) -> (Breaker, impl Answering<Call, Response = Answer> + use<>) {
        // Half of the range: the jitter moves nothing.
        let breaker = Breaker::new(BreakerSettings::default(), First::Call, Entropy::new(|| 1 << 63), |_| {});
        let service = BreakerLayer::new(breaker.clone(), Reading).layer(script.service());
        (breaker, service)
    }

    async fn ask(service: &impl Answering<Call, Response = Answer>) -> Answer {
        answer(service.clone(), Call::within(LONG)).await
    }

    async fn trip(service: &impl Answering<Call, Response = Answer>, breaker: &Breaker) {
        for _ in 0..5 {
            ask(service).await;
        }
        assert_eq!(breaker.availability(), Availability::Open { until: Instant::now() + OPEN });
    }

    #[tokio::test(start_paused = true)]
    async fn after_ten_thousand_successes_failures_still_trip_it_within_the_window() {
        let script = Script::of([Answer::Ok]);
        let (breaker, service) = guarded(&script);
        for _ in 0..10_000 {
            ask(&service).await;
        }
        // Two in three fail, so that no run of five helps.
        script.then([Answer::Broken, Answer::Broken, Answer::Ok].repeat(40));
        let start = Instant::now();
        while breaker.availability() == Availability::Closed {
            assert!(start.elapsed() <= LONG / 2, "the window is thirty seconds");
            advance(Duration::from_millis(500)).await;
            ask(&service).await;
        }
        assert!(matches!(breaker.availability(), Availability::Open { .. }));
    }

    #[tokio::test(start_paused = true)]
    async fn half_open_admits_its_permits_and_no_more_and_one_success_closes() {
        let script = Script::of([Answer::Broken]);
        let (breaker, service) = guarded(&script);
        trip(&service, &breaker).await;
        let until = Instant::now() + OPEN;
        assert_eq!(ask(&service).await, Answer::Refused(Refusal::BreakerOpen { until }));
        advance(OPEN).await;
        assert_eq!(breaker.availability(), Availability::HalfOpen);

        script.then([Answer::Ok]);
        let slow = script.clone().taking(Duration::from_secs(1));
        let slow = BreakerLayer::new(breaker.clone(), Reading).layer(slow.service());
        let mut probes: Vec<_> = (0..3).map(|_| Box::pin(ask(&slow))).collect();
        for probe in &mut probes {
            assert!(poll!(probe).is_pending());
        }
        assert_eq!(ask(&service).await, Answer::Refused(Refusal::BreakerProbing));
        assert_eq!(script.calls(), 5 + 3);
        futures::future::join_all(probes).await;
        assert_eq!(breaker.availability(), Availability::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn dropped_probes_give_their_places_back_and_count_nothing() {
        let script = Script::of([Answer::Broken]);
        let (breaker, service) = guarded(&script);
        trip(&service, &breaker).await;
        advance(OPEN).await;
        let hanging = script.clone().taking(LONG);
        let hanging = BreakerLayer::new(breaker.clone(), Reading).layer(hanging.service());
        for _ in 0..10 {
            let mut probe = Box::pin(ask(&hanging));
            assert!(poll!(&mut probe).is_pending(), "a place was free");
            drop(probe);
        }
        assert_eq!(breaker.availability(), Availability::HalfOpen);
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_is_declined_gives_its_place_back_and_decides_nothing() {
        let script = Script::of([Answer::Broken]);
        let (breaker, service) = guarded(&script);
        trip(&service, &breaker).await;
        advance(OPEN).await;
        script.then([Answer::Declined]);
        for _ in 0..10 {
            assert_eq!(ask(&service).await, Answer::Declined, "a place was free");
        }
        assert_eq!(breaker.availability(), Availability::HalfOpen);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_probe_opens_it_for_twice_as_long() {
        let script = Script::of([Answer::Broken]);
        let (breaker, service) = guarded(&script);
        trip(&service, &breaker).await;
        advance(OPEN).await;
        assert_eq!(ask(&service).await, Answer::Broken);
        assert_eq!(breaker.availability(), Availability::Open { until: Instant::now() + OPEN * 2 });
    }

    #[tokio::test(start_paused = true)]
    async fn declines_and_throttling_never_trip_it() {
        for harmless in [Answer::Declined, Answer::TooMany(None)] {
            let (breaker, service) = guarded(&Script::of([harmless]));
            for _ in 0..100 {
                ask(&service).await;
            }
            assert_eq!(breaker.availability(), Availability::Closed);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_from_before_a_change_does_not_count_after_it() {
        let script = Script::of([Answer::Broken]);
        let (breaker, service) = guarded(&script);
        let hanging = script.clone().taking(OPEN * 2);
        let hanging = BreakerLayer::new(breaker.clone(), Reading).layer(hanging.service());
        let mut early = Box::pin(ask(&hanging));
        assert!(poll!(&mut early).is_pending());
        trip(&service, &breaker).await;
        advance(OPEN).await;
        assert_eq!(breaker.availability(), Availability::HalfOpen);
        assert_eq!(early.await, Answer::Broken);
        assert_eq!(breaker.availability(), Availability::HalfOpen, "it tells of a time that has passed");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_overrules_is_sent_though_the_breaker_is_open() {
        let script = Script::of([Answer::Broken]);
        let (breaker, service) = guarded(&script);
        trip(&service, &breaker).await;
        assert_eq!(answer(service.clone(), Call::within(LONG).overruling()).await, Answer::Broken);
        assert!(matches!(ask(&service).await, Answer::Refused(Refusal::BreakerOpen { .. })));
        assert_eq!(script.calls(), 6);
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_that_are_refused_stop_all_calls_and_no_time_makes_it_half_open() {
        let script = Script::of([Answer::Unauthorised, Answer::Ok]);
        let (breaker, service) = guarded(&script);
        assert_eq!(ask(&service).await, Answer::Unauthorised);
        for _ in 0..100 {
            advance(OPEN).await;
            assert_eq!(ask(&service).await, Answer::Refused(Refusal::Misconfigured));
        }
        assert_eq!((breaker.availability(), script.calls()), (Availability::Misconfigured, 1));
    }
}
