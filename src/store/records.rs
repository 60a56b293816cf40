//! The plain shapes that verdicts speak of. They are data: what may be done with them is decided in
//! [`super::plan`], and how they are kept is each store's own matter.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::ids::{UnitId, WorkerId};
use crate::ports::document::Document;
use crate::ports::store::{Kind, Row, StoredReply};

/// The time by the store's own clock. A process that embeds its store lends it a clock.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a verdict needs to know of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Compared-and-set by each write; 1 on the first.
    pub version: u64,
    /// The sequence of the row's last event.
    pub sequence: u64,
    /// The unit that wrote it last.
    pub unit: UnitId,
}

/// A row as the stores keep it: its content comes without columns.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRow {
    /// What a verdict needs to know of it.
    pub head: Head,
    /// The content, and when the row may go.
    pub document: Document,
}

impl From<StoredRow> for Row<Document> {
    fn from(stored: StoredRow) -> Self {
        let row = Document { void_at: None, ..stored.document };
        Self { version: stored.head.version, sequence: stored.head.sequence, row }
    }
}

/// A counter. Held and used are never negative; together they pass the limit only when the limit was lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// How many there are in all.
    pub limit: i64,
    /// How many are taken aside.
    pub held: i64,
    /// How many are gone.
    pub used: i64,
}

impl Counter {
    /// What may still be held, never negative.
    pub fn left(&self) -> i64 {
        self.limit.saturating_sub(self.held).saturating_sub(self.used).max(0)
    }
}

/// A worker's lease on a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Who drives.
    pub worker: WorkerId,
    /// The lease has run out from this moment on.
    pub until: Timestamp,
}

/// When a row must be driven next, and who has the right to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// Incremented by each claim and when it is cleared, and never given twice; 1 when the timer is created
    /// under a lease, else 0.
    pub fence: u64,
    /// Due from this moment on; `None` where it was cleared: what remains then is the fence.
    pub due: Option<Timestamp>,
    /// The lease, until it is given back.
    pub lease: Option<Lease>,
}

impl Timer {
    /// The lease that still runs at `now`.
    pub fn running(&self, now: Timestamp) -> Option<&Lease> {
        self.lease.as_ref().filter(|lease| lease.until > now)
    }

    /// This timer, if it was not cleared.
    pub(super) fn set(self) -> Option<Self> {
        self.due.is_some().then_some(self)
    }
}

/// A reply as the stores keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptReply {
    /// What the caller gets.
    pub reply: StoredReply,
    /// The unit that wrote it last.
    pub unit: UnitId,
    /// From this moment on the key is free.
    pub expires: Timestamp,
}

/// `now` and `duration` after it, or the end of time.
pub(super) fn later(now: Timestamp, duration: Duration) -> Timestamp {
    now.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// The kind that `text` names in the database.
pub(super) fn kind_named(text: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.as_str() == text)
}
