//! At most so many calls to a partner at once; one more is refused and does not wait.
//!
//! A queue in front of a slow partner only moves the wait to where nobody sees it, and fills every worker
//! with calls whose callers have left. A refused call is not sent, so a backup can take it at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::answering::{Answering, answer};
use super::around::{Around, AroundLayer};
use super::refusal::{FromRefusal, Refusal};

/// The places for calls under way; its clones share them.
#[derive(Debug, Clone)]
pub struct Bulkhead {
    places: Arc<Semaphore>,
    limit: usize,
}

impl Bulkhead {
    /// Room for `limit` calls. None at all would shut the partner off silently, so it counts as one.
    pub fn new(limit: usize) -> Self {
        let limit = limit.clamp(1, Semaphore::MAX_PERMITS);
        Self { places: Arc::new(Semaphore::new(limit)), limit }
    }

    /// How many calls are under way.
    pub fn in_flight(&self) -> usize {
        self.limit.saturating_sub(self.places.available_permits())
    }

    fn enter(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }
}

/// Holds a place of a [`Bulkhead`] for as long as a call runs.
pub type BulkheadLayer = AroundLayer<Places>;

impl BulkheadLayer {
    /// Guards a service with the given places.
    pub fn new(bulkhead: Bulkhead) -> Self {
        Self(Places(bulkhead))
    }
}

/// What [`BulkheadLayer`] does.
#[derive(Debug, Clone)]
pub struct Places(Bulkhead);

impl<S, Req> Around<S, Req> for Places
where
    S: Answering<Req>,
    S::Response: FromRefusal,
    Req: Send + 'static,
{
    async fn around(self, inner: S, request: Req) -> S::Response {
        let Some(_place) = self.0.enter() else {
            return S::Response::refused(Refusal::BulkheadFull);
        };
        answer(inner, request).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::poll;
    use tower::Layer as _;

    use super::*;
    use crate::resilience::testing::{Answer, Call, Script};

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn one_call_too_many_is_refused_at_once_and_a_dropped_one_frees_its_place() {
        let bulkhead = Bulkhead::new(2);
        let script = Script::of([Answer::Ok]).taking(Duration::from_secs(1));
        let service = BulkheadLayer::new(bulkhead.clone()).layer(script.service());
        let mut first = Box::pin(answer(service.clone(), Call::within(LONG)));
        let mut second = Box::pin(answer(service.clone(), Call::within(LONG)));
        assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
        assert_eq!(bulkhead.in_flight(), 2);

        let third = answer(service.clone(), Call::within(LONG)).await;
        assert_eq!(third, Answer::Refused(Refusal::BulkheadFull));
        assert_eq!(script.calls(), 2);

        drop(first);
        assert_eq!(bulkhead.in_flight(), 1);
        assert_eq!(answer(service, Call::within(LONG)).await, Answer::Ok);
        assert_eq!(second.await, Answer::Ok);
        assert_eq!(bulkhead.in_flight(), 0);
    }
}
