//! The ledger's file: one JSON line per entry, appended, and synced before anything is answered.
//!
//! A commit is one write. If the process is killed within it, the next start finds a tail without its end and
//! cuts it off: what was not durable was never acknowledged. A line that is malformed anywhere else means that
//! the file was edited, and the gateway refuses to start on it.
//!
//! Writing and syncing are apart, so that requests that come together share one sync: whoever syncs makes
//! everything durable that was written before.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::entry::Recorded;

/// Why a ledger could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system refused.
    #[error("the ledger {path} cannot be used")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// Another process holds the ledger.
    #[error("the ledger {path} is in use by another gateway: give each its own directory or account")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// A complete line is not an entry, or does not follow the one before.
    #[error("the ledger {path} is damaged at line {line}: move it away")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
}

/// The open file, written under the lock of the state.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    syncer: Arc<Syncer>,
    /// A write that failed may have left half a line: nothing may follow it.
    broken: bool,
}

/// Makes what was written durable.
#[derive(Debug)]
pub(super) struct Syncer {
    file: File,
    written: AtomicU64,
    /// How much is durable; nothing is known any more once a sync has failed, for the next one may succeed
    /// without having written what the failed one lost.
    synced: Mutex<Option<u64>>,
}

/// How much has to be durable before an answer may leave: a count of writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark(u64);

impl Journal {
    /// Opens an account's ledger in a directory, made if absent, and returns the commits it holds.
    pub(super) fn open(directory: &Path, account: &str) -> Result<(Self, Vec<Vec<Recorded>>), JournalError> {
        let path = directory.join(format!("{account}.jsonl"));
        let failed = |source| JournalError::Io { path: path.clone(), source };
        std::fs::create_dir_all(directory).map_err(failed)?;
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse { path }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let (commits, whole) =
            commits_of(&bytes).map_err(|line| JournalError::Damaged { path: path.clone(), line })?;
        file.set_len(whole).map_err(failed)?;
        file.seek(SeekFrom::Start(whole)).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(failed)?;
        let syncer = Syncer {
            file: file.try_clone().map_err(failed)?,
            written: AtomicU64::new(0),
            synced: Mutex::new(Some(0)),
        };
        Ok((Self { file, syncer: Arc::new(syncer), broken: false }, commits))
    }

    pub(super) fn syncer(&self) -> Arc<Syncer> {
        Arc::clone(&self.syncer)
    }

    /// Writes one commit; it is durable once its mark is synced.
    pub(super) fn append(&mut self, entries: &[Recorded]) -> io::Result<Mark> {
        if self.broken {
            return Err(io::Error::other("an earlier write to the ledger failed"));
        }
        let mut lines = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut lines, entry)?;
            lines.push(b'\n');
        }
        self.file.write_all(&lines).inspect_err(|_| self.broken = true)?;
        Ok(Mark(self.syncer.written.fetch_add(1, Ordering::SeqCst).saturating_add(1)))
    }
}

impl Syncer {
    /// The mark of everything written so far.
    pub(super) fn written(&self) -> Mark {
        Mark(self.written.load(Ordering::SeqCst))
    }

    /// Returns once everything up to the mark is durable.
    pub(super) fn sync(&self, mark: Mark) -> io::Result<()> {
        let mut synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
        let durable = synced.ok_or_else(|| io::Error::other("an earlier sync of the ledger failed"))?;
        if durable < mark.0 {
            let covered = self.written().0;
            *synced = None;
            self.file.sync_data()?;
            *synced = Some(covered);
        }
        Ok(())
    }
}

/// The complete commits of a file and the length they take, or the line that is damaged.
fn commits_of(bytes: &[u8]) -> Result<(Vec<Vec<Recorded>>, u64), usize> {
    let (mut commits, mut commit) = (Vec::new(), Vec::new());
    let (mut read, mut whole) = (0_u64, 0_u64);
    for (number, line) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        let Some(json) = line.strip_suffix(b"\n") else { break };
        let recorded: Recorded = serde_json::from_slice(json).map_err(|_| number)?;
        // Entries count from one without a gap, as lines do.
        if usize::try_from(recorded.seq) != Ok(number) {
            return Err(number);
        }
        read = read.saturating_add(u64::try_from(line.len()).map_err(|_| number)?);
        let ends = !recorded.more;
        commit.push(recorded);
        if ends {
            commits.push(std::mem::take(&mut commit));
            whole = read;
        }
    }
    Ok((commits, whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partners::sandbox::entry::Entry;

    fn recorded(seq: u64, more: bool) -> Recorded {
        Recorded { seq, at_ms: 7, more, entry: Entry::ActionSucceeded { intent: format!("pi_{seq}") } }
    }

    fn reopened(directory: &Path) -> Vec<Vec<Recorded>> {
        Journal::open(directory, "a").unwrap().1
    }

    #[test]
    fn what_was_appended_is_read_back_commit_by_commit() {
        let directory = tempfile::tempdir().unwrap();
        let commits = vec![vec![recorded(1, false)], vec![recorded(2, true), recorded(3, false)]];
        {
            let (mut journal, found) = Journal::open(directory.path(), "a").unwrap();
            assert!(found.is_empty());
            for commit in &commits {
                let mark = journal.append(commit).unwrap();
                journal.syncer().sync(mark).unwrap();
            }
        }
        assert_eq!(reopened(directory.path()), commits);
    }

    #[test]
    fn a_commit_torn_at_any_byte_never_happened_and_the_ledger_goes_on() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.jsonl");
        let (first, second) = (vec![recorded(1, false)], vec![recorded(2, true), recorded(3, false)]);
        {
            let (mut journal, _) = Journal::open(directory.path(), "a").unwrap();
            journal.append(&first).unwrap();
        }
        let kept = std::fs::read(&path).unwrap().len();
        {
            let (mut journal, _) = Journal::open(directory.path(), "a").unwrap();
            journal.append(&second).unwrap();
        }
        let whole = std::fs::read(&path).unwrap();
        for cut in kept..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            {
                let (mut journal, found) = Journal::open(directory.path(), "a").unwrap();
                assert_eq!(found, vec![first.clone()], "cut at {cut}");
                journal.append(&second).unwrap();
            }
            assert_eq!(reopened(directory.path()), vec![first.clone(), second.clone()], "cut at {cut}");
        }
    }

    #[test]
    fn an_edited_line_or_a_missing_one_is_damage() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.jsonl");
        for (content, line) in [
            ("nonsense\n".to_owned(), 1),
            (format!("{}\n", serde_json::to_string(&recorded(2, false)).unwrap()), 1),
        ] {
            std::fs::write(&path, content).unwrap();
            let error = Journal::open(directory.path(), "a").unwrap_err();
            assert!(matches!(error, JournalError::Damaged { line: found, .. } if found == line), "{error}");
        }
    }

    #[test]
    fn two_gateways_never_share_a_ledger() {
        let directory = tempfile::tempdir().unwrap();
        let first = Journal::open(directory.path(), "a").unwrap();
        assert!(matches!(Journal::open(directory.path(), "a"), Err(JournalError::InUse { .. })));
        assert!(Journal::open(directory.path(), "b").is_ok());
        drop(first);
        assert!(Journal::open(directory.path(), "a").is_ok());
    }
}
