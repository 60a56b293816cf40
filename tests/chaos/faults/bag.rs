//! Which fault is next: all of them in a shuffled order, then again in another.

use super::Fault;
use super::backend_kill::BackendKill;
use super::disk_full::DiskFull;
use super::gateway_dies_after_effect::GatewayDiesAfterEffect;
use super::gateway_down::GatewayDown;
use super::gateway_slow::GatewaySlow;
use super::kill::Kill;
use super::pause::Pause;
use super::postgres_stop::PostgresStop;
use super::term::Term;
use crate::support::dice::Dice;

/// Every fault.
pub const NAMES: [&str; 9] = [
    "kill",
    "pause",
    "term",
    "postgres_stop",
    "backend_kill",
    "disk_full",
    "gateway_down",
    "gateway_slow",
    "gateway_dies_after_effect",
];

fn fresh(name: &str) -> Box<dyn Fault> {
    match name {
        "kill" => Box::new(Kill::default()),
        "pause" => Box::new(Pause::default()),
        "term" => Box::new(Term::default()),
        "postgres_stop" => Box::new(PostgresStop),
        "backend_kill" => Box::new(BackendKill),
        "disk_full" => Box::new(DiskFull),
        "gateway_down" => Box::new(GatewayDown::default()),
        "gateway_slow" => Box::new(GatewaySlow::default()),
        "gateway_dies_after_effect" => Box::new(GatewayDiesAfterEffect),
        _ => panic!("{name}: no such fault"),
    }
}

/// The faults that may come.
pub struct Bag {
    all: Vec<&'static str>,
    left: Vec<&'static str>,
    rounds: u64,
}

impl Bag {
    /// Every fault but these, or why there is none.
    pub fn without(left_out: &[String]) -> Result<Self, String> {
        let all: Vec<&str> =
            NAMES.into_iter().filter(|name| !left_out.iter().any(|out| out == name)).collect();
        if all.is_empty() {
            return Err("every fault is left out: leave one in".to_owned());
        }
        Ok(Self { left: all.clone(), all, rounds: 0 })
    }

    /// Whether a fault may come.
    pub fn holds(&self, name: &str) -> bool {
        self.all.contains(&name)
    }

    /// Whether each was drawn at least once.
    pub fn went_round(&self) -> bool {
        self.rounds > 0
    }

    /// The next one.
    pub fn draw(&mut self, dice: &mut Dice) -> Box<dyn Fault> {
        let at = dice.below(u64::try_from(self.left.len()).unwrap());
        let name = self.left.swap_remove(usize::try_from(at).unwrap());
        if self.left.is_empty() {
            self.left.clone_from(&self.all);
            self.rounds += 1;
        }
        let fault = fresh(name);
        assert_eq!(fault.name(), name, "a fault goes by one name");
        fault
    }
}
