//! The time limit of one try.
//!
//! It is the innermost layer: whatever it cuts off may already have reached the partner, so it never
//! answers a refusal once it has started the call. It tells the partner's limit from the caller's deadline,
//! because only the first is the partner's failure.

use std::convert::Infallible;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::{Instant, timeout_at};
use tower::{Layer, Service};

use super::answering::{Answering, answer};
use super::deadline::{Deadline, HasDeadline};
use super::refusal::{Expiry, FromExpiry, FromRefusal, Refusal};

/// Ends a try at the partner's limit or at the call's deadline, whichever comes first.
#[derive(Debug, Clone, Copy)]
pub struct TimeoutLayer {
    limit: Duration,
}

impl TimeoutLayer {
    /// `limit` is the partner's own limit. A short one for a gateway manufactures unknowns.
    pub fn new(limit: Duration) -> Self {
        Self { limit }
    }
}

impl<S> Layer<S> for TimeoutLayer {
    type Service = TimeoutService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TimeoutService { inner, limit: self.limit }
    }
}

/// The service of [`TimeoutLayer`].
#[derive(Debug, Clone)]
pub struct TimeoutService<S> {
    inner: S,
    limit: Duration,
}

impl<S, Req> Service<Req> for TimeoutService<S>
where
    S: Answering<Req>,
    S::Response: FromRefusal + FromExpiry,
    Req: HasDeadline + Send + 'static,
{
    type Response = S::Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<S::Response, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Req) -> Self::Future {
        let (inner, limit) = (self.inner.clone(), self.limit);
        Box::pin(async move {
            let now = Instant::now();
            let deadline = request.deadline();
            let left = deadline.left(now);
            if left.is_zero() {
                // Tokio polls a future once before it looks at the time, and that poll could send.
                return Ok(S::Response::refused(Refusal::DeadlineTooShort { left }));
            }
            let own = Deadline::after(now, limit);
            let (end, expiry) =
                if own <= deadline { (own, Expiry::Limit) } else { (deadline, Expiry::Deadline) };
            let answered = timeout_at(end.moment(), answer(inner, request)).await;
            Ok(answered.unwrap_or_else(|_elapsed| S::Response::timed_out(expiry)))
        })
    }
}

#[cfg(test)]
mod tests {
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
