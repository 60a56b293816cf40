//! A decline is an answer, not an error: the checkout is open again, and another card pays.

use super::{Scenario, Scene};
use crate::cli::demo::stage::Stage;
use crate::cli::trial::TrialError;
use crate::cli::trial::shop::fresh;
use crate::cli::trial::steps::{Answer, GOOD_CARD, place, to_be_sent};
use crate::proto::cashwrap::v1::DeclineClass;

const EMPTY_CARD: [(&str, &str); 2] = [
    ("primary", "tok_primary_decline_insufficient_funds"),
    ("backup", "tok_backup_decline_insufficient_funds"),
];

pub(super) async fn play(stage: &Stage) -> Result<Scene, TrialError> {
    let shop = &stage.shop;
    let checkout = to_be_sent(shop, &[("STRAINER-FINE", 1), ("CUP-BLUE", 2)]).await?;
    let declined = match place(shop, &checkout, &fresh(), &EMPTY_CARD).await? {
        Answer::Decline(decline) if decline.decline_class() == DeclineClass::Funds => decline,
        _ => return Err(TrialError::unexpected("an empty card was not declined for want of funds")),
    };
    let checkout = shop.read(&checkout).await?;
    let order = place(shop, &checkout, &fresh(), &GOOD_CARD).await?.order()?;
    Ok(Scene {
        name: Scenario::Decline.name(),
        told: vec![
            format!(
                "The first card is empty: PlaceOrder answers {} with {}, and no backup is asked, for a backup \
                 would ask the same bank.",
                declined.decline_class().as_str_name(),
                declined.next_action().as_str_name()
            ),
            "The checkout is open again at its payment, and another card pays.".to_owned(),
        ],
        outcome: "order-after-decline",
        order,
        charged_at: Some("primary"),
        taken: false,
    })
}
