//! Starting and stopping a sandbox gateway.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::account::Account;
use super::journal::JournalError;
use super::line::{LineListener, Scissors};
use super::messenger::Messenger;
use super::server::{Gate, router};
use super::settings::SandboxSettings;

/// Why a sandbox gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The account's name cannot stand in a token.
    #[error("the account {0:?} is no name: use lower-case letters and digits")]
    Account(String),
    /// The address is taken, or not of this machine.
    #[error(
        "cannot listen on {address}: {cause}; end the process that listens there, or give another address with --listen"
    )]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
    /// The ledger cannot be opened.
    #[error(transparent)]
    Ledger(#[from] JournalError),
    /// The ledger's entries contradict one another.
    #[error("the ledger contradicts itself ({0}): move it away")]
    Contradiction(String),
    /// The client that sends webhooks cannot be made.
    #[error("webhooks cannot be sent: {0}; correct --webhook-url")]
    Webhooks(#[from] reqwest::Error),
    /// The disk's thread ended early.
    #[error("the ledger was not read to its end")]
    Interrupted,
}

/// A running gateway; dropping it stops it without waiting.
#[derive(Debug)]
pub struct Handle {
    address: SocketAddr,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Handle {
    /// Opens the ledger, binds the address, and serves until stopped.
    pub async fn start(settings: SandboxSettings) -> Result<Self, SandboxError> {
        if !settings.account_is_valid() {
            return Err(SandboxError::Account(settings.account));
        }
        let asked = settings.listen;
        let failed = |cause| SandboxError::Listen { address: asked, cause };
        let listener = TcpListener::bind(asked).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let opening =
            tokio::task::spawn_blocking(move || Account::open(settings, format!("http://{address}")));
        let account = Arc::new(opening.await.map_err(|_| SandboxError::Interrupted)??);

        let gate = Gate { account, tasks: TaskTracker::new(), shutdown: CancellationToken::new() };
        let handle = Self { address, tasks: gate.tasks.clone(), shutdown: gate.shutdown.clone() };
        if let Some(webhook) = gate.account.settings.webhook.clone() {
            let messenger = Messenger::new(webhook, gate.tasks.clone(), gate.shutdown.clone())?;
            gate.tasks.spawn(messenger.run(Arc::clone(&gate.account)));
        }
        for pending in gate.account.pending() {
            gate.schedule(pending);
        }
        let stopped = gate.shutdown.clone().cancelled_owned();
        let service = router(gate).into_make_service_with_connect_info::<Scissors>();
        let serving = axum::serve(LineListener(listener), service).with_graceful_shutdown(stopped);
        handle.tasks.spawn(async move {
            if let Err(cause) = serving.await {
                tracing::error!(%cause, "the sandbox gateway stopped serving");
            }
        });
        Ok(handle)
    }

    /// The address it is bound to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it is reached, as `http://host:port`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops it: requests that hang are cut, executed ones are answered, the ledger is closed.
    pub async fn stop(self) {
        self.shutdown.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// Serves a gateway until the shutdown future completes.
pub async fn serve(
    settings: SandboxSettings,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), SandboxError> {
    let account = settings.account.clone();
    let handle = Handle::start(settings).await?;
    tracing::info!(%account, address = %handle.address(), "the sandbox gateway serves");
    shutdown.await;
    handle.stop().await;
    Ok(())
}
