//! The database's disk is full: statements fail, and once its log cannot grow the server goes down.

use tokio::task::block_in_place;

use super::{Fault, Sight, Struck, between};
use crate::storm::World;
use crate::support::dice::Dice;

pub(super) struct DiskFull;

#[async_trait::async_trait(?Send)]
impl Fault for DiskFull {
    fn name(&self) -> &'static str {
        "disk_full"
    }

    fn sight(&self) -> Sight {
        Sight::Before
    }

    async fn strike(&mut self, world: &mut World, dice: &mut Dice) -> Struck {
        block_in_place(|| world.postgres.fill_disk());
        // A table is full at its next page, and the log at its next file, which a checkpoint may bring sooner.
        let switched = block_in_place(|| world.postgres.ask("SELECT pg_switch_wal()"));
        let what = match switched {
            Ok(_) => "no space is left; the log goes on in the files that it has".to_owned(),
            Err(_) => "no space is left, and the server went down".to_owned(),
        };
        Struck { server: None, what, hold: between(dice, 1_000, 3_000) }
    }

    async fn heal(&mut self, world: &mut World) {
        block_in_place(|| world.postgres.drain_disk());
        world.heal_postgres();
    }
}
