//! I27: nothing that authorises leaves after `place_by`, or after the end of the action that it follows, by the clock of
//! whoever sends it.

use cashwrap::domain::payment::Attempt;

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
        let until = payment.and_then(|payment| {
            let here = |attempt: &&Attempt| attempt.account == *leaving.account;
            let attempt = payment.attempts.iter().find(here)?;
            Some(attempt.authorises_until(leaving.asked.kind, payment.place_by))
        });
        let until = until.or(payment.map(|payment| payment.place_by));
        hold(until.is_some_and(|until| leaving.at <= until), || {
            format!("{} leaves for {} after {until:?}", leaving.asked.key, leaving.account)
        })
    }
}
