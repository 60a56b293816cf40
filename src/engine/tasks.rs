//! Tasks that run to their end whatever their caller does, and that drain waits for (R13).

use std::future::Future;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The tracked tasks of a process. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    draining: CancellationToken,
}

impl Tasks {
    /// Spawns a task that drain waits for.
    pub fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tracker.spawn(task)
    }

    /// Resolves when the process begins to drain: loops that look for new work end then.
    pub async fn draining(&self) {
        self.draining.cancelled().await;
    }

    /// Whether the process drains.
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// Begins to drain, and waits for the tasks at most this long; false when some were left. What is left is
    /// at a durable point or will be recovered.
    pub async fn drain(&self, patience: Duration) -> bool {
        self.draining.cancel();
        self.tracker.close();
        tokio::time::timeout(patience, self.tracker.wait()).await.is_ok()
    }
}
