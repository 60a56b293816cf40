//! Tries a call again where the partner's classifier allows it: reads, quotes, and calls that never left.
//!
//! Replays of money operations are no business of this layer: they need a committed row and the same key,
//! and belong to the payment's ladder. Each wait is drawn from the whole range (full jitter), because
//! callers that failed together would otherwise come back together.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::answering::{Answering, answer};
use super::around::{Around, AroundLayer};
use super::budget::RetryBudget;
use super::classify::{Classify, Retryable};
use super::deadline::{Deadline, HasDeadline};
use super::entropy::{Entropy, part_of};

/// How often and after what waits a call is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetrySettings {
    /// Tries after the first one. A class that moves money has one, for a connection that failed.
    pub more_tries: u32,
    /// The upper end of the first wait; it doubles with each try.
    pub base: Duration,
    /// What the upper end never exceeds.
    pub cap: Duration,
    /// The least time that a further try needs. One that cannot end in time only adds load.
    pub floor: Duration,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            // A partner that failed three times in two seconds is for the breaker and the backup.
            more_tries: 2,
            // About one round trip to a partner: sooner meets the same trouble, later loses the buyer.
            base: Duration::from_millis(150),
            cap: Duration::from_secs(2),
            floor: Duration::from_millis(100),
        }
    }
}

impl RetrySettings {
    /// How long to wait before the next try, or `None` where this answer stands.
    ///
    /// `tried` counts the tries after the first that have been made.
    fn pause(&self, retryable: Retryable, tried: u32, left: Duration, draw: u64) -> Option<Duration> {
        let Retryable::Yes { after } = retryable else { return None };
        if tried >= self.more_tries {
            return None;
        }
        let most = self.base.saturating_mul(2_u32.saturating_pow(tried)).min(self.cap);
        // A stated wait is a lower bound: jitter comes on top, or all who got it would come back at once.
        let pause = after.unwrap_or_default().saturating_add(part_of(most, draw));
        (pause.saturating_add(self.floor) <= left).then_some(pause)
    }
}

/// Repeats calls within the limits of its settings, of the budget and of the call's deadline.
pub type RetryLayer<C> = AroundLayer<Retrying<C>>;

/// What [`RetryLayer`] does.
#[derive(Debug, Clone)]
pub struct Retrying<C> {
    settings: RetrySettings,
    budget: RetryBudget,
    entropy: Entropy,
    classify: C,
}

impl<C> RetryLayer<C> {
    /// A layer whose budget may be shared with other layers of the same partner.
    pub fn new(settings: RetrySettings, budget: RetryBudget, entropy: Entropy, classify: C) -> Self {
        Self(Retrying { settings, budget, entropy, classify })
    }
}

impl<C> Retrying<C> {
    /// The wait before the next try, with the retry taken out of the budget.
    fn next<Res>(&self, response: &Res, tried: u32, deadline: Deadline) -> Option<Duration>
    where
        C: Classify<Res>,
    {
        let retryable = self.classify.retryable(response);
        let left = deadline.left(Instant::now());
        let pause = self.settings.pause(retryable, tried, left, self.entropy.draw())?;
        // Asked last: a retry that is not made must cost nothing.
        self.budget.withdraw().then_some(pause)
    }
}

