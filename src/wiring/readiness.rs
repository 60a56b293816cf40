//! Whether calls should come: asked of the store every second, and told to whoever probes.
//!
//! One answer for `/readyz`, `cashwrap healthcheck` and gRPC health, so that no two of them disagree. Every service of the
//! API needs the store, so that all of them serve or none. Each change is a line in the log, and nothing else is.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::database::Database;
use super::error::StartError;
use crate::grpc::server::services::Health;
use crate::ports::Record;
use crate::ports::store::Store;
use crate::store::PostgresError;

/// Probes come every few seconds; what they are told is hardly older than this.
const EVERY: Duration = Duration::from_secs(1);

/// How long the store may take to answer. With it a store that hangs is told within five seconds.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// What the store was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    /// It answers, in the shape that is needed.
    Fit,
    /// It does not answer.
    Silent,
    /// It answers, and somebody must do something about it.
    Unfit(String),
}

/// Looks, and tells.
pub struct Readiness {
    database: Database,
    store: Arc<dyn Store<Record>>,
    health: Health,
    unready: watch::Sender<Option<String>>,
    silences: u32,
}

impl Readiness {
    /// Of a process that starts: nothing is ready before the first [`Self::look`].
    pub fn new(database: Database, store: Arc<dyn Store<Record>>, health: Health) -> Self {
        Self {
            database,
            store,
            health,
            unready: watch::Sender::new(Some("starting".to_owned())),
            silences: 0,
        }
    }

    /// Why no calls should come; `None` while they should.
    pub fn unready(&self) -> watch::Receiver<Option<String>> {
        self.unready.subscribe()
    }

    /// Looks once, and tells what changed.
    pub async fn look(&mut self) {
        let seen = tokio::time::timeout(PATIENCE, self.seen()).await.unwrap_or(Seen::Silent);
        self.silences = if seen == Seen::Silent { self.silences.saturating_add(1) } else { 0 };
        let before = self.unready.borrow().clone();
        let now = judged(before.as_ref(), self.silences, seen);
        if now == before {
            return;
        }
        match &now {
            None => tracing::info!("ready: calls are served"),
            Some(reason) => {
                tracing::warn!(reason, "not ready: probes are told so, and gRPC health is NOT_SERVING");
            }
        }
        self.health.set_serving(now.is_none()).await;
        self.unready.send_replace(now);
    }

    /// Runs until the process drains.
    pub async fn run(mut self, drain: CancellationToken) {
        loop {
            tokio::select! {
                () = drain.cancelled() => return,
                () = tokio::time::sleep(EVERY) => self.look().await,
            }
        }
    }

    async fn seen(&self) -> Seen {
        if self.store.now().await.is_err() {
            return Seen::Silent;
        }
        match self.database.check().await {
            Ok(()) => Seen::Fit,
            Err(StartError::Postgres(PostgresError::Unreachable { .. })) => Seen::Silent,
            Err(error) => Seen::Unfit(error.to_string()),
        }
    }
}

/// Why no calls should come, after why they should not before. A store that was ready and is silent once may only have
/// been busy: a replica that left its balancer for that would load the others more.
fn judged(before: Option<&String>, silences: u32, seen: Seen) -> Option<String> {
    match seen {
        Seen::Fit => None,
        Seen::Silent if before.is_none() && silences < 2 => None,
        Seen::Silent => Some("the store does not answer".to_owned()),
        Seen::Unfit(reason) => Some(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_silence_is_forgiven_to_a_store_that_was_ready_and_a_wrong_shape_never() {
        let (starting, silent) = ("starting".to_owned(), Some("the store does not answer".to_owned()));
        assert_eq!(judged(Some(&starting), 1, Seen::Silent), silent);
        assert_eq!(judged(None, 1, Seen::Silent), None);
        assert_eq!(judged(None, 2, Seen::Silent), silent);
        assert_eq!(judged(silent.as_ref(), 0, Seen::Fit), None);
        let unfit = "run `cashwrap migrate`".to_owned();
        assert_eq!(judged(None, 0, Seen::Unfit(unfit.clone())), Some(unfit));
    }
}
