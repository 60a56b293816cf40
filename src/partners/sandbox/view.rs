//! The ledger as the tests' witness: entries, intents, totals and counts, as JSON.
//!
//! It holds no secret key, and of stored answers only that they are stored.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::book::Book;
use super::entry::{Entry, Recorded};
use super::intents::Intent;

/// What was moved in one currency, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
struct Totals {
    authorised: i64,
    captured: i64,
    voided: i64,
    refunded: i64,
    held: i64,
}

impl Totals {
    fn add(&mut self, intent: &Intent) {
        self.authorised = self.authorised.saturating_add(intent.authorised);
        self.captured = self.captured.saturating_add(intent.captured);
        self.voided = self.voided.saturating_add(intent.voided);
        self.refunded = self.refunded.saturating_add(intent.refunded);
        self.held = self.held.saturating_add(intent.held());
    }
}

/// The witness's view, of the intents with this reference or of all.
pub(super) fn ledger(
    account: &str,
    book: &Book,
    requests: &BTreeMap<&'static str, u64>,
    reference: Option<&str>,
) -> Value {
    let wanted = |intent: &Intent| reference.is_none_or(|reference| reference_of(intent) == Some(reference));
    let mut totals: BTreeMap<&str, Totals> = BTreeMap::new();
    let mut intents = Vec::new();
    for intent in book.intents().filter(|intent| wanted(intent)) {
        totals.entry(&intent.currency).or_default().add(intent);
        intents.push(intent);
    }
    intents.sort_by_key(|intent| intent.created_ms);
    let of_wanted = |recorded: &&Recorded| {
        reference.is_none() || recorded.entry.intent().and_then(|id| book.intent(id)).is_some_and(wanted)
    };
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut entries = Vec::new();
    for recorded in book.entries().iter().filter(of_wanted) {
        let shown = entry_json(recorded);
        let kind = shown.get("kind").and_then(Value::as_str).unwrap_or_default();
        let count = counts.entry(kind.to_owned()).or_default();
        *count = count.saturating_add(1);
        entries.push(shown);
    }
    json!({
        "account": account,
        "entries": entries,
        "intents": intents.into_iter().map(intent_summary).collect::<Vec<_>>(),
        "totals": totals,
        "counts": counts,
        "requests": requests,
    })
}

fn entry_json(recorded: &Recorded) -> Value {
    let mut shown = serde_json::to_value(recorded).unwrap_or_default();
    if let (Entry::Keyed { .. }, Value::Object(fields)) = (&recorded.entry, &mut shown) {
        fields.remove("body");
    }
    shown
}

fn intent_summary(intent: &Intent) -> Value {
    json!({
        "id": intent.id,
        "reference": reference_of(intent),
        "amount": intent.amount,
        "currency": intent.currency,
        "authorised": intent.authorised,
        "captured": intent.captured,
        "voided": intent.voided,
        "refunded": intent.refunded,
        "held": intent.held(),
        "status": intent.status,
    })
}

fn reference_of(intent: &Intent) -> Option<&str> {
    intent.metadata.get("reference").map(String::as_str)
}
