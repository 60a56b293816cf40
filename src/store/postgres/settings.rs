//! What an operator says about the database, and what may be wrong with it.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

/// How to reach PostgreSQL and how long to wait for it.
#[derive(Debug, Clone)]
pub struct PostgresSettings {
    /// The connection URL. Of several hosts the one that allows writes is taken (`target_session_attrs` is
    /// `read-write` then, unless the URL says otherwise), so that a failover is followed; `sslmode=require` asks
    /// for TLS, and then `ca_file` must be given.
    pub url: SecretString,
    /// The certificates (PEM) that the server's certificate must descend from. Its name is always verified.
    pub ca_file: Option<PathBuf>,
    /// The most connections of this process.
    pub pool_size: usize,
    /// How long a call waits for a free connection.
    pub wait_timeout: Duration,
    /// How long connecting to one server may take.
    pub connect_timeout: Duration,
    /// The server ends a statement after this long; the client gives up a second later.
    pub statement_timeout: Duration,
    /// The server ends a wait for a lock after this long; the unit is then tried again a few times.
    pub lock_timeout: Duration,
    /// The server ends a session that idles within a transaction after this long. None of ours should.
    pub idle_in_transaction_timeout: Duration,
}

impl PostgresSettings {
    /// The defaults for `url`.
    pub fn new(url: SecretString) -> Self {
        Self {
            url,
            ca_file: None,
            pool_size: 16,
            wait_timeout: Duration::from_secs(1),
            connect_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_secs(2),
            lock_timeout: Duration::from_millis(50),
            idle_in_transaction_timeout: Duration::from_secs(5),
        }
    }
}

/// Why the store could not be opened or migrated.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// The URL is not one. The cause does not repeat it.
    #[error("the database URL cannot be read: correct it")]
    Url(#[source] tokio_postgres::Error),
    /// TLS is required, but nothing says whom to trust.
    #[error("sslmode=require needs the file of the certificates to trust: name it, or take sslmode off")]
    NoCertificates,
    /// The file of certificates cannot be used.
    #[error("the file of the database's certificates cannot be used: {0}")]
    Certificates(String),
    /// The pool could not be built.
    #[error("the connection pool cannot be built: {0}")]
    Pool(String),
    /// The database cannot be reached.
    #[error(
        "the database at {servers} cannot be reached: {cause}; check that it runs, and the host, port, user and \
         password of the URL"
    )]
    Unreachable {
        /// Where it should be.
        servers: String,
        /// What kept it from being reached.
        cause: String,
    },
    /// It was never migrated.
    #[error(
        "the database at {servers} holds no tables of Cashwrap: run `cashwrap migrate` with the same settings"
    )]
    Empty {
        /// Where it is.
        servers: String,
    },
    /// It was migrated by an earlier version only.
    #[error(
        "the database at {servers} has the shape of migration {found}, and this version needs {needed}: run \
         `cashwrap migrate` with the same settings"
    )]
    Older {
        /// Where it is.
        servers: String,
        /// The last migration that was applied.
        found: i64,
        /// The one that is needed.
        needed: i64,
    },
    /// Its user may not do what must be done.
    #[error("the database at {servers} refuses its user: {cause}; {remedy}")]
    Forbidden {
        /// Where it is.
        servers: String,
        /// What the server said.
        cause: String,
        /// Which privileges are needed.
        remedy: &'static str,
    },
    /// A migration failed.
    #[error("the database could not be migrated")]
    Migration(#[source] refinery::Error),
}
