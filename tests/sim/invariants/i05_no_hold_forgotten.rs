//! I4 and I5, in the end: what a gateway holds without an order was given back, or an operator was called.

use cashwrap::domain::payment::{AttemptState, Goal};
use cashwrap::store::memory::Dump;

use super::{Held, Invariant, Scene, hold};

/// The invariant.
pub struct NoHoldForgotten;

impl Invariant for NoHoldForgotten {
    fn name(&self) -> &'static str {
        "I5"
    }

    fn end(&mut self, scene: &Scene<'_>, _dump: &Dump) -> Held {
        for (account, till) in scene.tills {
            for object in till.objects() {
                let reference = object.reference.trim_end_matches("_x");
                let Some(payment) = scene.book.payment(reference) else {
                    return Err(format!("{account} knows {reference}, and we do not"));
                };
                if object.held == 0 || payment.needs_review() {
                    continue;
                }
                let ours = payment.attempts.iter().any(|attempt| {
                    attempt.account == *account
                        && attempt.object.as_ref() == Some(&object.id)
                        && attempt.state == AttemptState::Authorised
                });
                hold(ours && payment.goal == Goal::Settle, || {
                    format!("{account} still holds {} of {reference}: {payment:#?}", object.held)
                })?;
            }
        }
        Ok(())
    }
}
