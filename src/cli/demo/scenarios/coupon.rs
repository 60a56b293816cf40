//! A coupon on a digital product, and a client that sends its PlaceOrder twice.

use prost::Message as _;

use super::{Scenario, Scene};
use crate::cli::demo::stage::Stage;
use crate::cli::trial::TrialError;
use crate::cli::trial::shop::{fresh, total_of};
use crate::cli::trial::steps::{GOOD_CARD, buyer, paid, place, ready};

/// EUR 49.00 less ten per cent.
const EXPECTED_TOTAL: i64 = 4_410;

pub(super) async fn play(stage: &Stage) -> Result<Scene, TrialError> {
    let shop = &stage.shop;
    let cart = shop.cart(&[("COURSE-BREWING", 1)]).await?;
    let cart = shop.apply_code(&cart, "welcome10").await?;
    let checkout = ready(shop.checkout(&cart, buyer()).await?)?;
    let request_id = fresh();
    let both = tokio::join!(
        place(shop, &checkout, &request_id, &GOOD_CARD),
        place(shop, &checkout, &request_id, &GOOD_CARD)
    );
    let order = both.0?.order()?;
    both.1?.order()?;
    let first = shop.place(&checkout, &request_id, &GOOD_CARD).await?.encode_to_vec();
    let again = shop.place(&checkout, &request_id, &GOOD_CARD).await?.encode_to_vec();
    if first != again {
        return Err(TrialError::unexpected("the same PlaceOrder was answered in two ways"));
    }
    if total_of(&order) != EXPECTED_TOTAL {
        return Err(TrialError::unexpected(format!("it costs {}, not {EXPECTED_TOTAL}", total_of(&order))));
    }
    let order = paid(shop, &order).await?;
    Ok(Scene {
        name: Scenario::Coupon.name(),
        told: vec![
            "An online course for EUR 49.00, with the coupon WELCOME10; nothing is delivered, so the money is \
             taken at once."
                .to_owned(),
            "An impatient client sends PlaceOrder twice at once, and twice more later: one request id, one order, \
             one charge, and the later replies are the same byte for byte."
                .to_owned(),
        ],
        outcome: "order",
        order,
        charged_at: Some("primary"),
        taken: true,
    })
}
