//! Why a process does not start.

use std::io;
use std::net::SocketAddr;

use crate::config::SettingProblem;
use crate::config::flow::FlowsRefused;
use crate::grpc::server::services::Undescribed;
use crate::grpc::server::tls::TlsError;
use crate::store::{PostgresError, SqliteError};

/// Why a process does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Settings that no section could find wrong alone, or that are unfit without development mode.
    #[error("{}", lines(.0))]
    Settings(Vec<SettingProblem>),
    /// The flows cannot be served.
    #[error("{}", lines(&.0.0))]
    Flows(FlowsRefused),
    /// Development mode lets everybody in, so nobody else may reach it.
    #[error(
        "--dev lets in calls without credentials, so it listens on this machine only: {0} is reachable from outside"
    )]
    DevReachable(SocketAddr),
    /// The certificate cannot be served.
    #[error("server.tls.{0}")]
    Tls(#[from] TlsError),
    /// An address is taken, or not of this machine.
    #[error("{key}: cannot listen on {address}: {cause}; {}", listen_remedy(.cause, .key))]
    Listen {
        /// The key of the settings.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
    /// The embedded database.
    #[error("store.url: {}", causes(.0))]
    Sqlite(#[from] SqliteError),
    /// PostgreSQL.
    #[error("store.url: {}", causes(.0))]
    Postgres(#[from] PostgresError),
    /// The recorder of metrics is another one's.
    #[error("metrics cannot be recorded: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    /// A bug.
    #[error(transparent)]
    Undescribed(#[from] Undescribed),
}

impl StartError {
    /// Whether something that was configured is wrong, so that starting again changes nothing.
    pub const fn is_refusal(&self) -> bool {
        match self {
            Self::Settings(_) | Self::Flows(_) | Self::DevReachable(_) | Self::Tls(_) => true,
            Self::Listen { .. }
            | Self::Sqlite(_)
            | Self::Postgres(_)
            | Self::Metrics(_)
            | Self::Undescribed(_) => false,
        }
    }
}

/// What to do about an address that cannot be listened on.
fn listen_remedy(cause: &io::Error, key: &str) -> String {
    let variable = format!("CASHWRAP__{}", key.replace('.', "__").to_uppercase());
    format!("{}, or give another address with {key} or {variable}", way_to_listen(cause))
}

/// What to do about an address that cannot be listened on, other than to give another one.
pub fn way_to_listen(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::AddrInUse => "end the process that listens there (another cashwrap, perhaps)",
        io::ErrorKind::AddrNotAvailable => "use an address of this machine",
        io::ErrorKind::PermissionDenied => "use a port above 1023",
        _ => "correct it",
    }
}

fn lines<T: ToString>(problems: &[T]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// An error with what it came from, in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
