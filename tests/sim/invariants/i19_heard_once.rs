//! I19: an event of a partner counts once, however often it comes and wherever. (That it moves no state back is I12.)

use std::collections::BTreeSet;

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant.
#[derive(Default)]
pub struct HeardOnce(BTreeSet<String>);

impl Invariant for HeardOnce {
    fn name(&self) -> &'static str {
        "I19"
    }

    fn see(&mut self, fact: &Fact<'_>, _: &Scene<'_>) -> Held {
        let Fact::Heard { event, counted: true } = fact else { return Ok(()) };
        hold(self.0.insert((*event).to_owned()), || format!("{event} led to two looks"))
    }
}
