//! I28: a backup gateway is used only when no other holds, or may come to hold, anything of the payment.

use cashwrap::domain::payment::OperationKind;

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant.
pub struct Backup;

impl Invariant for Backup {
    fn name(&self) -> &'static str {
        "I28"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        let Fact::Left(leaving) = fact else { return Ok(()) };
        // Creating an object moves no money (R6): a worker that is late may do it again.
        if !matches!(leaving.asked.kind, OperationKind::Authorise | OperationKind::Confirm) {
            return Ok(());
        }
        let reference = &leaving.asked.reference;
        let other = scene
            .tills
            .iter()
            .find(|(account, till)| *account != leaving.account && till.may_hold(reference));
        hold(other.is_none(), || {
            let other = other.map(|(account, _)| account);
            format!("{} is asked for {reference} while {other:?} may hold it", leaving.account)
        })
    }
}
