//! Click and collect: the cart's goods choose another flow, and no address is asked for.

use super::{Scenario, Scene};
use crate::cli::demo::stage::Stage;
use crate::cli::trial::TrialError;
use crate::cli::trial::shop::fresh;
use crate::cli::trial::steps::{GOOD_CARD, buyer, delivery, place, ready};
use crate::proto::cashwrap::v1::delivery_selection::Choice;

pub(super) async fn play(stage: &Stage) -> Result<Scene, TrialError> {
    let shop = &stage.shop;
    let cart = shop.cart(&[("KETTLE-STEEL", 1)]).await?;
    let checkout = shop.checkout(&cart, buyer()).await?;
    let flow = checkout.flow.clone().unwrap_or_default();
    let places = shop.pickup_locations(&checkout).await?;
    let nearest =
        places.into_iter().next().ok_or_else(|| TrialError::unexpected("there is no place to collect at"))?;
    let chosen = shop.update(&checkout, delivery(Choice::PickupLocationId(nearest.id))).await?;
    let order = place(shop, &ready(chosen)?, &fresh(), &GOOD_CARD).await?.order()?;
    Ok(Scene {
        name: Scenario::Collect.name(),
        told: vec![
            format!(
                "A kettle may be collected, so the flow {:?} is chosen ({}).",
                flow.id, flow.matched_rule
            ),
            format!(
                "It waits at {:?}; no carrier is asked, and the card is held until it is handed out.",
                nearest.title
            ),
        ],
        outcome: "order",
        order,
        charged_at: Some("primary"),
        taken: false,
    })
}
