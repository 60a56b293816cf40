//! The time limit of one try.
//!
//! It is the innermost layer: whatever it cuts off may already have reached the partner, so it never
//! answers a refusal once it has started the call. It tells the partner's limit from the caller's deadline,
//! because only the first is the partner's failure.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::answering::{Answering, answer};
use super::around::{Around, AroundLayer};
use super::deadline::{Deadline, HasDeadline};
use super::refusal::{Expiry, FromExpiry, FromRefusal, Refusal};

/// Ends a try at the partner's limit or at the call's deadline, whichever comes first.
pub type TimeoutLayer = AroundLayer<Limit>;

impl TimeoutLayer {
    /// `limit` is the partner's own limit. A short one for a gateway manufactures unknowns.
    pub fn new(limit: Duration) -> Self {
        Self(Limit(limit))
    }
}

/// What [`TimeoutLayer`] does.
#[derive(Debug, Clone, Copy)]
pub struct Limit(Duration);

impl<S, Req> Around<S, Req> for Limit
where
    S: Answering<Req>,
    S::Response: FromRefusal + FromExpiry,
    Req: HasDeadline + Send + 'static,
{
    async fn around(self, inner: S, request: Req) -> S::Response {
        let now = Instant::now();
        let deadline = request.deadline();
        let left = deadline.left(now);
        if left.is_zero() {
            // Tokio polls a future once before it looks at the time, and that poll could send.
            return S::Response::refused(Refusal::DeadlineTooShort { left });
        }
        let own = Deadline::after(now, self.0);
        let (end, expiry) = if own <= deadline { (own, Expiry::Limit) } else { (deadline, Expiry::Deadline) };
        let answered = timeout_at(end.moment(), answer(inner, request)).await;
        answered.unwrap_or_else(|_elapsed| S::Response::timed_out(expiry))
    }
}

#[cfg(test)]
mod tests {
    use tower::Layer as _;

    use super::*;
    use crate::resilience::testing::{Answer, Call, Script};

    async fn call_with(limit: u64, left: u64, takes: u64) -> Answer {
        let script = Script::of([Answer::Ok]).taking(Duration::from_millis(takes));
        let service = TimeoutLayer::new(Duration::from_millis(limit)).layer(script.service());
        answer(service, Call::within(Duration::from_millis(left))).await
    }

    #[tokio::test(start_paused = true)]
    async fn the_partners_limit_and_the_callers_deadline_are_told_apart() {
        assert_eq!(call_with(500, 900, 400).await, Answer::Ok);
        assert_eq!(call_with(500, 900, 700).await, Answer::TimedOut(Expiry::Limit));
        assert_eq!(call_with(500, 300, 700).await, Answer::TimedOut(Expiry::Deadline));
        assert_eq!(call_with(500, 500, 700).await, Answer::TimedOut(Expiry::Limit));
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_without_time_is_not_started() {
        let script = Script::of([Answer::Ok]);
        let service = TimeoutLayer::new(Duration::from_secs(1)).layer(script.service());
        let given = answer(service, Call::within(Duration::ZERO)).await;
        assert_eq!(given, Answer::Refused(Refusal::DeadlineTooShort { left: Duration::ZERO }));
        assert_eq!(script.calls(), 0);
    }
}
