//! The primary executes an authorisation and dies before it answers.

use std::time::Duration;

use serde_json::json;

use super::{Fault, Sight, Struck, between};
use crate::storm::World;
use crate::support::dice::Dice;
use crate::support::patience::within;
use crate::terms::GATEWAY_DELAY_MS;

/// Longer than it takes until somebody pays.
const PAID_WITHIN: Duration = Duration::from_secs(10);

pub(super) struct GatewayDiesAfterEffect;

#[async_trait::async_trait(?Send)]
impl Fault for GatewayDiesAfterEffect {
    fn name(&self) -> &'static str {
        "gateway_dies_after_effect"
    }

    fn sight(&self) -> Sight {
        // The servers go on, but for the one placement, and the ledger cannot be read while the gateway is away.
        Sight::Before
    }

    async fn strike(&mut self, world: &mut World, dice: &mut Dice) -> Struck {
        let faults = json!({ "die_after_effect": true, "delay_ms": GATEWAY_DELAY_MS });
        world.shop.primary.set_faults(faults).await;
        let died = within(PAID_WITHIN, async || !world.shop.primary.runs()).await;
        if !died {
            world.complaints.push(format!("nobody paid within {PAID_WITHIN:?}: the gateway lives"));
        }
        let what = "the primary has died after an authorisation".to_owned();
        Struck { server: None, what, hold: between(dice, 0, 2_000) }
    }

    async fn heal(&mut self, world: &mut World) {
        world.heal_gateway(0).await;
    }
}
