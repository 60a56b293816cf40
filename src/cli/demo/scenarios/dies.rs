//! The primary gateway is killed after its authorisation is durable and before it answers. Nobody knows whether the
//! card was charged, so that order waits and is not tried elsewhere; the next shopper's is. The primary comes back
//! on its ledger, and the first order is resolved without anybody's help.

use tokio::time::Instant;

use super::{Scenario, Scene};
use crate::cli::demo::stage::Stage;
use crate::cli::trial::TrialError;
use crate::cli::trial::shop::{fresh, payments_of};
use crate::cli::trial::steps::{Answer, GOOD_CARD, place, to_be_sent};
use crate::proto::cashwrap::v1::Order;
use crate::proto::cashwrap::v1::place_order_response::Result as Placed;

/// A card that the primary authorises without ever saying so: time enough to kill it in between.
const SILENT_CARD: [(&str, &str); 2] =
    [("primary", "tok_primary_timeoutafter"), ("backup", "tok_backup_approve")];

pub(super) async fn play(stage: &mut Stage) -> Result<Vec<Scene>, TrialError> {
    let played = unknown_then_resolved(stage).await;
    // Whatever went wrong, who plays next finds the primary alive.
    stage.primary.revive().await?;
    played
}

async fn unknown_then_resolved(stage: &mut Stage) -> Result<Vec<Scene>, TrialError> {
    let first = to_be_sent(&stage.shop, &[("POT-IRON-08", 1)]).await?;
    let next = to_be_sent(&stage.shop, &[("TEA-HERBAL-80", 3)]).await?;
    let before = stage.primary.ledger().await?.authorisations();

    let (shop, request_id, began) = (stage.shop.clone(), fresh(), Instant::now());
    let parking = async { shop.place(&first, &request_id, &SILENT_CARD).await };
    let meanwhile = async {
        stage.primary.kill_once_it_authorises(before).await?;
        place(&shop, &next, &fresh(), &GOOD_CARD).await?.order()
    };
    let (parked, backed) = tokio::join!(parking, meanwhile);
    match parked?.result {
        Some(Placed::Processing(_)) => {}
        other => {
            let what = format!("the outcome was unknown, and PlaceOrder answered {other:?}");
            return Err(TrialError::unexpected(what));
        }
    }
    stage.primary.revive().await?;
    let resolved = match place(&stage.shop, &first, &request_id, &SILENT_CARD).await? {
        Answer::Decline(_) => return Err(TrialError::unexpected("the first order was given up")),
        answer => answer.order()?,
    };
    let (waited, held_at_primary) = (began.elapsed(), at_primary(stage, &resolved).await?);
    let resolution = if held_at_primary {
        "the order is made with what the primary holds."
    } else {
        "has released what the primary held, and then charged the backup: once, after all."
    };
    let resolved = Scene {
        name: Scenario::Dies.name(),
        told: vec![
            "The primary holds the money, and is killed before it can say so. Whether the card was charged is unknown, \
             so no other gateway is tried: PlaceOrder answers PROCESSING."
                .to_owned(),
            format!(
                "The primary is started again on its ledger. {} s after the button was pressed the service has \
                 found out by itself, and {resolution}",
                waited.as_secs()
            ),
        ],
        outcome: "processing-then-order",
        order: resolved,
        charged_at: None,
        taken: false,
    };
    Ok(vec![resolved, next_shopper(backed?)])
}

async fn at_primary(stage: &Stage, order: &Order) -> Result<bool, TrialError> {
    Ok(stage.primary.ledger().await?.moved(&payments_of(order)).charged() > 0)
}

fn next_shopper(order: Order) -> Scene {
    Scene {
        name: "primary-dies-next-shopper",
        told: vec![
            "While that order waited, the next shopper's connection to the dead primary was refused: charged at \
             the backup at once."
                .to_owned(),
        ],
        outcome: "order-at-backup",
        order,
        charged_at: Some("backup"),
        taken: false,
    }
}
