//! A guest buys, and the goods are sent: held at first, taken when they leave the warehouse.

use super::{Scenario, Scene};
use crate::cli::demo::stage::Stage;
use crate::cli::trial::TrialError;
use crate::cli::trial::shop::fresh;
use crate::cli::trial::steps::{GOOD_CARD, paid, place, to_be_sent};

pub(super) async fn play(stage: &Stage) -> Result<Scene, TrialError> {
    let checkout = to_be_sent(&stage.shop, &[("TEA-GREEN-100", 2)]).await?;
    let order = place(&stage.shop, &checkout, &fresh(), &GOOD_CARD).await?.order()?;
    stage.shop.capture(&order).await?;
    let order = paid(&stage.shop, &order).await?;
    Ok(Scene {
        name: Scenario::Guest.name(),
        told: vec![
            "Ada puts two packs of tea into a cart, gives an address and chooses the cheapest delivery."
                .to_owned(),
            "Her card is only held when she orders; the money is taken when the warehouse sends the parcel."
                .to_owned(),
        ],
        outcome: "order",
        order,
        charged_at: Some("primary"),
        taken: true,
    })
}
