//! The primary gateway is gone. A refused connection proves that nothing was sent, so the backup may take over.

use super::{Scenario, Scene};
use crate::cli::demo::stage::Stage;
use crate::cli::trial::TrialError;
use crate::cli::trial::shop::fresh;
use crate::cli::trial::steps::{GOOD_CARD, place, to_be_sent};

pub(super) async fn play(stage: &mut Stage) -> Result<Scene, TrialError> {
    let checkout = to_be_sent(&stage.shop, &[("TEA-BLACK-100", 1), ("HONEY-LINDEN-250", 1)]).await?;
    stage.primary.kill().await?;
    let order = place(&stage.shop, &checkout, &fresh(), &GOOD_CARD).await?.order();
    stage.primary.revive().await?;
    Ok(Scene {
        name: Scenario::Refused.name(),
        told: vec![
            "The process of the primary gateway is stopped: its port refuses connections.".to_owned(),
            "Nothing was sent, and that is proved, so the same PlaceOrder is charged at the backup; the shopper \
             notices nothing. Then the primary is started again."
                .to_owned(),
        ],
        outcome: "order-at-backup",
        order: order?,
        charged_at: Some("backup"),
        taken: false,
    })
}
