//! I18: rejected input, and a failure like a 5xx, are not recorded as a key's reply.

use cashwrap::app::Reason;

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant.
pub struct RefusedIsNotKept;

impl Invariant for RefusedIsNotKept {
    fn name(&self) -> &'static str {
        "I18"
    }

    fn see(&mut self, fact: &Fact<'_>, _scene: &Scene<'_>) -> Held {
        let Fact::Answered(answer) = fact else { return Ok(()) };
        let rejected = matches!(
            answer.result,
            Err(Reason::InvalidField
                | Reason::NotFound
                | Reason::SkuUnknown
                | Reason::LimitExceeded
                | Reason::CodeInvalid
                | Reason::TendersMismatch
                | Reason::OutOfStock
                | Reason::AmountExceedsRemainder)
        );
        hold(!rejected || !answer.kept, || format!("{}: {:?} was kept", answer.method, answer.result))
    }
}
