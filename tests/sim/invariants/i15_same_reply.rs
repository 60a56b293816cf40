//! I15: the same key and the same request get the same reply, byte for byte.

use std::collections::BTreeMap;

use bytes::Bytes;
use cashwrap::ports::store::ReplyKey;

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant, and the final replies so far.
#[derive(Default)]
pub struct SameReply {
    told: BTreeMap<ReplyKey, Bytes>,
}

impl Invariant for SameReply {
    fn name(&self) -> &'static str {
        "I15"
    }

    fn see(&mut self, fact: &Fact<'_>, _scene: &Scene<'_>) -> Held {
        let Fact::Answered(answer) = fact else { return Ok(()) };
        let Ok(body) = answer.result else { return Ok(()) };
        // Whose patience ended had looked before the end was durable, and hears it after somebody else heard more.
        if body.as_ref() == b"processing" {
            return Ok(());
        }
        // What was told and nothing was recorded of may be told otherwise later; what was frozen may not.
        if answer.frozen {
            self.told.entry(answer.key.clone()).or_insert_with(|| body.clone());
        }
        let first = self.told.get(answer.key).unwrap_or(body);
        hold(first == body, || format!("{}: first {first:?}, then {body:?}", answer.method))
    }
}
