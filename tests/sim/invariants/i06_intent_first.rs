//! I6: the operation's row is durable before its first byte leaves; its key is the operation's id; every replay
//! sends the same bytes.

use std::collections::BTreeMap;

use cashwrap::domain::payment::Operation;

use super::{Fact, Held, Invariant, Scene, hold};
use crate::stand_ins::SEALED;

/// The invariant, and the bytes that left under each key.
#[derive(Default)]
pub struct IntentFirst {
    sent: BTreeMap<String, Vec<u8>>,
}

impl Invariant for IntentFirst {
    fn name(&self) -> &'static str {
        "I6"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        let Fact::Left(leaving) = fact else { return Ok(()) };
        let asked = leaving.asked;
        let before = self.sent.entry(asked.key.clone()).or_insert_with(|| asked.bytes.clone());
        hold(*before == asked.bytes, || format!("{} left with other bytes than before", asked.key))?;
        let durable = scene.book.payment(&asked.reference).is_some_and(|payment| {
            let operations = payment.attempts.iter().flat_map(|attempt| &attempt.operations);
            operations.into_iter().any(|operation| is_intent(operation, &asked.key, &asked.bytes))
        });
        // A worker that is late may find its operation over; whoever ended it kept the bytes from being read.
        let over = scene.book.payment(&asked.reference).is_some_and(|payment| {
            let mut operations = payment.attempts.iter().flat_map(|attempt| &attempt.operations);
            operations
                .any(|operation| operation.idempotency_key() == asked.key && operation.rendered.is_none())
        });
        hold(durable || over, || format!("{} left without a durable intent", asked.key))
    }
}

fn is_intent(operation: &Operation, key: &str, bytes: &[u8]) -> bool {
    operation.idempotency_key() == key
        && operation.outstanding()
        && operation
            .rendered
            .as_ref()
            .is_some_and(|sealed| sealed.starts_with(SEALED) && sealed.ends_with(bytes))
}
