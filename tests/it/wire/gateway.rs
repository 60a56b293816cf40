//! Between the server and its primary gateway. The backup is well the whole time, and is charged only where the
//! primary holds nothing.

use std::time::Duration;

use super::super::support::binary::{Kept, Server, Shop, Terms};
use super::super::support::dice::Dice;
use super::super::support::patience::{spawn, until};
use super::super::support::shopper::{Answer, Session, Shopper, answer};
use super::super::support::wire::Wire;
use super::super::support::witness::charges;
use super::{SOON, assert_ordered_and_charged_once, ordered};

/// A caller who is not kept, a gateway that is given up soon and asked again soon.
const TERMS: Terms = Terms {
    patience_ms: 600,
    timeout_ms: 1_500,
    slow_ms: 1_000,
    timing: "place_by_ms = 60000\nresolver_schedule_ms = [500, 1000, 2000, 4000, 8000, 16000]\n",
};

struct Scene {
    shop: Shop,
    wire: Wire,
    server: Server,
    shopper: Shopper,
    session: Session,
}

impl Scene {
    async fn set() -> Self {
        let mut shop = Shop::open(Kept::Sqlite, TERMS).await;
        let wire = Wire::to(shop.primary.port()).await;
        shop.primary_through = Some(wire.port());
        let server = shop.serve("server").await;
        let mut shopper = Shopper::at(server.channel(), Dice::of(Dice::fresh_seed()));
        let cart = shopper.fill_cart("COURSE").await;
        let session = shopper.check_out(&cart).await;
        Self { shop, wire, server, shopper, session }
    }

    /// An order before, so that the connection to the gateway stands.
    async fn warmed() -> Self {
        let mut scene = Self::set().await;
        let (first, request_id) = (scene.session.clone(), scene.shopper.request_id());
        ordered(&scene.shopper, &first, request_id, "approve").await;
        // Its capture too, lest that brings a connection of its own later.
        until("it is captured", SOON, async || {
            charges(&[&scene.shop.primary]).await.iter().all(|charge| charge.captures() == 1)
        })
        .await;
        let cart = scene.shopper.fill_cart("COURSE").await;
        scene.session = scene.shopper.check_out(&cart).await;
        scene
    }

    async fn backup_is_empty(&self) -> bool {
        charges(&[&self.shop.backup]).await.is_empty()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_charge_whose_answer_a_reset_swallowed_is_found_at_the_primary_and_not_repeated_at_the_backup() {
    let mut scene = Scene::set().await;
    let request_id = scene.shopper.request_id();
    let call = spawn(scene.shopper.place(&scene.session, request_id, "slow"));
    until("the gateway has charged", SOON, async || {
        charges(&[&scene.shop.primary]).await.iter().any(|charge| charge.has(&["authorised"]))
    })
    .await;
    scene.wire.cut_answers();
    assert_eq!(answer(&call.await.unwrap().unwrap()), Answer::Processing);
    scene.wire.calm();

    let order = ordered(&scene.shopper, &scene.session, request_id, "slow").await;
    assert!(scene.backup_is_empty().await);
    assert_ordered_and_charged_once(&scene.shop, scene.server.channel(), &scene.session, &order).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_a_partition_held_lands_late_and_is_still_one_charge_at_one_gateway() {
    let mut scene = Scene::warmed().await;
    let request_id = scene.shopper.request_id();
    let before = charges(&[&scene.shop.primary]).await.len();
    scene.wire.hold();
    let parked = scene.shopper.place(&scene.session, request_id, "approve").await.unwrap();
    assert_eq!(answer(&parked), Answer::Processing);
    // The server has given the request up; the network has not.
    tokio::time::sleep(Duration::from_millis(TERMS.timeout_ms + 300)).await;
    assert_eq!(charges(&[&scene.shop.primary]).await.len(), before);
    assert!(scene.backup_is_empty().await, "a timeout never fails over");
    scene.wire.calm();

    let order = ordered(&scene.shopper, &scene.session, request_id, "approve").await;
    assert!(scene.backup_is_empty().await);
    assert_ordered_and_charged_once(&scene.shop, scene.server.channel(), &scene.session, &order).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_open_connection_to_the_gateway_parks_one_order_and_is_not_used_again() {
    let mut scene = Scene::warmed().await;
    let request_id = scene.shopper.request_id();
    scene.wire.forget();
    let opened = scene.wire.opened();
    let parked = scene.shopper.place(&scene.session, request_id, "approve").await.unwrap();
    assert_eq!(answer(&parked), Answer::Processing);

    let order = ordered(&scene.shopper, &scene.session, request_id, "approve").await;
    assert!(scene.wire.opened() > opened, "the resolver came over a new connection");
    assert!(scene.backup_is_empty().await);
    assert_ordered_and_charged_once(&scene.shop, scene.server.channel(), &scene.session, &order).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_resets_whoever_connects_never_makes_two_charges() {
    let mut scene = Scene::set().await;
    let request_id = scene.shopper.request_id();
    scene.wire.close();
    let told = scene.shopper.place(&scene.session, request_id, "approve").await.unwrap();
    // Whether a byte had left when the reset came, the kernel decides: an order at the backup, or a parked one.
    assert!(matches!(answer(&told), Answer::Order(_) | Answer::Processing), "{told:?}");
    scene.wire.calm();

    let order = ordered(&scene.shopper, &scene.session, request_id, "approve").await;
    assert_ordered_and_charged_once(&scene.shop, scene.server.channel(), &scene.session, &order).await;
}
