//! I24: no token and no rendered request stands anywhere in plain text, and none stays after its operation.

use cashwrap::ports::Record;
use cashwrap::store::memory::Dump;
use serde_json::Value;

use super::{Fact, Held, Invariant, Scene, hold};
use crate::stand_ins::SEALED;

/// The invariant.
pub struct Sealed;

impl Invariant for Sealed {
    fn name(&self) -> &'static str {
        "I24"
    }

    fn see(&mut self, fact: &Fact<'_>, _scene: &Scene<'_>) -> Held {
        let Fact::Committed(committed) = fact else { return Ok(()) };
        for write in &committed.unit.writes {
            let Record::Payment(payment) = &write.row else { continue };
            let tokens = payment.instruments.iter().all(|each| each.token.starts_with(SEALED));
            hold(tokens, || format!("{} holds a plain token", payment.id))?;
            let acted =
                payment.attempts.iter().filter_map(|attempt| Some((attempt, attempt.after_action.as_ref()?)));
            for (attempt, returned) in
                acted.filter_map(|(of, acted)| Some((of, acted.brought_back.as_ref()?)))
            {
                let asks = attempt.state.undecided();
                hold(asks && returned.starts_with(SEALED), || {
                    format!("{} keeps in reach what was brought back", attempt.id)
                })?;
            }
            for operation in payment.attempts.iter().flat_map(|attempt| &attempt.operations) {
                let sealed = operation.rendered.as_ref().is_none_or(|bytes| bytes.starts_with(SEALED));
                let erased = !operation.state.ended() || operation.rendered.is_none();
                hold(sealed && erased, || format!("{} keeps a request in reach", operation.id))?;
            }
        }
        Ok(())
    }

    fn end(&mut self, _scene: &Scene<'_>, dump: &Dump) -> Held {
        let plain = dump.rows.values().any(|row| row.document.text.contains("tok_"))
            || dump.events.values().flatten().any(|event| tells_token(&event.data))
            || dump.replies.values().any(|kept| {
                let body = kept.reply.body.as_ref();
                body.is_some_and(|body| body.windows(4).any(|part| part == b"tok_"))
            });
        hold(!plain, || "a token stands in plain text".to_owned())
    }
}

/// Whether a token stands anywhere in what the world is told.
fn tells_token(told: &Value) -> bool {
    match told {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => text.contains("tok_"),
        Value::Array(items) => items.iter().any(tells_token),
        Value::Object(members) => {
            members.iter().any(|(name, item)| name.contains("tok_") || tells_token(item))
        }
    }
}
