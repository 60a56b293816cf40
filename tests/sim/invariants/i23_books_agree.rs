//! I23: our rows and the gateways' ledgers agree in the end, both ways, or an operator was called.

use cashwrap::store::memory::Dump;

use super::{Held, Invariant, Scene, hold};
use crate::gateways::object::Object;

/// The invariant.
pub struct BooksAgree;

impl Invariant for BooksAgree {
    fn name(&self) -> &'static str {
        "I23"
    }

    fn end(&mut self, scene: &Scene<'_>, _dump: &Dump) -> Held {
        for payment in scene.book.payments().filter(|payment| !payment.needs_review()) {
            let reference = payment.id.to_string();
            for (account, till) in scene.tills {
                let sum = |of: fn(&Object) -> i64| till.of(&reference).map(of).sum::<i64>();
                let theirs = (sum(Object::captured), sum(|object| object.refunds.values().sum()));
                let ours = payment
                    .attempts
                    .iter()
                    .filter(|attempt| attempt.account == *account)
                    .fold((0, 0), |sum, each| (sum.0 + each.captured_minor, sum.1 + each.refunded_minor));
                hold(ours == theirs, || {
                    format!("{account} took and gave back {theirs:?}, and we say {ours:?}: {payment:#?}")
                })?;
            }
        }
        Ok(())
    }
}
