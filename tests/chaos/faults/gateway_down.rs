//! A gateway is killed, or both are, and stay away for a while.

use super::{Fault, Sight, Struck, between};
use crate::storm::World;
use crate::support::dice::Dice;

#[derive(Default)]
pub(super) struct GatewayDown {
    gateways: Vec<usize>,
}

#[async_trait::async_trait(?Send)]
impl Fault for GatewayDown {
    fn name(&self) -> &'static str {
        "gateway_down"
    }

    fn sight(&self) -> Sight {
        Sight::Before
    }

    async fn strike(&mut self, world: &mut World, dice: &mut Dice) -> Struck {
        self.gateways = match dice.below(4) {
            0 => vec![0, 1],
            1 => vec![1],
            _ => vec![0],
        };
        for &gateway in &self.gateways {
            world.gateway(gateway).kill();
        }
        let what = format!("SIGKILL of {}", ["the primary", "the backup", "both"][self.place()]);
        Struck { server: None, what, hold: between(dice, 500, 3_000) }
    }

    async fn heal(&mut self, world: &mut World) {
        for &gateway in &self.gateways {
            world.heal_gateway(gateway).await;
        }
    }
}

impl GatewayDown {
    fn place(&self) -> usize {
        if self.gateways.len() == 2 { 2 } else { self.gateways[0] }
    }
}
