//! Two shoppers pay for the last unit at the same moment. Stock is held before any card is touched.

use super::{Scenario, Scene};
use crate::cli::demo::stage::Stage;
use crate::cli::trial::TrialError;
use crate::cli::trial::shop::fresh;
use crate::cli::trial::steps::{Answer, GOOD_CARD, place, to_be_sent};
use crate::proto::cashwrap::v1::Order;

/// The catalogue has one of it.
const LAST: [(&str, i32); 1] = [("CUP-SAND", 1)];

pub(super) async fn play(stage: &Stage) -> Result<Scene, TrialError> {
    let shop = &stage.shop;
    let (ada, bob) = tokio::try_join!(to_be_sent(shop, &LAST), to_be_sent(shop, &LAST))?;
    let (first, second) = (fresh(), fresh());
    let (ada, bob) =
        tokio::join!(place(shop, &ada, &first, &GOOD_CARD), place(shop, &bob, &second, &GOOD_CARD));
    let (order, reason) = winner(ada, bob)?;
    Ok(Scene {
        name: Scenario::LastUnit.name(),
        told: vec![
            "Both see one cup left, and both press the button at once.".to_owned(),
            format!("One gets the order; the other is told {reason} before a card is touched."),
        ],
        outcome: "one-order-one-out-of-stock",
        order,
        charged_at: Some("primary"),
        taken: false,
    })
}

fn winner(
    ada: Result<Answer, TrialError>,
    bob: Result<Answer, TrialError>,
) -> Result<(Order, String), TrialError> {
    match (ada, bob) {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => match lost.reason() {
            Some(reason) if reason == "OUT_OF_STOCK" => Ok((won.order()?, reason)),
            _ => Err(lost),
        },
        (Ok(_), Ok(_)) => Err(TrialError::unexpected("the last cup was sold twice")),
        (Err(error), Err(_)) => Err(error),
    }
}
