//! Between the server and PostgreSQL: what a commit's lost answer, a partition and half-open connections do.

use std::time::Duration;

use tonic::Code;

use super::super::support::binary::{Kept, Server, Shop, Terms, endpoint};
use super::super::support::dice::Dice;
use super::super::support::patience::{spawn, until};
use super::super::support::shopper::{Shopper, told};
use super::super::support::wire::Wire;
use super::{SOON, assert_ordered_and_charged_once, buy, ordered};
use cashwrap::proto::cashwrap::v1 as api;
use cashwrap::proto::cashwrap::v1::cart_service_client::CartServiceClient;

/// Leases short enough that what a cut left behind is taken up within a test.
const TERMS: Terms = Terms {
    patience_ms: 3_000,
    timeout_ms: 5_000,
    slow_ms: 300,
    timing: "lease_ms = 2000\nrenew_ms = 500\n",
};

async fn scene() -> (Shop, Wire, Server) {
    let mut shop = Shop::open(Kept::Postgres, TERMS).await;
    let wire = Wire::to(shop.database_port()).await;
    shop.reach_database_through(wire.port());
    let server = shop.serve("server").await;
    (shop, wire, server)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_whose_answers_are_cut_off_again_and_again_are_neither_lost_nor_repeated() {
    const SHOPPERS: u64 = 4;
    const EACH: usize = 6;
    let (shop, wire, server) = scene().await;
    let buying: Vec<_> = (0..SHOPPERS)
        .map(|seed| spawn(buy(Shopper::at(server.channel(), Dice::of(seed)), EACH, "approve")))
        .collect();
    let before = wire.opened();
    let mut dice = Dice::of(7);
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_millis(dice.below(120))).await;
        wire.cut_answers();
        tokio::time::sleep(Duration::from_millis(10)).await;
        wire.calm();
    }
    for shopper in buying {
        for (session, order) in shopper.await.unwrap() {
            assert_ordered_and_charged_once(&shop, server.channel(), &session, &order).await;
        }
    }
    assert!(wire.opened() > before, "connections were lost and made again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_from_the_database_is_told_within_the_calls_deadline_and_needs_no_hand_when_it_heals() {
    let (shop, wire, server) = scene().await;
    let mut shopper = Shopper::at(server.channel(), Dice::of(Dice::fresh_seed()));
    let cart = shopper.fill_cart("COURSE").await;
    let session = shopper.check_out(&cart).await;

    wire.hold();
    let mut carts =
        CartServiceClient::new(endpoint(server.port()).timeout(Duration::from_secs(20)).connect_lazy());
    let status = carts.get_cart(api::GetCartRequest { name: cart.clone() }).await.unwrap_err();
    assert_eq!(told(&status).reason, "STORE_UNAVAILABLE", "{status}");
    assert_eq!(status.code(), Code::Unavailable);
    wire.calm();

    let request_id = shopper.request_id();
    let order = ordered(&shopper, &session, request_id, "approve").await;
    assert_ordered_and_charged_once(&shop, server.channel(), &session, &order).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_open_connections_to_the_database_are_given_up_one_by_one_and_the_service_goes_on() {
    let (shop, wire, server) = scene().await;
    let mut shopper = Shopper::at(server.channel(), Dice::of(Dice::fresh_seed()));
    let cart = shopper.fill_cart("COURSE").await;
    let session = shopper.check_out(&cart).await;

    wire.forget();
    let opened = wire.opened();
    let request_id = shopper.request_id();
    let order = ordered(&shopper, &session, request_id, "approve").await;
    until("new connections were made", SOON, async || wire.opened() > opened).await;
    assert_ordered_and_charged_once(&shop, server.channel(), &session, &order).await;
}
