//! How a cluster is set up.

use std::fmt::Write as _;
use std::path::Path;

use super::{PrivatePostgres, certificate};

/// How a cluster is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether a commit waits for the disk.
    pub fsync: bool,
    /// Whether TLS is offered, with a certificate of its own for `localhost` and `127.0.0.1`.
    pub ssl: bool,
    /// The primary that it is a standby of, as [`Options::standby_of`] writes it.
    pub standby_of: Option<String>,
    /// How large a disk of its own is, which can be filled. It is a tmpfs, which only root may mount.
    pub disk_mib: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { fsync: true, ssl: false, standby_of: None, disk_mib: None }
    }
}

impl Options {
    /// A standby that follows a primary.
    pub fn standby_of(primary: &PrivatePostgres) -> Self {
        let source = format!("{}:{}", primary.directory().display(), primary.port);
        Self { standby_of: Some(source), ..Self::default() }
    }

    /// The server's settings; may write a certificate.
    pub(super) fn settings(&self, directory: &Path) -> String {
        let fsync = if self.fsync { "on" } else { "off" };
        let mut settings = format!(
            "-c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections=200 -c fsync={fsync}",
            directory.display(),
        );
        if let Some(mib) = self.disk_mib {
            // The log of changes must not fill it before anybody does.
            write!(settings, " -c max_wal_size={}MB -c min_wal_size=32MB", mib / 4).unwrap();
        }
        if self.ssl {
            settings.push_str(&certificate::write(directory));
        }
        settings
    }
}
