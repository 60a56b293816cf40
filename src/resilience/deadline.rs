//! How long a call may take in all, and the layer that refuses one which could not end in time.
//!
//! What is left of the caller's time is passed on to each hop, as a point on the monotonic clock: a wall
//! clock that jumps must not stretch or cut a call.

use std::time::Duration;

use tokio::time::Instant;

use super::answering::{Answering, answer};
use super::around::{Around, AroundLayer};
use super::classify::{Classify, Verdict};
use super::latency::Latency;
use super::refusal::{FromRefusal, Refusal};

/// Stands in for "never": nothing here runs for a day, and adding it cannot overflow a clock.
const LONGEST: Duration = Duration::from_hours(24);

/// The moment at which nobody waits for the answer any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// The deadline at a given moment.
    pub fn at(moment: Instant) -> Self {
        Self(moment)
    }

    /// The deadline `left` after `now`; more than a day counts as a day.
    pub fn after(now: Instant, left: Duration) -> Self {
        Self(now + left.min(LONGEST))
    }

    /// The moment itself.
    pub fn moment(self) -> Instant {
        self.0
    }

    /// What is left at `now`; nothing once it has passed.
    pub fn left(self, now: Instant) -> Duration {
        self.0.saturating_duration_since(now)
    }

    /// An earlier deadline for the next hop, which leaves the caller `slice` of time for its own last steps
    /// (one status read, the write of the result).
    pub fn keeping_back(self, slice: Duration) -> Self {
        Self(self.0.checked_sub(slice).unwrap_or(self.0))
    }
}

/// A request that carries its deadline.
pub trait HasDeadline {
    /// The deadline of the whole call, over all tries.
    fn deadline(&self) -> Deadline;
}

/// Refuses calls that have less time left than they need.
pub type DeadlineLayer<C> = AroundLayer<Floor<C>>;

impl<C> DeadlineLayer<C> {
    /// A call needs as long as nineteen in twenty took lately, and `floor` at least: that is all that counts until
    /// `latency`, which learns from the verdict [`Verdict::Success`], knows enough calls.
    pub fn new(floor: Duration, latency: Latency, classify: C) -> Self {
        Self(Floor { least: floor, latency, classify })
    }
}

/// What [`DeadlineLayer`] does.
#[derive(Debug, Clone)]
pub struct Floor<C> {
    least: Duration,
    latency: Latency,
    classify: C,
}

impl<S, C, Req> Around<S, Req> for Floor<C>
where
    S: Answering<Req>,
    S::Response: FromRefusal,
    C: Classify<S::Response>,
    Req: HasDeadline + Send + 'static,
{
    async fn around(self, inner: S, request: Req) -> S::Response {
        let began = Instant::now();
        let left = request.deadline().left(began);
        let needed = self.latency.p95().map_or(self.least, |p95| p95.max(self.least));
        // A floor of zero still refuses what has no time at all.
        if left.is_zero() || left < needed {
            return S::Response::refused(Refusal::DeadlineTooShort { left });
        }
        let response = answer(inner, request).await;
        if self.classify.verdict(&response) == Verdict::Success {
            self.latency.note(began.elapsed());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use tower::Layer as _;

    use super::*;
    use crate::resilience::testing::{Answer, Call, Reading, Script};

    async fn call_with(floor: u64, left: u64) -> (Answer, usize) {
        let script = Script::of([Answer::Ok]);
        let floor = Duration::from_millis(floor);
        let service = DeadlineLayer::new(floor, Latency::default(), Reading).layer(script.service());
        let given = answer(service, Call::within(Duration::from_millis(left))).await;
        (given, script.calls())
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_with_less_left_than_the_floor_is_never_sent() {
        let left = Duration::from_millis(99);
        let refused = Answer::Refused(Refusal::DeadlineTooShort { left });
        assert_eq!(call_with(100, 99).await, (refused, 0));
        assert_eq!(call_with(100, 100).await, (Answer::Ok, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_with_nothing_left_is_refused_whatever_the_floor() {
        let refused = Answer::Refused(Refusal::DeadlineTooShort { left: Duration::ZERO });
        assert_eq!(call_with(0, 0).await, (refused, 0));
    }

    /// What one more call is answered, with so many seconds left, after twenty that took three and ended so.
    async fn after_twenty(ended: Answer, allowed: u64, left: u64) -> Answer {
        let latency = Latency::default();
        let script = Script::of([ended]).taking(Duration::from_secs(3));
        let layer = DeadlineLayer::new(Duration::from_millis(100), latency, Reading);
        let limited = crate::resilience::TimeoutLayer::new(Duration::from_mins(1)).layer(script.service());
        let slow = layer.layer(limited);
        for _ in 0..20 {
            answer(slow.clone(), Call::within(Duration::from_secs(allowed))).await;
        }
        let fast = layer.layer(Script::of([Answer::Ok]).service());
        answer(fast, Call::within(Duration::from_secs(left))).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_with_less_left_than_its_p95_is_never_sent_and_one_with_as_much_is() {
        let left = Duration::from_secs(2);
        let refused = Answer::Refused(Refusal::DeadlineTooShort { left });
        assert_eq!(after_twenty(Answer::Ok, 60, 2).await, refused);
        assert_eq!(after_twenty(Answer::Ok, 60, 3).await, Answer::Ok);
    }

    #[tokio::test(start_paused = true)]
    async fn what_failed_was_declined_or_cut_off_says_nothing_of_how_long_a_call_takes() {
        assert_eq!(after_twenty(Answer::Broken, 60, 2).await, Answer::Ok);
        assert_eq!(after_twenty(Answer::Declined, 60, 2).await, Answer::Ok);
        assert_eq!(after_twenty(Answer::Ok, 2, 2).await, Answer::Ok, "each was cut off by its caller");
    }

    #[test]
    fn a_deadline_that_would_overflow_is_a_day() {
        let now = Instant::now();
        assert_eq!(Deadline::after(now, Duration::MAX).left(now), LONGEST);
        assert_eq!(Deadline::at(now).left(now + LONGEST), Duration::ZERO);
    }

    #[test]
    fn a_slice_kept_back_moves_the_deadline_forward() {
        let now = Instant::now();
        let deadline = Deadline::after(now, Duration::from_secs(10));
        assert_eq!(deadline.keeping_back(Duration::from_secs(2)).left(now), Duration::from_secs(8));
        assert_eq!(deadline.keeping_back(Duration::from_secs(20)).left(now), Duration::ZERO);
    }
}
