//! The faults: a file each. A fault strikes, holds for a while, and is healed; whatever it leaves behind is the
//! service's to find out.
//!
//! - [`Fault`]: what one does. [`Bag`]: which one is next.

mod backend_kill;
mod bag;
mod disk_full;
mod gateway_dies_after_effect;
mod gateway_down;
mod gateway_slow;
mod kill;
mod pause;
mod postgres_stop;
mod term;

pub use bag::{Bag, NAMES};

use std::time::Duration;

use crate::storm::World;
use crate::support::dice::Dice;

/// When to look what was under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Right before the strike: afterwards rows or ledgers cannot be read, or go on changing.
    Before,
    /// Right after it: what one server was about stays as it was.
    After,
}

/// A strike.
#[derive(Debug)]
pub struct Struck {
    /// The server that was hit; none where all feel it.
    pub server: Option<usize>,
    /// What was done, for whoever watches.
    pub what: String,
    /// How long it lasts before it is healed.
    pub hold: Duration,
}

/// A fault.
#[async_trait::async_trait(?Send)]
pub trait Fault {
    /// Its name, as the command line and the line of JSON have it.
    fn name(&self) -> &'static str;

    /// When to look what was under way.
    fn sight(&self) -> Sight;

    /// Strikes.
    async fn strike(&mut self, world: &mut World, dice: &mut Dice) -> Struck;

    /// Mends what was broken, and nothing that the break has caused.
    async fn heal(&mut self, world: &mut World);
}

/// A time between two.
fn between(dice: &mut Dice, least_ms: u64, most_ms: u64) -> Duration {
    Duration::from_millis(least_ms + dice.below(most_ms - least_ms))
}

/// One of the two servers or gateways.
fn one_of_two(dice: &mut Dice) -> usize {
    usize::from(dice.below(2) == 1)
}
