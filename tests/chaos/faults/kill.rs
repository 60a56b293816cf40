//! SIGKILL of a server.

use super::{Fault, Sight, Struck, between, one_of_two};
use crate::storm::World;
use crate::support::dice::Dice;

#[derive(Default)]
pub(super) struct Kill {
    server: usize,
}

#[async_trait::async_trait(?Send)]
impl Fault for Kill {
    fn name(&self) -> &'static str {
        "kill"
    }

    fn sight(&self) -> Sight {
        Sight::After
    }

    async fn strike(&mut self, world: &mut World, dice: &mut Dice) -> Struck {
        self.server = one_of_two(dice);
        world.servers[self.server].kill();
        let what = format!("SIGKILL of server {}", self.server + 1);
        Struck { server: Some(self.server), what, hold: between(dice, 0, 1_500) }
    }

    async fn heal(&mut self, world: &mut World) {
        world.servers[self.server].restart().await;
    }
}
