//! How a shopper places: again and again under one request id until the end is heard.

use std::time::Duration;

use uuid::Uuid;

use super::acknowledgements::Heard;
use crate::support::shopper::{Answer, Session, Shopper, answer, insist, told};

/// Asked again sooner, a shopper whose placement is being found out would only heat the machine.
const PROCESSING_PAUSE: Duration = Duration::from_millis(100);

/// Places under one request id until the end is heard, and does what the card asks for.
pub async fn ask(shopper: &Shopper, session: &Session, request_id: Uuid, card: &str) -> Heard {
    let (behaviour, approves) = match card.split_once(':') {
        Some((behaviour, _)) => (behaviour, false),
        None => (card, true),
    };
    loop {
        let response = match insist(|| shopper.place(session, request_id, behaviour)).await {
            Ok(response) => response,
            Err(status) => return Heard::Refused(told(&status).reason),
        };
        match answer(&response) {
            Answer::Order(order) => return Heard::Order(order),
            Answer::Declined(_) => return Heard::Declined,
            Answer::Action { id, page } if visit(&page, approves).await => {
                // A request of its own, and the same one in every repeat.
                let confirming = Uuid::from_u128(request_id.as_u128() ^ 1);
                // Whatever it says, PlaceOrder says it too.
                let _ = insist(|| shopper.confirm(session, confirming, &id)).await;
            }
            Answer::Action { .. } | Answer::Processing => tokio::time::sleep(PROCESSING_PAUSE).await,
        }
    }
}

/// Does what the buyer does on the bank's page; whether the bank was there. A second visit changes nothing.
async fn visit(page: &str, approves: bool) -> bool {
    let result = if approves { "success" } else { "fail" };
    let visit = reqwest::Client::new().get(page).query(&[("result", result)]).timeout(Duration::from_secs(5));
    visit.send().await.is_ok()
}
