//! I9: refunds within what was captured; captured and voided within what was authorised; each refund executed
//! once; none while the attempt's authorisation is unknown.

use cashwrap::domain::payment::{AttemptState, OperationKind, OperationState};
use cashwrap::ports::Record;

use super::i02_not_overcharged::objects;
use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant.
pub struct Refunds;

impl Invariant for Refunds {
    fn name(&self) -> &'static str {
        "I9"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        match fact {
            Fact::Executed { reference, .. } => {
                for (account, object) in objects(scene, reference) {
                    let within = object.kept() >= 0
                        && object.captured() + object.voided <= object.authorised
                        && object.held >= 0;
                    hold(within, || format!("{account} gave back more than it had: {object:?}"))?;
                    for (key, amount) in &object.refunds {
                        let payment = scene.book.payment(reference);
                        let mut operations =
                            payment.into_iter().flat_map(|p| &p.attempts).flat_map(|a| &a.operations);
                        let asked = operations.find(|operation| operation.idempotency_key() == *key);
                        hold(asked.is_some_and(|asked| asked.amount_minor == *amount), || {
                            format!("{key} gave back {amount}, which is not what it asked for: {asked:?}")
                        })?;
                    }
                }
                Ok(())
            }
            Fact::Left(leaving) if leaving.asked.kind == OperationKind::Refund => {
                let payment = scene.book.payment(&leaving.asked.reference);
                let unknown = payment.into_iter().flat_map(|payment| &payment.attempts).any(|attempt| {
                    let known = attempt.operations.iter().all(|operation| {
                        !operation.kind.authorises() || !matches!(operation.state, OperationState::Unknown(_))
                    });
                    let its = attempt.operations.iter().any(|o| o.idempotency_key() == leaving.asked.key);
                    its && (!known || attempt.state == AttemptState::Unknown)
                });
                hold(!unknown, || format!("{} refunds what is unknown", leaving.asked.key))
            }
            Fact::Committed(committed) => {
                for write in &committed.unit.writes {
                    let Record::Payment(payment) = &write.row else { continue };
                    for attempt in &payment.attempts {
                        hold(attempt.refunds_reserved_minor() <= attempt.captured_minor, || {
                            format!("{} promises more back than it took", attempt.id)
                        })?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
