//! What an account holds, and how it is opened.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::partners::sandbox::book::{Book, Pending};
use crate::partners::sandbox::faults::FaultSet;
use crate::partners::sandbox::handle::SandboxError;
use crate::partners::sandbox::journal::{Journal, Syncer};
use crate::partners::sandbox::messages::Message;
use crate::partners::sandbox::requests::Delivery;
use crate::partners::sandbox::settings::SandboxSettings;
use crate::partners::sandbox::wire::{ApiError, Reply};

/// One gateway account.
#[derive(Debug)]
pub(in crate::partners::sandbox) struct Account {
    pub(in crate::partners::sandbox) settings: SandboxSettings,
    /// Where this gateway is reached, as `http://host:port`.
    pub(in crate::partners::sandbox) base_url: String,
    pub(super) state: Mutex<State>,
    pub(super) syncer: Arc<Syncer>,
    pub(super) faults: Mutex<FaultSet>,
    pub(super) requests: Mutex<BTreeMap<&'static str, u64>>,
    /// What the merchant is still to be told.
    pub(super) messages: Mutex<Vec<Message>>,
    pub(super) told: Notify,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) book: Book,
    pub(super) journal: Journal,
    /// Keys whose answer is held back, with their fingerprints: they do not survive the process.
    pub(super) running: BTreeMap<String, String>,
}

/// How a request is answered.
#[derive(Clone, Debug)]
pub(in crate::partners::sandbox) struct Outcome {
    pub(in crate::partners::sandbox) reply: Reply,
    pub(in crate::partners::sandbox) delivery: Delivery,
    /// An authorisation that this request set on its way.
    pub(in crate::partners::sandbox) scheduled: Option<Pending>,
    /// The key that is in use until the answer has left.
    pub(in crate::partners::sandbox) held_key: Option<String>,
}

impl Outcome {
    pub(in crate::partners::sandbox) fn now(reply: Reply) -> Self {
        Self { reply, delivery: Delivery::Now, scheduled: None, held_key: None }
    }

    pub(super) fn broken() -> Self {
        Self::now(ApiError::internal().reply(None))
    }
}

impl Account {
    /// Opens the ledger and folds what it holds.
    pub(in crate::partners::sandbox) fn open(
        settings: SandboxSettings,
        base_url: String,
    ) -> Result<Self, SandboxError> {
        let (journal, commits) = Journal::open(&settings.ledger, &settings.account)?;
        let mut book = Book::default();
        for commit in commits {
            let at_ms = commit.first().map_or(0, |recorded| recorded.at_ms);
            let staged = book.stage(commit.iter().map(|recorded| &recorded.entry), at_ms);
            let staged = staged.map_err(|cause| SandboxError::Contradiction(cause.to_string()))?;
            book.adopt(commit, staged);
        }
        let syncer = journal.syncer();
        Ok(Self {
            settings,
            base_url,
            state: Mutex::new(State { book, journal, running: BTreeMap::new() }),
            syncer,
            faults: Mutex::default(),
            requests: Mutex::default(),
            messages: Mutex::default(),
            told: Notify::new(),
        })
    }

    /// Authorisations that were on their way when the process ended.
    pub(in crate::partners::sandbox) fn pending(&self) -> Vec<Pending> {
        lock(&self.state).book.pending().cloned().collect()
    }

    /// Completes when there may be messages to take.
    pub(in crate::partners::sandbox) async fn has_messages(&self) {
        self.told.notified().await;
    }

    /// The messages that nobody has taken yet.
    pub(in crate::partners::sandbox) fn take_messages(&self) -> Vec<Message> {
        std::mem::take(&mut *lock(&self.messages))
    }

    /// What these messages tell is durable.
    pub(super) fn tell(&self, messages: Vec<Message>) {
        lock(&self.messages).extend(messages);
        self.told.notify_one();
    }

    /// The key's answer has left: it is no longer in use.
    pub(in crate::partners::sandbox) fn release(&self, key: &str) {
        lock(&self.state).running.remove(key);
    }

    pub(in crate::partners::sandbox) fn count(&self, label: &'static str) {
        let mut requests = lock(&self.requests);
        let count = requests.entry(label).or_default();
        *count = count.saturating_add(1);
    }

    pub(in crate::partners::sandbox) fn faults(&self) -> MutexGuard<'_, FaultSet> {
        lock(&self.faults)
    }
}

/// A panic under the lock cannot leave a half-made change, for changes are adopted whole: poison is ignored.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
