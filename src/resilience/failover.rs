//! Asks the next partner when one fails: for quotes of carriers and tax, never for money.
//!
//! A layer cannot commit the row that must exist before a backup gateway is used, so money fails over by a
//! decision of the payment machine. The request's type says which it is: only a [`Quote`] gets in here.

use std::convert::Infallible;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::Instant;
use tower::Service;

use super::answering::{Answering, answer};
use super::deadline::HasDeadline;

/// A request that moves nothing, neither money nor goods: whoever answers it, it may be asked again.
///
/// A request that creates, authorises, captures, voids or refunds MUST NOT be one.
pub trait Quote: HasDeadline + Clone + Send + 'static {}

/// Whether an answer is bad enough to ask the next partner.
pub trait TryNext<Res>: Clone + Send + Sync + 'static {
    /// `true` for failures, refusals and expiries; `false` for answers with a meaning, welcome or not.
    fn try_next(&self, response: &Res) -> bool;
}

impl<F, Res> TryNext<Res> for F
where
    F: Fn(&Res) -> bool + Clone + Send + Sync + 'static,
{
    fn try_next(&self, response: &Res) -> bool {
        self(response)
    }
}

/// An answer, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered<K, Res> {
    /// The partner that gave the answer.
    pub by: K,
    /// The partners that were asked before it and failed, in order, with what each said.
    pub failed: Vec<(K, Res)>,
    /// The answer. It is a failure where all partners failed or time ran out: then it is the last one's.
    pub response: Res,
}

/// An ordered list of partners, the preferred one first. It is never empty.
///
/// Each partner's own stack limits its time; a first partner whose limit is as long as the caller's deadline
/// leaves nothing for a second.
#[derive(Debug, Clone)]
pub struct Failover<K, S, J> {
    first: (K, S),
    rest: Vec<(K, S)>,
    judge: J,
    floor: Duration,
}

impl<K, S, J> Failover<K, S, J> {
    /// `floor` is the least time that must be left for asking another partner.
    pub fn new(first: (K, S), rest: Vec<(K, S)>, judge: J, floor: Duration) -> Self {
        Self { first, rest, judge, floor }
    }
}

impl<K, S, J, Req> Service<Req> for Failover<K, S, J>
where
    K: Clone + Send + 'static,
    S: Answering<Req>,
    J: TryNext<S::Response>,
    Req: Quote,
{
    type Response = Answered<K, S::Response>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Req) -> Self::Future {
        let Self { first, rest, judge, floor } = self.clone();
        Box::pin(async move {
            let deadline = request.deadline();
            let mut failed = Vec::new();
            let (mut by, service) = first;
            let mut response = answer(service, request.clone()).await;
            for (next, service) in rest {
                let left = deadline.left(Instant::now());
                if !judge.try_next(&response) || left.is_zero() || left < floor {
                    break;
                }
                let said = std::mem::replace(&mut response, answer(service, request.clone()).await);
                failed.push((std::mem::replace(&mut by, next), said));
            }
            Ok(Answered { by, failed, response })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resilience::testing::{Answer, Call, Script};

    fn failed(response: &Answer) -> bool {
        !matches!(response, Answer::Ok | Answer::Declined)
    }

    async fn ask(answers: [Answer; 3], takes: u64, left: u64) -> (&'static str, Vec<&'static str>, Answer) {
        let [first, second, third] =
            answers.map(|answer| Script::of([answer]).taking(Duration::from_millis(takes)).service());
        let rest = vec![("second", second), ("third", third)];
        let service = Failover::new(("first", first), rest, failed, Duration::from_millis(200));
        let answered = answer(service, Call::within(Duration::from_millis(left))).await;
        let failed = answered.failed.into_iter().map(|(by, _)| by).collect();
        (answered.by, failed, answered.response)
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_that_answers_is_named_with_those_that_failed_before_it() {
        use Answer::{Broken, Declined, Ok};
        assert_eq!(ask([Ok, Ok, Ok], 10, 1_000).await, ("first", vec![], Ok));
        assert_eq!(ask([Broken, Ok, Broken], 10, 1_000).await, ("second", vec!["first"], Ok));
        assert_eq!(ask([Broken, Declined, Ok], 10, 1_000).await, ("second", vec!["first"], Declined));
        let all = ("third", vec!["first", "second"], Broken);
        assert_eq!(ask([Broken; 3], 10, 1_000).await, all);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_asked_once_too_little_time_is_left() {
        let broken = [Answer::Broken; 3];
        assert_eq!(ask(broken, 500, 1_100).await, ("second", vec!["first"], Answer::Broken));
        assert_eq!(ask(broken, 500, 600).await, ("first", vec![], Answer::Broken));
    }
}
