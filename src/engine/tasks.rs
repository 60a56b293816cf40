//! Tasks that run to their end whatever their caller does, and that drain waits for (R13).
//!
//! A placement outlives its call, so that the calls under way do not bound it: a slow gateway would pile up tasks
//! without end. Whoever begins one takes [`Room`] first, before any durable work, and the task keeps it until its
//! end (I26). What was claimed is bounded by the claims that one process drives.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// As many as there may be calls: more only pile up behind a gateway that is slow.
const DEFAULT_ROOM: u32 = 1_024;

/// The tracked tasks of a process. Clones share them.
#[derive(Debug, Clone)]
pub struct Tasks {
    tracker: TaskTracker,
    draining: CancellationToken,
    room: Arc<Semaphore>,
}

/// Room for one placement; clones share it, and the last one that goes gives it back.
#[derive(Debug, Clone)]
pub struct Room(#[expect(dead_code, reason = "held for its drop")] Arc<OwnedSemaphorePermit>);

impl Default for Tasks {
    fn default() -> Self {
        Self::bounded(DEFAULT_ROOM)
    }
}

impl Tasks {
    /// Tasks with room for this many placements at once.
    pub fn bounded(room: u32) -> Self {
        let room = usize::try_from(room).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self {
            tracker: TaskTracker::new(),
            draining: CancellationToken::new(),
            room: Arc::new(Semaphore::new(room)),
        }
    }

    /// Room for one more placement; `None` when there is none now. Nobody waits for it: what queues here would be
    /// stale when its turn comes.
    pub fn room(&self) -> Option<Room> {
        Arc::clone(&self.room).try_acquire_owned().ok().map(|permit| Room(Arc::new(permit)))
    }

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
