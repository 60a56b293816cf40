//! A payment that its customer must approve on the bank's page. What the browser brings back is not believed: the
//! gateway is asked.

use super::{Scenario, Scene};
use crate::cli::demo::stage::Stage;
use crate::cli::trial::TrialError;
use crate::cli::trial::shop::fresh;
use crate::cli::trial::steps::{Answer, confirm, place, to_be_sent};
use crate::proto::cashwrap::v1::CheckoutDetails;
use crate::proto::cashwrap::v1::payment_action::Kind;

const CAREFUL_CARD: [(&str, &str); 2] = [("primary", "tok_primary_action"), ("backup", "tok_backup_action")];

pub(super) async fn play(stage: &Stage) -> Result<Scene, TrialError> {
    let shop = &stage.shop;
    let checkout = to_be_sent(shop, &[("BOOK-OF-TEA", 1)]).await?;
    let back = CheckoutDetails {
        return_uri: "https://shop.example/checkout/return".to_owned(),
        ..CheckoutDetails::default()
    };
    let checkout = shop.update(&checkout, back).await?;
    let Answer::Action(action) = place(shop, &checkout, &fresh(), &CAREFUL_CARD).await? else {
        return Err(TrialError::unexpected("the bank did not ask its customer"));
    };
    let Some(Kind::Redirect(page)) = &action.kind else {
        return Err(TrialError::unexpected("the bank's page has no address"));
    };
    stage.primary.accept(&page.uri).await?;
    let order = confirm(shop, &checkout, &action.id).await?;
    Ok(Scene {
        name: Scenario::Action.name(),
        told: vec![
            "The card wants its owner's approval: PlaceOrder answers with the address of the bank's page.".to_owned(),
            "Ada opens it and approves; ConfirmPaymentAction asks the gateway, not the browser, and the order \
             is made."
                .to_owned(),
        ],
        outcome: "order-after-action",
        order,
        charged_at: Some("primary"),
        taken: false,
    })
}
