//! Why a scenario, or the demo as a whole, did not go as it should.

use std::io;
use std::net::SocketAddr;

use tonic::Status;
use tonic_types::StatusExt as _;

use crate::app::Error as AppError;
use crate::config::SettingsRefused;
use crate::partners::catalogue::load::LoadError;
use crate::wiring::StartError;
use crate::wiring::error::way_to_listen;

/// Why the demo did not go as it should.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum TrialError {
    /// The server does not start.
    #[error("the server does not start: {0}")]
    Server(#[from] StartError),
    /// The address of the command line cannot be used.
    #[error("--listen: cannot listen on {address}: {cause}; {}, or give another address", way_to_listen(.cause))]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
    /// The address of the command line is everybody's.
    #[error(
        "--listen: the demo lets in calls without credentials, so it listens on this machine only, and {0} is \
         reachable from outside: give 127.0.0.1 and a port"
    )]
    Reachable(SocketAddr),
    /// The example's settings cannot be read.
    #[error("the demo's settings are wrong: {0}")]
    Settings(#[from] SettingsRefused),
    /// The sample catalogue cannot be read.
    #[error(transparent)]
    Catalogue(#[from] LoadError),
    /// The sample catalogue cannot be stored.
    #[error("the catalogue is not loaded: {0}")]
    Stock(#[from] AppError),
    /// A directory, a file or a process.
    #[error("{what}: {cause}")]
    System {
        /// What was tried.
        what: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The server's door cannot be reached.
    #[error("the server cannot be called: {0}")]
    Door(#[from] tonic::transport::Error),
    /// A gateway's process does not do what it is asked.
    #[error("the gateway {account}: {reason}")]
    Gateway {
        /// Its account.
        account: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A call was refused.
    #[error("{call} was refused: {}", told(.status))]
    Refused {
        /// The RPC.
        call: &'static str,
        /// What the server said.
        status: Box<Status>,
    },
    /// Something else happened than the scenario is about.
    #[error("{0}")]
    Unexpected(String),
}

impl TrialError {
    /// The stable reason of a refused call.
    pub(in crate::cli) fn reason(&self) -> Option<String> {
        match self {
            Self::Refused { status, .. } => Some(status.get_error_details().error_info()?.reason.clone()),
            _ => None,
        }
    }

    /// Something else happened than the scenario is about.
    pub(in crate::cli) fn unexpected(what: impl Into<String>) -> Self {
        Self::Unexpected(what.into())
    }
}

fn told(status: &Status) -> String {
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| info.reason.as_str()).unwrap_or_default();
    format!("{:?} {reason}: {}", status.code(), status.message())
}
