//! Waiting for what another process does, for a bounded time, and tasks beside a test.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Waits until `met`, looking every few milliseconds; panics with `what` when it takes longer than `limit`.
pub async fn until(what: &str, limit: Duration, met: impl AsyncFnMut() -> bool) {
    assert!(within(limit, met).await, "{what}: not within {limit:?}");
}

/// Waits until `met`, or until `limit` is over; says which.
pub async fn within(limit: Duration, mut met: impl AsyncFnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    while !met().await {
        if Instant::now() >= end {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    true
}

/// Runs a task beside the test, which awaits it or ends with it.
#[expect(
    clippy::disallowed_methods,
    reason = "the product's tasks are tracked; a test's end with its runtime"
)]
pub fn spawn<F>(task: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(task)
}
