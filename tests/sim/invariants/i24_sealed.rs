//! I24: no token and no rendered request stands anywhere in plain text, and none stays after its operation.

use cashwrap::ports::Record;
use cashwrap::store::memory::Dump;

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
            || dump.events.values().flatten().any(|event| event.data.to_string().contains("tok_"))
            || dump.replies.values().any(|kept| {
                let body = kept.reply.body.as_ref();
                body.is_some_and(|body| body.windows(4).any(|part| part == b"tok_"))
            });
        hold(!plain, || "a token stands in plain text".to_owned())
    }
}
