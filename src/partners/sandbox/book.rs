//! The state of the gateway: every entry, and what they fold into.
//!
//! Changes come in two steps, so that the file can be written between them: [`Book::stage`] proves that the
//! entries can follow, on copies; [`Book::adopt`] takes them over and cannot fail.

use std::collections::BTreeMap;

use super::entry::{Entry, KeyClaim, Recorded};
use super::idempotency::StoredAnswer;
use super::intents::{Impossible, Intent, Refund};
use super::wire::MetadataQuery;

/// Everything the gateway knows.
#[derive(Debug, Default)]
pub(super) struct Book {
    entries: Vec<Recorded>,
    intents: BTreeMap<String, Intent>,
    refunds: BTreeMap<String, Refund>,
    keys: BTreeMap<String, StoredAnswer>,
    pending: BTreeMap<String, Pending>,
    /// The places of each intent's entries, for a look into its past.
    history: BTreeMap<String, Vec<usize>>,
}

/// An authorisation on its way, known by its charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) intent: String,
    pub(super) charge: String,
    pub(super) payment_method: String,
    pub(super) due_ms: i64,
    pub(super) kind: PendingKind,
}

/// Why an authorisation is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PendingKind {
    /// It was accepted and is being processed.
    Processing,
    /// Its request is slow, and its key is in use until it lands.
    Late { key: Option<KeyClaim> },
}

/// Copies of what a commit changes, with the commit folded in.
#[derive(Debug, Default)]
pub(super) struct Staged {
    intents: BTreeMap<String, Intent>,
    refunds: BTreeMap<String, Refund>,
}

impl Staged {
    pub(super) fn intent(&self, id: &str) -> Option<&Intent> {
        self.intents.get(id)
    }

    pub(super) fn refund(&self, id: &str) -> Option<&Refund> {
        self.refunds.get(id)
    }
}

