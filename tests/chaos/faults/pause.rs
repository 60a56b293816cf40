//! SIGSTOP of a server for more than twice its lease, then SIGCONT: it wakes up in the middle of what others have
//! taken over.

use super::{Fault, Sight, Struck, between, one_of_two};
use crate::storm::World;
use crate::support::dice::Dice;
use crate::terms::LEASE;

#[derive(Default)]
pub(super) struct Pause {
    server: usize,
}

#[async_trait::async_trait(?Send)]
impl Fault for Pause {
    fn name(&self) -> &'static str {
        "pause"
    }

    fn sight(&self) -> Sight {
        Sight::After
    }

    async fn strike(&mut self, world: &mut World, dice: &mut Dice) -> Struck {
        self.server = one_of_two(dice);
        world.servers[self.server].pause();
        let what = format!("SIGSTOP of server {}", self.server + 1);
        Struck { server: Some(self.server), what, hold: 2 * LEASE + between(dice, 100, 1_500) }
    }

    async fn heal(&mut self, world: &mut World) {
        world.servers[self.server].resume();
    }
}
