//! I25: no unit crosses stores, and nobody reads another store's rows.

use cashwrap::app::Reason;

use super::{Fact, Held, Invariant, Scene, hold};
use crate::world::shop::other_store_id;

/// The invariant.
pub struct StoresApart;

impl Invariant for StoresApart {
    fn name(&self) -> &'static str {
        "I25"
    }

    fn see(&mut self, fact: &Fact<'_>, _scene: &Scene<'_>) -> Held {
        match fact {
            Fact::Committed(committed) => {
                hold(committed.unit.is_of_one_store(), || "a unit crosses".to_owned())
            }
            Fact::Answered(answer) if answer.key.store == other_store_id() => {
                let refused = matches!(
                    answer.result,
                    Err(Reason::NotFound | Reason::StoreUnavailable | Reason::Conflict)
                );
                hold(refused, || format!("another store was told {:?}", answer.result))
            }
            _ => Ok(()),
        }
    }
}
