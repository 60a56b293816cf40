//! I10: what a caller was told of is durable when it is told, and stays.

use std::collections::BTreeSet;

use cashwrap::ports::store::{Key, Kind};
use cashwrap::store::memory::Dump;

use super::{Fact, Held, Invariant, Scene, hold};
use crate::world::shop::store_id;

/// The invariant, and what callers were told of.
#[derive(Default)]
pub struct Acknowledged {
    told: BTreeSet<Key>,
}

impl Invariant for Acknowledged {
    fn name(&self) -> &'static str {
        "I10"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        let Fact::Answered(answer) = fact else { return Ok(()) };
        let Ok(body) = answer.result else { return Ok(()) };
        if answer.key.store != store_id() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(body);
        let mut words = text.split(' ');
        let kind = match words.next() {
            Some("order") => Kind::Order,
            Some("cart") => Kind::Cart,
            Some("checkout") => Kind::Checkout,
            Some("payment") => Kind::Payment,
            _ => return Ok(()),
        };
        let key = Key::new(&store_id(), kind, words.next().unwrap_or_default());
        hold(scene.book.row(&key).is_some(), || format!("{text} was told, and is not durable"))?;
        self.told.insert(key);
        Ok(())
    }

    fn end(&mut self, _scene: &Scene<'_>, dump: &Dump) -> Held {
        let lost = self.told.iter().find(|key| !dump.rows.contains_key(key));
        hold(lost.is_none(), || format!("{lost:?} was told, and is lost"))
    }
}
