//! The one thread that writes, and the transaction that what has queued shares.
//!
//! Each job has a savepoint, so a job that fails takes nothing of the others along; all are answered after the
//! commit. When the commit itself errs, nobody knows what is durable.

use std::fs::File;
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::open::SqliteError;

/// How many jobs may wait. More are refused: the disk cannot keep up, and waiting would only add to it.
const QUEUE: usize = 1024;

/// The most jobs of one transaction, so that the first of them does not wait for long.
const GATHERED: usize = 64;

/// Why a job has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// Nothing of it is written. Says the error's code, never data.
    Undone(String),
    /// It may be durable.
    Unknown,
}

impl Failure {
    fn undone(error: &rusqlite::Error) -> Self {
        Self::Undone(code_of(error))
    }
}

/// What a job answers once it is known what became of the transaction.
type Report = Box<dyn FnOnce(Result<(), Failure>) + Send>;
/// A job, given the connection, or the reason why there is no transaction.
type Job = Box<dyn FnOnce(Result<&Connection, Failure>) -> Report + Send>;

/// The handle on the thread. Dropping it waits until what has queued is written.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. It keeps `lock` until it has closed the file.
    pub(super) fn start(connection: Connection, lock: File) -> Result<Self, SqliteError> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let write = move || {
            write_all(&connection, jobs);
            drop(connection);
            drop(lock);
        };
        let named = std::thread::Builder::new().name("sqlite-writer".to_owned());
        let thread = named.spawn(write).map_err(SqliteError::Thread)?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Runs `work` in a savepoint, and answers once it is durable.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = connection.and_then(|connection| in_savepoint(connection, work));
            Box::new(move |transaction| {
                // Nobody listens any more when the caller has gone: what is written stays written.
                let _ = tell.send(result.and_then(|value| transaction.map(|()| value)));
            })
        });
        let queue = self.queue.as_ref().ok_or_else(|| Failure::Undone("closed".to_owned()))?;
        queue.try_send(job).map_err(|_| Failure::Undone("queue full".to_owned()))?;
        told.await.unwrap_or(Err(Failure::Unknown))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was printed by it; its callers were told Unknown.
            let _ = thread.join();
        }
    }
}

fn write_all(connection: &Connection, mut jobs: mpsc::Receiver<Job>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut gathered = vec![first];
        while gathered.len() < GATHERED
            && let Ok(next) = jobs.try_recv()
        {
            gathered.push(next);
        }
        transact(connection, gathered);
    }
}

fn transact(connection: &Connection, jobs: Vec<Job>) {
    let begun = execute(connection, "BEGIN IMMEDIATE");
    let mut reports = Vec::with_capacity(jobs.len());
    for job in jobs {
        reports.push(job(begun.clone().and_then(|()| within(connection))));
    }
    let ended = begun.and_then(|()| commit(connection));
    if let Err(failure) = &ended {
        tracing::warn!(?failure, "a transaction failed");
    }
    for report in reports {
        report(ended.clone());
    }
}

/// The connection, while its transaction lives. Some errors (a full disk) end it entirely; going on would write
/// each job in a transaction of its own while the ones before are lost.
fn within(connection: &Connection) -> Result<&Connection, Failure> {
    if connection.is_autocommit() {
        return Err(Failure::Undone("transaction rolled back".to_owned()));
    }
    Ok(connection)
}

fn commit(connection: &Connection) -> Result<(), Failure> {
    within(connection)?;
    let committed = connection.execute_batch("COMMIT");
    if let Err(error) = &committed {
        tracing::error!(code = code_of(error), "a commit failed");
        if !connection.is_autocommit() {
            // It fails where the commit did; the next BEGIN says so.
            let _ = connection.execute_batch("ROLLBACK");
        }
    }
    committed.map_err(|_| Failure::Unknown)
}

fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<T, Failure> {
    execute(connection, "SAVEPOINT unit")?;
    match work(connection) {
        Ok(value) => execute(connection, "RELEASE unit").map(|()| value),
        Err(error) => {
            tracing::error!(code = code_of(&error), "a write failed");
            if !connection.is_autocommit()
                && connection.execute_batch("ROLLBACK TO unit; RELEASE unit").is_err()
            {
                // Half a unit must not be committed with the others: all of them are undone.
                let _ = connection.execute_batch("ROLLBACK");
            }
            Err(Failure::undone(&error))
        }
    }
}

fn execute(connection: &Connection, statement: &str) -> Result<(), Failure> {
    connection.execute_batch(statement).map_err(|error| Failure::undone(&error))
}

/// The error's code, or what kind of error it is: never data.
pub(super) fn code_of(error: &rusqlite::Error) -> String {
    match error.sqlite_error() {
        Some(failure) => format!("sqlite {}", failure.extended_code),
        None => "value out of shape".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(path: &std::path::Path) -> Writer {
        let connection = Connection::open(path).unwrap();
        connection.execute_batch("PRAGMA foreign_keys = ON; CREATE TABLE number (n INTEGER UNIQUE)").unwrap();
        Writer::start(connection, tempfile::tempfile().unwrap()).unwrap()
    }

    fn numbers(path: &std::path::Path) -> Vec<i64> {
        let connection = Connection::open(path).unwrap();
        let mut all = connection.prepare("SELECT n FROM number ORDER BY n").unwrap();
        all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[tokio::test]
    async fn a_job_that_fails_halfway_takes_only_itself_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("numbers");
        let writer = writer(&path);
        let insert = |first: i64, second: i64| {
            writer.run(move |connection| {
                connection.execute("INSERT INTO number VALUES (?1)", [first])?;
                connection.execute("INSERT INTO number VALUES (?1)", [second])
            })
        };
        // Polled in this order before the thread answers, so that they share a transaction or follow.
        let done = futures::join!(insert(1, 2), insert(3, 3), insert(4, 5));
        assert!(done.0.is_ok() && done.2.is_ok());
        assert!(matches!(done.1, Err(Failure::Undone(_))));
        drop(writer);
        assert_eq!(numbers(&path), [1, 2, 4, 5]);
    }

    #[tokio::test]
    async fn a_commit_that_errs_is_unknown() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("numbers");
        let writer = writer(&path);
        // A constraint that is looked at only when the transaction commits.
        let doomed = writer.run(|connection| {
            connection.execute_batch(
                "CREATE TABLE child (n INTEGER REFERENCES parent (n) DEFERRABLE INITIALLY DEFERRED);
                 CREATE TABLE parent (n INTEGER PRIMARY KEY); INSERT INTO child VALUES (1);",
            )
        });
        assert_eq!(doomed.await, Err(Failure::Unknown));
        let next = writer.run(|connection| connection.execute("INSERT INTO number VALUES (1)", []));
        assert_eq!(next.await, Ok(1));
    }

    #[tokio::test]
    async fn when_the_transaction_is_gone_no_job_of_it_is_told_that_it_is_done() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("numbers");
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("CREATE TABLE number (n INTEGER UNIQUE)").unwrap();
        let (queue, jobs) = mpsc::channel(QUEUE);
        let writer = Writer { queue: Some(queue), thread: None };
        let before = writer.run(|connection| connection.execute("INSERT INTO number VALUES (1)", []));
        let ending = writer.run(|connection| {
            connection.execute_batch("ROLLBACK")?;
            Err::<(), _>(rusqlite::Error::InvalidQuery)
        });
        let after = writer.run(|connection| connection.execute("INSERT INTO number VALUES (2)", []));
        let run = async move {
            let mut jobs = jobs;
            let mut all = Vec::new();
            while all.len() < 3 {
                all.push(jobs.recv().await.unwrap());
            }
            transact(&connection, all);
        };
        let (before, ending, after, ()) = futures::join!(before, ending, after, run);
        assert!(matches!(before, Err(Failure::Undone(_))), "{before:?}");
        assert!(matches!(ending, Err(Failure::Undone(_))), "{ending:?}");
        assert!(matches!(after, Err(Failure::Undone(_))), "{after:?}");
        assert_eq!(numbers(&path), [0_i64; 0]);
    }
}
