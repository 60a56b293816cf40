//! I27: nothing that authorises leaves after `place_by`, by the clock of whoever sends it.

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant.
pub struct PlaceBy;

impl Invariant for PlaceBy {
    fn name(&self) -> &'static str {
        "I27"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        let Fact::Left(leaving) = fact else { return Ok(()) };
        if !leaving.asked.kind.authorises() || scene.clocks_were_off {
            return Ok(());
        }
        let payment = scene.book.payment(&leaving.asked.reference);
        hold(payment.is_some_and(|payment| leaving.at <= payment.place_by), || {
            format!("{} leaves for {} after place_by", leaving.asked.key, leaving.account)
        })
    }
}
