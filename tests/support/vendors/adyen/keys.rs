//! Idempotency as Adyen documents it: under a key an endpoint answers what it answered first, for seven days; while it
//! is still answering, 704. Credentials and faults before the request is looked at keep nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

/// How long an answer is kept.
const LIFE: Duration = Duration::from_hours(7 * 24);

/// An answer: status and body.
pub(super) type Answer = (u16, Value);

/// What stands under a key.
pub(super) enum Slot {
    /// The first request is being answered.
    Busy,
    /// It was answered so.
    Answered(Answer, Instant),
}

/// What a request finds under its key.
pub(super) enum Found {
    /// Nothing: it is the first.
    New,
    Busy,
    Answered(Answer),
}

/// The keys by endpoint.
#[derive(Default)]
pub(super) struct Keys(BTreeMap<(String, String), Slot>);

impl Keys {
    /// Takes the key, if nothing stands under it.
    pub(super) fn take(&mut self, endpoint: &str, key: &str) -> Found {
        let place = (endpoint.to_owned(), key.to_owned());
        match self.0.get(&place) {
            Some(Slot::Busy) => Found::Busy,
            Some(Slot::Answered(answer, at)) if at.elapsed() < LIFE => Found::Answered(answer.clone()),
            Some(Slot::Answered(..)) | None => {
                self.0.insert(place, Slot::Busy);
                Found::New
            }
        }
    }

    /// Keeps the first answer.
    pub(super) fn keep(&mut self, endpoint: &str, key: &str, answer: &Answer) {
        let place = (endpoint.to_owned(), key.to_owned());
        self.0.insert(place, Slot::Answered(answer.clone(), Instant::now()));
    }
}
