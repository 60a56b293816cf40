//! What production itself calls impossible: an alarm of a process, or INTERNAL. It never happens.

use cashwrap::app::Reason;

use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant.
pub struct Alarms;

impl Invariant for Alarms {
    fn name(&self) -> &'static str {
        "alarms"
    }

    fn see(&mut self, fact: &Fact<'_>, _scene: &Scene<'_>) -> Held {
        match fact {
            Fact::Alarms { count } => hold(*count == 0, || "the engine raised an alarm".to_owned()),
            Fact::Answered(answer) => hold(answer.result != Err(Reason::Internal), || {
                format!("{} was answered INTERNAL", answer.method)
            }),
            _ => Ok(()),
        }
    }
}
