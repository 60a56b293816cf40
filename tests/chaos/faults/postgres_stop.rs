//! `pg_ctl stop -m immediate`: every session ends, and the database recovers from its log when it starts again.

use tokio::task::block_in_place;

use super::{Fault, Sight, Struck, between};
use crate::storm::World;
use crate::support::dice::Dice;

pub(super) struct PostgresStop;

#[async_trait::async_trait(?Send)]
impl Fault for PostgresStop {
    fn name(&self) -> &'static str {
        "postgres_stop"
    }

    fn sight(&self) -> Sight {
        Sight::Before
    }

    async fn strike(&mut self, world: &mut World, dice: &mut Dice) -> Struck {
        block_in_place(|| world.postgres.stop_immediately());
        let what = "PostgreSQL is stopped at once".to_owned();
        Struck { server: None, what, hold: between(dice, 0, 2_000) }
    }

    async fn heal(&mut self, world: &mut World) {
        world.heal_postgres();
    }
}
