//! The connections that read: few, opened when first needed, each used on a blocking thread.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::open;
use super::writer::code_of;
use crate::ports::store::StoreError;

/// Reads come from memory and take microseconds: a few at once saturate the cores of a small machine.
const READERS: usize = 4;

/// The pool.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    /// A pool over the file, which must exist in this version's shape.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, permits: Arc::new(Semaphore::new(READERS)), idle: Arc::default() }
    }

    /// Runs `look` in one transaction, so that it sees one moment.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let unavailable = |what: &str| StoreError::Unavailable(what.to_owned());
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| unavailable("closed"))?;
        let (path, idle) = (self.path.clone(), self.idle.clone());
        let looked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let waiting = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = waiting.map_or_else(|| open::reading(&path), Ok)?;
            let transaction = connection.unchecked_transaction()?;
            let found = look(&connection)?;
            transaction.commit()?;
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            Ok(found)
        });
        looked.await.map_err(|_| unavailable("a read was cut short"))?.map_err(|error: rusqlite::Error| {
            let code = code_of(&error);
            tracing::warn!(code, "a read failed");
            match error {
                rusqlite::Error::SqliteFailure(..) => StoreError::Unavailable(code),
                _ => StoreError::Corrupt(code),
            }
        })
    }
}
