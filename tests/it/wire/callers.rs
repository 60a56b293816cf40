//! Between a shopper and the server.

use std::time::Duration;

use tonic::Code;
use tonic::transport::Channel;

use super::super::support::binary::{Kept, Shop, Terms, endpoint};
use super::super::support::dice::Dice;
use super::super::support::patience::{spawn, until};
use super::super::support::shopper::{Answer, Shopper, answer, told};
use super::super::support::wire::Wire;
use super::super::support::witness::charges;
use super::{SOON, assert_ordered_and_charged_once, buy, completed, ordered};

/// Until the gateway has charged, whose answer is late.
async fn charged(shop: &Shop) {
    until("the gateway has charged and keeps its answer back", SOON, async || {
        charges(&[&shop.primary]).await.iter().any(|charge| charge.has(&["authorised"]))
    })
    .await;
}

fn shopper(channel: Channel) -> Shopper {
    Shopper::at(channel, Dice::of(Dice::fresh_seed()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_a_reset_swallowed_is_told_again_under_the_same_request_id() {
    let shop = Shop::open(Kept::Sqlite, Terms::default()).await;
    let server = shop.serve("server").await;
    let wire = Wire::to(server.port()).await;
    let mut shopper = shopper(endpoint(wire.port()).connect_lazy());
    let cart = shopper.fill_cart("CUP").await;
    let session = shopper.check_out_sent(&cart).await;
    let request_id = shopper.request_id();

    let call = spawn(shopper.place(&session, request_id, "slow"));
    charged(&shop).await;
    wire.cut_answers();
    let unheard = call.await.unwrap().unwrap_err();
    assert_ne!(unheard.code(), Code::Ok);
    wire.calm();

    let order = ordered(&shopper, &session, request_id, "slow").await;
    assert_ordered_and_charged_once(&shop, server.channel(), &session, &order).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadline_that_passes_at_a_slow_gateway_is_told_as_one_and_the_order_is_made_all_the_same() {
    let shop = Shop::open(Kept::Sqlite, Terms::default()).await;
    let server = shop.serve("server").await;
    let mut patient = shopper(server.channel());
    let cart = patient.fill_cart("CUP").await;
    let session = patient.check_out_sent(&cart).await;
    let request_id = patient.request_id();

    let hasty = shopper(endpoint(server.port()).timeout(Duration::from_millis(400)).connect_lazy());
    match hasty.place(&session, request_id, "slow").await {
        // Either side may notice first; the client's own clock says CANCELLED.
        Err(status) => {
            assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status}");
        }
        Ok(response) => assert_eq!(answer(&response), Answer::Processing),
    }
    completed(&patient, &session).await;
    let order = ordered(&patient, &session, request_id, "slow").await;
    assert_ordered_and_charged_once(&shop, server.channel(), &session, &order).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_a_partition_held_is_answered_when_it_heals_and_the_order_did_not_wait_for_it() {
    let shop = Shop::open(Kept::Sqlite, Terms::default()).await;
    let server = shop.serve("server").await;
    let wire = Wire::to(server.port()).await;
    let mut far = shopper(endpoint(wire.port()).connect_lazy());
    let cart = far.fill_cart("CUP").await;
    let session = far.check_out_sent(&cart).await;
    let request_id = far.request_id();

    let call = spawn(far.place(&session, request_id, "slow"));
    charged(&shop).await;
    wire.hold();
    completed(&shopper(server.channel()), &session).await;
    assert!(!call.is_finished(), "its answer is held");
    wire.calm();
    let answered = answer(&call.await.unwrap().unwrap());
    let order = ordered(&far, &session, request_id, "slow").await;
    assert_eq!(answered, Answer::Order(order.clone()));
    assert_ordered_and_charged_once(&shop, server.channel(), &session, &order).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_open_connection_is_given_up_by_its_client_who_finds_the_order_over_another() {
    let shop = Shop::open(Kept::Sqlite, Terms::default()).await;
    let server = shop.serve("server").await;
    let wire = Wire::to(server.port()).await;
    let attentive = endpoint(wire.port())
        .http2_keep_alive_interval(Duration::from_millis(500))
        .keep_alive_timeout(Duration::from_millis(500));
    let mut shopper = shopper(attentive.connect_lazy());
    let cart = shopper.fill_cart("CUP").await;
    let session = shopper.check_out_sent(&cart).await;
    let request_id = shopper.request_id();

    let call = spawn(shopper.place(&session, request_id, "slow"));
    charged(&shop).await;
    wire.forget();
    let unheard = call.await.unwrap().unwrap_err();
    assert_eq!(told(&unheard).reason, "", "the wire said it, not the service: {unheard}");

    let order = ordered(&shopper, &session, request_id, "slow").await;
    assert!(wire.opened() >= 2, "the same channel connected again");
    assert_ordered_and_charged_once(&shop, server.channel(), &session, &order).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_leaves_answers_what_is_under_way_and_the_same_channel_finds_it_when_it_is_back() {
    let shop = Shop::open(Kept::Sqlite, Terms::default()).await;
    let mut server = shop.serve("server").await;
    let mut shopper = shopper(server.channel());
    let cart = shopper.fill_cart("CUP").await;
    let session = shopper.check_out_sent(&cart).await;
    let request_id = shopper.request_id();

    let call = spawn(shopper.place(&session, request_id, "slow"));
    charged(&shop).await;
    let stopped = tokio::task::spawn_blocking(move || (server.stop(), server));
    let answered = answer(&call.await.unwrap().expect("GOAWAY lets a call under way end"));
    let (well, mut server) = stopped.await.unwrap();
    assert!(well, "it left with exit code 0");

    server.restart().await;
    let order = ordered(&shopper, &session, request_id, "slow").await;
    assert_eq!(answered, Answer::Order(order.clone()));
    assert_ordered_and_charged_once(&shop, server.channel(), &session, &order).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_leave_one_after_the_other_cost_no_order() {
    const SHOPPERS: u64 = 6;
    const EACH: usize = 4;
    let shop = Shop::open(Kept::Postgres, Terms::default()).await;
    let (mut first, mut second) = (shop.serve("first").await, shop.serve("second").await);
    let balanced = || Channel::balance_list([first.port(), second.port()].map(endpoint).into_iter());
    let buying: Vec<_> =
        (0..SHOPPERS).map(|seed| spawn(buy(Shopper::at(balanced(), Dice::of(seed)), EACH, "slow"))).collect();
    for server in [&mut first, &mut second] {
        charged(&shop).await;
        assert!(server.stop(), "it left with exit code 0");
        server.restart().await;
    }
    for shopper in buying {
        for (session, order) in shopper.await.unwrap() {
            assert_ordered_and_charged_once(&shop, first.channel(), &session, &order).await;
        }
    }
}
