//! Opening the file: alone, in the mode that durability asks for, and in this version's shape.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

mod embedded {
    refinery::embed_migrations!("migrations/sqlite");
}

/// Readers and the writer never block each other in WAL mode; only recovery and checkpoints make one wait.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Every statement of ours, so that each is compiled once per connection.
const STATEMENTS: usize = 64;

/// Why the file could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SqliteError {
    /// Another process has it.
    #[error("{path} is in use by another process: stop it, or take PostgreSQL to run several")]
    InUse {
        /// The database file.
        path: PathBuf,
    },
    /// The lock file beside it cannot be made.
    #[error(
        "the lock file {path} cannot be used: {cause}; correct the path of the database, make its directory, or let \
         this user write there"
    )]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// SQLite refused.
    #[error("the database file cannot be opened")]
    Open(#[from] rusqlite::Error),
    /// A migration failed.
    #[error("the database file could not be migrated")]
    Migration(#[from] refinery::Error),
    /// The writer's thread could not be started.
    #[error("the writer's thread could not be started")]
    Thread(#[source] std::io::Error),
}

/// Takes the file for this process until the result is dropped. The lock is a file of its own, because SQLite's
/// exclusive mode would keep our own readers out.
pub(super) fn lock(path: &Path) -> Result<File, SqliteError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock_path = PathBuf::from(name);
    let unusable = |cause| SqliteError::Lock { path: lock_path.clone(), cause };
    let file = File::options().create(true).truncate(false).write(true).open(&lock_path).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SqliteError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(cause)) => Err(unusable(cause)),
    }
}

/// Opens the connection that writes, and brings the file to this version's shape.
pub(super) fn writing(path: &Path) -> Result<Connection, SqliteError> {
    let mut connection = connect(path)?;
    // FULL: a commit waits until the log is on the disk.
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    embedded::migrations::runner().run(&mut connection)?;
    Ok(connection)
}

/// Opens a connection that reads.
pub(super) fn reading(path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(path)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}
