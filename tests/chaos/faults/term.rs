//! SIGTERM of a server, as in a rolling deploy: it must end in order within its grace.

use super::{Fault, Sight, Struck, between, one_of_two};
use crate::storm::World;
use crate::support::dice::Dice;

#[derive(Default)]
pub(super) struct Term {
    server: usize,
}

#[async_trait::async_trait(?Send)]
impl Fault for Term {
    fn name(&self) -> &'static str {
        "term"
    }

    fn sight(&self) -> Sight {
        // Afterwards it has ended everything that was under way.
        Sight::Before
    }

    async fn strike(&mut self, world: &mut World, dice: &mut Dice) -> Struck {
        self.server = one_of_two(dice);
        if !world.servers[self.server].terminate().await {
            world.complaints.push(format!("server {} did not end in order", self.server + 1));
        }
        let what = format!("SIGTERM of server {}", self.server + 1);
        Struck { server: Some(self.server), what, hold: between(dice, 0, 500) }
    }

    async fn heal(&mut self, world: &mut World) {
        world.servers[self.server].restart().await;
    }
}
