//! Holds calls back for as long as a partner that answered 429 asked for.
//!
//! A 429 is no failure: the partner is alive and told us what to do. Counting it in the breaker would turn a
//! short pause into a long outage; ignoring it would turn a short pause into a ban.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::answering::{Answering, answer};
use super::around::{Around, AroundLayer};
use super::classify::{Classify, Verdict};
use super::refusal::{FromRefusal, Refusal};

/// How long calls are held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimiterSettings {
    /// The pause where the partner stated none.
    pub unstated: Duration,
    /// The longest pause that is believed.
    pub longest: Duration,
}

impl Default for LimiterSettings {
    fn default() -> Self {
        Self {
            // Most partners count by the second.
            unstated: Duration::from_secs(1),
            // A header that says a day (or a date misread) must not take a gateway away for a day.
            longest: Duration::from_mins(1),
        }
    }
}

/// Knows until when a partner wants no calls; its clones share that.
#[derive(Debug, Clone)]
pub struct Limiter {
    settings: LimiterSettings,
    held_until: Arc<Mutex<Option<Instant>>>,
}

impl Limiter {
    /// A limiter that holds nothing back yet.
    pub fn new(settings: LimiterSettings) -> Self {
        Self { settings, held_until: Arc::default() }
    }

    /// Until when calls are held back, if they are.
    pub fn held_until(&self) -> Option<Instant> {
        let until = *self.held_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.filter(|until| *until > Instant::now())
    }

    fn hold(&self, retry_after: Option<Duration>) {
        let pause = retry_after.unwrap_or(self.settings.unstated).min(self.settings.longest);
        let until = Instant::now() + pause;
        let mut held = self.held_until.lock().unwrap_or_else(PoisonError::into_inner);
        // Answers may arrive out of order; the longest pause asked for stands.
        *held = Some(held.map_or(until, |earlier| earlier.max(until)));
    }
}

/// Guards a service with a [`Limiter`].
pub type LimiterLayer<C> = AroundLayer<Limiting<C>>;

impl<C> LimiterLayer<C> {
    /// A layer that learns from the verdict [`Verdict::Throttled`].
    pub fn new(limiter: Limiter, classify: C) -> Self {
        Self(Limiting { limiter, classify })
    }
}

/// What [`LimiterLayer`] does.
#[derive(Debug, Clone)]
pub struct Limiting<C> {
    limiter: Limiter,
    classify: C,
}

impl<S, C, Req> Around<S, Req> for Limiting<C>
where
    S: Answering<Req>,
    S::Response: FromRefusal,
    C: Classify<S::Response>,
    Req: Send + 'static,
{
    async fn around(self, inner: S, request: Req) -> S::Response {
        if let Some(until) = self.limiter.held_until() {
            return S::Response::refused(Refusal::Throttled { until });
        }
        let response = answer(inner, request).await;
        if let Verdict::Throttled { retry_after } = self.classify.verdict(&response) {
            self.limiter.hold(retry_after);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;
    use tower::Layer as _;

    use super::*;
    use crate::resilience::testing::{Answer, Call, Reading, Script};

    const LONG: Duration = Duration::from_mins(10);

    async fn held_after(stated: Option<u64>) -> Duration {
        let stated = Answer::TooMany(stated.map(Duration::from_secs));
        let script = Script::of([stated, Answer::Ok]);
        let limiter = Limiter::new(LimiterSettings::default());
        let service = LimiterLayer::new(limiter.clone(), Reading).layer(script.service());
        assert_eq!(answer(service.clone(), Call::within(LONG)).await, stated);
        let until = limiter.held_until().unwrap();
        let refused = answer(service.clone(), Call::within(LONG)).await;
        assert_eq!(refused, Answer::Refused(Refusal::Throttled { until }));
        assert_eq!(script.calls(), 1);
        let pause = until.duration_since(Instant::now());
        advance(pause).await;
        assert_eq!(answer(service, Call::within(LONG)).await, Answer::Ok);
        pause
    }

    #[tokio::test(start_paused = true)]
    async fn calls_are_held_back_as_long_as_the_partner_asked_within_reason() {
        assert_eq!(held_after(Some(7)).await, Duration::from_secs(7));
        assert_eq!(held_after(None).await, Duration::from_secs(1));
        assert_eq!(held_after(Some(86_400)).await, Duration::from_mins(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_shorter_pause_that_comes_later_does_not_end_a_longer_one() {
        let limiter = Limiter::new(LimiterSettings::default());
        limiter.hold(Some(Duration::from_secs(30)));
        limiter.hold(Some(Duration::from_secs(1)));
        assert_eq!(limiter.held_until(), Some(Instant::now() + Duration::from_secs(30)));
    }
}
