//! A gateway answers later than it may: whether it executed is not known.

use serde_json::json;

use super::{Fault, Sight, Struck, between};
use crate::storm::World;
use crate::support::dice::Dice;
use crate::terms::SLOWER_THAN_ALLOWED_MS;

#[derive(Default)]
pub(super) struct GatewaySlow {
    gateway: usize,
}

#[async_trait::async_trait(?Send)]
impl Fault for GatewaySlow {
    fn name(&self) -> &'static str {
        "gateway_slow"
    }

    fn sight(&self) -> Sight {
        Sight::Before
    }

    async fn strike(&mut self, world: &mut World, dice: &mut Dice) -> Struck {
        // The backup is asked seldom, so that the primary is the one to slow down.
        self.gateway = usize::from(dice.below(4) == 0);
        let delay_ms = SLOWER_THAN_ALLOWED_MS + dice.below(1_000);
        world.gateway(self.gateway).set_faults(json!({ "delay_ms": delay_ms })).await;
        let what = format!("gateway {} waits for {delay_ms} ms", self.gateway + 1);
        Struck { server: None, what, hold: between(dice, 500, 3_000) }
    }

    async fn heal(&mut self, world: &mut World) {
        world.heal_gateway(self.gateway).await;
    }
}
