//! The one connection of an account. HTTP/2 carries all its calls; when it is over, the next call makes another.
//!
//! A connection that has not been heard of for some seconds is asked for a sign of life before a call is given to it:
//! one that died silently would take calls for a quarter of an hour, and each of them would be an outcome that nobody
//! knows. Who waits for a connection waits with all the others for one attempt, and fails with it.

use std::time::Duration;

use bytes::Bytes;
use h2::Ping;
use h2::client::SendRequest;
use std::future::poll_fn;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use tokio_util::task::TaskTracker;

use super::address::{Address, Connection};
use crate::partners::gateway::exchange::LineError;

/// A sale every few seconds pays for no ping of its own, and no call goes to what has been silent for longer.
const FRESH: Duration = Duration::from_secs(10);

/// The calls of one account.
pub(in crate::partners::gateway) struct UnaryLine {
    pub(super) address: Address,
    connect_timeout: Duration,
    slot: Mutex<Slot>,
    tasks: TaskTracker,
}

#[derive(Default)]
struct Slot {
    open: Option<(Connection, Instant)>,
    failed_at: Option<Instant>,
}

impl UnaryLine {
    /// The line to an address, given as scheme, host and port. Plain HTTP leads to this machine only, unless
    /// `plain_allowed`. TLS needs rustls's default provider to be installed.
    pub(in crate::partners::gateway) fn new(
        base_url: &str,
        connect_timeout: Duration,
        plain_allowed: bool,
    ) -> Result<Self, LineError> {
        let address = Address::new(base_url, plain_allowed)?;
        Ok(Self { address, connect_timeout, slot: Mutex::default(), tasks: TaskTracker::new() })
    }

    /// A connection that takes requests, or none within the time for connecting.
    pub(super) async fn requests(&self) -> Option<SendRequest<Bytes>> {
        let asked = Instant::now();
        let mut slot = self.slot.lock().await;
        if let Some((mut connection, proved_at)) = slot.open.take()
            && let Some(proved_at) = self.lives(&mut connection, proved_at).await
        {
            let requests = connection.requests.clone();
            slot.open = Some((connection, proved_at));
            return Some(requests);
        }
        if slot.failed_at.is_some_and(|at| at > asked) {
            return None;
        }
        let Ok(Some(connection)) = timeout(self.connect_timeout, self.address.connect(&self.tasks)).await
        else {
            slot.failed_at = Some(Instant::now());
            return None;
        };
        let requests = connection.requests.clone();
        slot.open = Some((connection, Instant::now()));
        Some(requests)
    }

    /// When the connection was last proved to live, if it takes requests.
    async fn lives(&self, connection: &mut Connection, proved_at: Instant) -> Option<Instant> {
        poll_fn(|context| connection.requests.poll_ready(context)).await.ok()?;
        if proved_at.elapsed() < FRESH {
            return Some(proved_at);
        }
        let answered = timeout(self.connect_timeout, connection.pings.ping(Ping::opaque())).await;
        answered.is_ok_and(|pong| pong.is_ok()).then(Instant::now)
    }
}