impl Book {
    /// Folds entries into copies of what they change.
    pub(super) fn stage<'a>(
        &self,
        entries: impl IntoIterator<Item = &'a Entry>,
        at_ms: i64,
    ) -> Result<Staged, Impossible> {
        let mut staged = Staged::default();
        for entry in entries {
            let Some(id) = entry.intent() else { continue };
            let known = staged.intents.get(id).or_else(|| self.intents.get(id));
            let intent = match (known, Intent::created(entry, at_ms)) {
                (None, Some(created)) => created,
                (Some(known), None) => {
                    let mut known = known.clone();
                    known.apply(entry, at_ms)?;
                    known
                }
                (Some(known), Some(_)) => {
                    return Err(Impossible { intent: known.id.clone(), status: Some(known.status) });
                }
                (None, None) => return Err(Impossible { intent: id.to_owned(), status: None }),
            };
            if let Some(refund) = refund_of(entry, &intent, at_ms) {
                staged.refunds.insert(refund.id.clone(), refund);
            }
            staged.intents.insert(id.to_owned(), intent);
        }
        Ok(staged)
    }

    /// Takes over entries that were staged and written.
    pub(super) fn adopt(&mut self, entries: Vec<Recorded>, staged: Staged) {
        self.intents.extend(staged.intents);
        self.refunds.extend(staged.refunds);
        for mut recorded in entries {
            if let Some(id) = recorded.entry.intent() {
                self.history.entry(id.to_owned()).or_default().push(self.entries.len());
            }
            self.follow_pending(&recorded.entry);
            if let Entry::Keyed { key, status, body, .. } = &mut recorded.entry {
                // The stored answer lives in the key's record; the list of entries need not hold it twice.
                let answer = StoredAnswer {
                    fingerprint: key.fingerprint.clone(),
                    status: *status,
                    body: std::mem::take(body),
                    at_ms: recorded.at_ms,
                };
                self.keys.insert(key.key.clone(), answer);
            }
            self.entries.push(recorded);
        }
    }

    fn follow_pending(&mut self, entry: &Entry) {
        let pending = match entry {
            Entry::ProcessingStarted { intent, charge, payment_method, due_ms } => {
                (intent, charge, payment_method, due_ms, PendingKind::Processing)
            }
            Entry::LateScheduled { intent, charge, payment_method, due_ms, key } => {
                (intent, charge, payment_method, due_ms, PendingKind::Late { key: key.clone() })
            }
            Entry::Authorised { charge, .. }
            | Entry::LateLanded { charge, .. }
            | Entry::LateRefused { charge, .. } => {
                self.pending.remove(charge);
                return;
            }
            _ => return,
        };
        let (intent, charge, payment_method, due_ms, kind) = pending;
        let pending = Pending {
            intent: intent.clone(),
            charge: charge.clone(),
            payment_method: payment_method.clone(),
            due_ms: *due_ms,
            kind,
        };
        self.pending.insert(charge.clone(), pending);
    }

    pub(super) fn entries(&self) -> &[Recorded] {
        &self.entries
    }

    pub(super) fn next_seq(&self) -> u64 {
        self.entries.last().map_or(1, |last| last.seq.saturating_add(1))
    }

    pub(super) fn intents(&self) -> impl Iterator<Item = &Intent> {
        self.intents.values()
    }

    pub(super) fn intent(&self, id: &str) -> Option<&Intent> {
        self.intents.get(id)
    }

    pub(super) fn refund(&self, id: &str) -> Option<&Refund> {
        self.refunds.get(id)
    }

    pub(super) fn refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.values()
    }

    pub(super) fn stored_answer(&self, key: &str) -> Option<&StoredAnswer> {
        self.keys.get(key)
    }

    pub(super) fn pending(&self) -> impl Iterator<Item = &Pending> {
        self.pending.values()
    }

    pub(super) fn pending_by_charge(&self, charge: &str) -> Option<&Pending> {
        self.pending.get(charge)
    }

    /// The fingerprint of the request that still holds this key on its slow way.
    pub(super) fn late_fingerprint(&self, key: &str) -> Option<&str> {
        self.pending.values().find_map(|pending| match &pending.kind {
            PendingKind::Late { key: Some(claim) } if claim.key == key => Some(claim.fingerprint.as_str()),
            PendingKind::Late { .. } | PendingKind::Processing => None,
        })
    }

    /// The intents whose metadata matches, as they stood at `cutoff_ms`; the newest first.
    pub(super) fn search(&self, query: &MetadataQuery, cutoff_ms: i64) -> Vec<Intent> {
        let matching =
            self.intents.values().filter(|intent| intent.metadata.get(&query.key) == Some(&query.value));
        let mut found: Vec<Intent> =
            matching.filter_map(|intent| self.as_it_stood(&intent.id, cutoff_ms)).collect();
        found.sort_by_key(|intent| std::cmp::Reverse(intent.created_ms));
        found
    }

    fn as_it_stood(&self, id: &str, cutoff_ms: i64) -> Option<Intent> {
        let places = self.history.get(id)?;
        let mut past = places
            .iter()
            .filter_map(|place| self.entries.get(*place))
            .take_while(|recorded| recorded.at_ms <= cutoff_ms);
        let first = past.next()?;
        let mut intent = Intent::created(&first.entry, first.at_ms)?;
        for recorded in past {
            intent.apply(&recorded.entry, recorded.at_ms).ok()?;
        }
        Some(intent)
    }
}

fn refund_of(entry: &Entry, intent: &Intent, at_ms: i64) -> Option<Refund> {
    let (refund, amount, metadata, failure_reason) = match entry {
        Entry::Refunded { refund, amount, metadata, .. } => (refund, amount, metadata, None),
        Entry::RefundFailed { refund, amount, metadata, reason, .. } => {
            (refund, amount, metadata, Some(reason.clone()))
        }
        _ => return None,
    };
    Some(Refund {
        id: refund.clone(),
        intent: intent.id.clone(),
        charge: intent.charge.clone(),
        amount: *amount,
        currency: intent.currency.clone(),
        created_ms: at_ms,
        metadata: metadata.clone(),
        failure_reason,
    })
}