impl<S, C, Req> Around<S, Req> for Retrying<C>
where
    S: Answering<Req>,
    C: Classify<S::Response>,
    Req: HasDeadline + Clone + Send + 'static,
{
    async fn around(self, inner: S, request: Req) -> S::Response {
        self.budget.note_call();
        let deadline = request.deadline();
        let mut tried = 0;
        loop {
            let (service, copy) = (inner.clone(), request.clone());
            let response = answer(service, copy).await;
            let Some(pause) = self.next(&response, tried, deadline) else { return response };
            // The answer is let go before the wait: only the last one is told.
            drop(response);
            sleep(pause).await;
            tried += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tower::Layer as _;

    use super::*;
    use crate::resilience::budget::BudgetSettings;
    use crate::resilience::classify::Verdict;
    use crate::resilience::testing::{Answer, Call, Reading, Script};

    const HALF: u64 = 1 << 63;
    const LONG: Duration = Duration::from_mins(1);

    fn service_with(script: &Script, budget: RetryBudget) -> impl Answering<Call, Response = Answer> {
        let entropy = Entropy::new(|| HALF);
        RetryLayer::new(RetrySettings::default(), budget, entropy, Reading).layer(script.service())
    }

    fn service(script: &Script) -> impl Answering<Call, Response = Answer> {
        service_with(script, RetryBudget::new(BudgetSettings::default()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_read_is_tried_twice_more_after_growing_waits() {
        let script = Script::of([Answer::Broken]);
        let start = Instant::now();
        assert_eq!(answer(service(&script), Call::within(LONG)).await, Answer::Broken);
        let waits: Vec<u128> =
            script.called_at().iter().map(|at| at.duration_since(start).as_millis()).collect();
        // Half of 150 ms, then half of 300 ms; the timer rounds up to the next millisecond.
        assert_eq!(waits.len(), 3);
        assert!((75..=76).contains(&waits[1]) && (225..=227).contains(&waits[2]), "{waits:?}");
    }

    /// Reads answers as a class that moves money must: only a connection that failed proves anything.
    #[derive(Clone)]
    struct Moving;

    impl Classify<Answer> for Moving {
        fn verdict(&self, response: &Answer) -> Verdict {
            Reading.verdict(response)
        }

        fn retryable(&self, response: &Answer) -> Retryable {
            if *response == Answer::NotConnected { Retryable::Yes { after: None } } else { Retryable::No }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_moves_money_is_repeated_once_and_only_if_it_never_left() {
        let tries_of = async |answer_given: Answer| {
            let script = Script::of([answer_given]);
            let settings = RetrySettings { more_tries: 1, ..RetrySettings::default() };
            let budget = RetryBudget::new(BudgetSettings::default());
            let layer = RetryLayer::new(settings, budget, Entropy::new(|| HALF), Moving);
            answer(layer.layer(script.service()), Call::within(LONG)).await;
            script.calls()
        };
        assert_eq!(tries_of(Answer::NotConnected).await, 2);
        assert_eq!(tries_of(Answer::Broken).await, 1);
        assert_eq!(tries_of(Answer::TooMany(None)).await, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_decline_is_never_tried_again() {
        let script = Script::of([Answer::Declined]);
        assert_eq!(answer(service(&script), Call::within(LONG)).await, Answer::Declined);
        assert_eq!(script.calls(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stated_wait_is_honoured_or_the_answer_stands() {
        let stated = Answer::TooMany(Some(Duration::from_secs(5)));
        let script = Script::of([stated, Answer::Ok]);
        let start = Instant::now();
        assert_eq!(answer(service(&script), Call::within(LONG)).await, Answer::Ok);
        assert!(start.elapsed() >= Duration::from_secs(5));

        let script = Script::of([stated, Answer::Ok]);
        let start = Instant::now();
        assert_eq!(answer(service(&script), Call::within(Duration::from_secs(5))).await, stated);
        assert_eq!((script.calls(), start.elapsed()), (1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_budget_ends_the_tries_and_a_retry_not_made_costs_nothing() {
        let settings =
            BudgetSettings { percent: 0, least_per_second: 1, window: Duration::from_secs(1), buckets: 1 };
        let budget = RetryBudget::new(settings);
        let script = Script::of([Answer::Broken]);
        // No time for a retry: the one in the budget stays there.
        answer(service_with(&script, budget.clone()), Call::within(Duration::from_millis(100))).await;
        assert_eq!(script.calls(), 1);
        answer(service_with(&script, budget), Call::within(LONG)).await;
        assert_eq!(script.calls(), 1 + 2);
    }

    proptest! {
        #[test]
        fn a_wait_never_exceeds_cap_and_stated_wait_nor_reaches_past_the_deadline(
            tried in 0_u32..80, more_tries in 0_u32..80, left in 0_u64..100_000, draw: u64,
            stated in prop::option::of(0_u64..20_000),
        ) {
            let settings = RetrySettings { more_tries, ..RetrySettings::default() };
            let after = stated.map(Duration::from_millis);
            let left = Duration::from_millis(left);
            prop_assert_eq!(settings.pause(Retryable::No, tried, left, draw), None);
            if let Some(pause) = settings.pause(Retryable::Yes { after }, tried, left, draw) {
                prop_assert!(tried < more_tries);
                prop_assert!(pause >= after.unwrap_or_default());
                prop_assert!(pause <= after.unwrap_or_default() + settings.cap);
                prop_assert!(pause + settings.floor <= left);
            }
        }
    }
}
