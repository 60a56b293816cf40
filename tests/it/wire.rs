//! The wire at its worst: answers that are cut off, connections that are half open, partitions that heal, servers
//! that leave; between shopper and server, server and gateway, server and PostgreSQL.
//!
//! The processes are the real ones, over a stretch of network that the test makes worse. What must hold is always
//! the same: whoever asks again under the same request id is told one order, and one charge stands for it.

mod callers;
mod database;
mod gateway;

use std::time::Duration;

use cashwrap::proto::cashwrap::v1::CheckoutState;
use tokio::time::Instant;
use tonic::transport::Channel;
use uuid::Uuid;

use super::support::binary::Shop;
use super::support::patience::until;
use super::support::shopper::{Answer, Session, Shopper, answer, insist};
use super::support::witness::{Books, charges};

/// What anything here may take until it has come to its end.
const SOON: Duration = Duration::from_secs(30);

/// Asks under the same request id until there is an order; returns its name.
async fn ordered(shopper: &Shopper, session: &Session, request_id: Uuid, behaviour: &str) -> String {
    let end = Instant::now() + SOON;
    loop {
        let place = || shopper.place(session, request_id, behaviour);
        match answer(&insist(place).await.unwrap()) {
            Answer::Order(name) => return name,
            told => assert!(Instant::now() < end, "no order within {SOON:?}: {told:?}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Buys courses one after the other; says what came of each.
async fn buy(mut shopper: Shopper, count: usize, behaviour: &'static str) -> Vec<(Session, String)> {
    let mut bought = Vec::new();
    for _ in 0..count {
        let cart = shopper.fill_cart("COURSE").await;
        let session = shopper.check_out(&cart).await;
        let request_id = shopper.request_id();
        let order = ordered(&shopper, &session, request_id, behaviour).await;
        bought.push((session, order));
    }
    bought
}

/// One order of this session, of its total, and one live charge for it at the gateways, all of them together.
async fn assert_ordered_and_charged_once(shop: &Shop, channel: Channel, session: &Session, order: &str) {
    let mut books = Books::of(channel);
    let seen = books.order(order).await;
    assert_eq!((seen.checkout.as_str(), seen.total_minor), (session.name.as_str(), session.total_minor));
    let of_checkout = books.orders().await.iter().filter(|order| order.checkout == session.name).count();
    assert_eq!(of_checkout, 1);
    let all = charges(&[&shop.primary, &shop.backup]).await;
    let live: Vec<_> = all
        .iter()
        .filter(|charge| seen.payments.contains(&charge.reference) && charge.held + charge.captured > 0)
        .collect();
    assert_eq!(live.len(), 1, "{all:?}");
    assert_eq!(live[0].held + live[0].captured, session.total_minor, "{all:?}");
    assert!(live[0].captures() <= 1, "{all:?}");
}

/// Waits until the checkout is completed, as somebody who reads sees it.
async fn completed(shopper: &Shopper, session: &Session) {
    until("the checkout is completed", SOON, async || {
        shopper.look(session).await.state() == CheckoutState::Completed
    })
    .await;
}
