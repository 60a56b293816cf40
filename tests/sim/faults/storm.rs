//! The faults of one seed: which are loose, with which odds, and how often each struck.

use super::{ALL, Blow, Site, Stage};
use crate::dice::Dice;

/// Hits per fault and stage.
pub type Hits = [[u64; Stage::ALL.len()]; ALL.len()];

/// No hits.
pub const NO_HITS: Hits = [[0; Stage::ALL.len()]; ALL.len()];

/// However rare a stage is, so many of ten thousand effects are struck at most.
const MOST: u64 = 7_000;

/// How much more often faults strike in a stage that few effects are in.
const fn rarity(stage: Stage) -> u64 {
    match stage {
        Stage::None | Stage::Paying | Stage::Completed => 1,
        Stage::AwaitingAction | Stage::Compensating => 3,
        Stage::Failed => 10,
    }
}

/// The faults of one seed.
#[derive(Debug)]
pub struct Storm {
    loose: [Vec<(usize, u64)>; Site::ALL.len()],
    raging: bool,
    /// How often each struck.
    pub hits: Hits,
}

impl Storm {
    /// Lets about half of the faults loose. One seed in sixteen has none.
    pub fn roll(dice: &mut Dice) -> Self {
        let mut loose: [Vec<(usize, u64)>; Site::ALL.len()] = std::array::from_fn(|_| Vec::new());
        let calm = dice.below(16) == 0;
        for (index, fault) in ALL.iter().enumerate() {
            // A third of the loose ones in full force, the others anywhere below.
            let odds = match dice.below(6) {
                0 | 1 => fault.odds.min(1 + dice.below(fault.odds.max(1))),
                2 => fault.odds,
                _ => 0,
            };
            if calm || odds == 0 {
                continue;
            }
            for site in fault.sites {
                loose[*site as usize].push((index, odds));
            }
        }
        Self { loose, raging: true, hits: NO_HITS }
    }

    /// No fault strikes from now on.
    pub fn end(&mut self) {
        self.raging = false;
    }

    /// Which fault strikes an effect at this site, if one does.
    pub fn strike(&mut self, site: Site, stage: Stage, dice: &mut Dice) -> Option<(&'static str, Blow)> {
        let loose = &self.loose[site as usize];
        if !self.raging || loose.is_empty() {
            return None;
        }
        let sum: u64 = loose.iter().map(|(_, odds)| odds).sum();
        let rarity = rarity(stage).min(MOST / sum).max(1);
        let mut roll = dice.below(10_000);
        for (index, odds) in loose {
            let odds = odds * rarity;
            if roll < odds {
                self.hits[*index][stage as usize] += 1;
                return Some((ALL[*index].name, (ALL[*index].blow)(dice)));
            }
            roll -= odds;
        }
        None
    }

    /// Counts a fault that struck by itself.
    pub fn count(&mut self, name: &str, stage: Stage) {
        if let Some(index) = ALL.iter().position(|fault| fault.name == name) {
            self.hits[index][stage as usize] += 1;
        }
    }
}
