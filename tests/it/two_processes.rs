//! Two servers on one PostgreSQL, and everybody at once: one order, one charge.

use std::collections::BTreeMap;

use cashwrap::proto::cashwrap::v1::PlaceOrderResponse;
use tokio::task::JoinSet;
use tonic::Status;

use super::support::binary::{Kept, Server, Shop, Terms};
use super::support::dice::Dice;
use super::support::shopper::{Answer, Session, Shopper, answer, insist, told};
use super::support::witness::{Books, Rows, charges};

/// Long enough that nobody is answered PROCESSING on a busy machine.
const TERMS: Terms = Terms { patience_ms: 40_000, timeout_ms: 50_000, slow_ms: 1_500, timing: "" };

/// Who called with what, and what he was told.
struct Call {
    checkout: String,
    behaviour: &'static str,
    heard: Result<PlaceOrderResponse, Status>,
}

/// Places each of these at once, every other one at the other server, each under a request id of its own.
async fn all_at_once(servers: [&Server; 2], wishes: Vec<(Session, &'static str)>) -> Vec<Call> {
    let mut dice = Dice::of(Dice::fresh_seed());
    let mut calls = JoinSet::new();
    for (index, (session, behaviour)) in wishes.into_iter().enumerate() {
        let mut shopper = Shopper::at(servers[index % 2].channel(), dice.others());
        calls.spawn(async move {
            let request_id = shopper.request_id();
            let heard = insist(|| shopper.place(&session, request_id, behaviour)).await;
            Call { checkout: session.name, behaviour, heard }
        });
    }
    calls.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_placements_of_one_cart_at_two_servers_make_one_order_and_one_charge() {
    let shop = Shop::open(Kept::Postgres, TERMS).await;
    let (one, two) = (shop.serve("one").await, shop.serve("two").await);
    let mut shopper = Shopper::at(one.channel(), Dice::of(Dice::fresh_seed()));
    let cart = shopper.fill_cart("COURSE").await;
    let first = shopper.check_out(&cart).await;
    let second = shopper.check_out(&cart).await;

    let wishes = (0..200).map(|index| match index % 10 {
        0..=5 => (first.clone(), "slow"),
        6 | 7 => (first.clone(), "approve"),
        _ => (second.clone(), "slow"),
    });
    let calls = all_at_once([&one, &two], wishes.collect()).await;

    let orders = Books::of(two.channel()).orders().await;
    assert_eq!(orders.len(), 1, "{orders:?}");
    let winner = calls.iter().find(|call| call.heard.is_ok()).expect("somebody won");
    let (checkout, behaviour) = (winner.checkout.clone(), winner.behaviour);
    assert_eq!(checkout, orders[0].checkout);
    let mut heard: BTreeMap<String, usize> = BTreeMap::new();
    for call in &calls {
        let said = match &call.heard {
            Ok(response) => {
                assert_eq!(answer(response), Answer::Order(orders[0].name.clone()));
                "ORDER".to_owned()
            }
            Err(status) => told(status).reason,
        };
        if (&call.checkout, call.behaviour) == (&checkout, behaviour) {
            assert_eq!(said, "ORDER", "who asked for the same gets the same: {:?}", call.heard);
        } else {
            assert!(
                ["PLACEMENT_IN_PROGRESS", "ALREADY_ORDERED"].contains(&said.as_str()),
                "{:?}",
                call.heard
            );
        }
        *heard.entry(said).or_default() += 1;
    }
    assert!(heard["ORDER"] < 200, "nobody asked for anything else: {heard:?}");

    let charged = charges(&[&shop.primary, &shop.backup]).await;
    assert_eq!(charged.len(), 1, "the losers never reached a gateway: {charged:?}");
    assert_eq!(charged[0].authorised, orders[0].total_minor);
    assert_eq!(charged[0].reference, orders[0].payments[0]);
    let rows = Rows::at(&shop.url).await;
    assert_eq!(rows.count("SELECT count(*) FROM placement").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_unit_goes_to_one_of_fifty_and_nobody_else_is_charged() {
    let shop = Shop::open(Kept::Postgres, TERMS).await;
    let (one, two) = (shop.serve("one").await, shop.serve("two").await);
    let mut shopper = Shopper::at(one.channel(), Dice::of(Dice::fresh_seed()));
    let mut wishes = Vec::new();
    for _ in 0..50 {
        let cart = shopper.fill_cart("LAST-ONE").await;
        wishes.push((shopper.check_out(&cart).await, "approve"));
    }
    let calls = all_at_once([&one, &two], wishes).await;

    let (won, lost): (Vec<&Call>, Vec<&Call>) = calls.iter().partition(|call| call.heard.is_ok());
    assert_eq!((won.len(), lost.len()), (1, 49));
    for call in lost {
        let status = call.heard.as_ref().unwrap_err();
        assert_eq!(told(status).reason, "OUT_OF_STOCK", "{status:?}");
    }
    let orders = Books::of(two.channel()).orders().await;
    assert_eq!(orders.len(), 1, "{orders:?}");
    assert_eq!(orders[0].checkout, won[0].checkout);
    let charged = charges(&[&shop.primary, &shop.backup]).await;
    assert_eq!(charged.len(), 1, "{charged:?}");
    let rows = Rows::at(&shop.url).await;
    let left = rows.read("SELECT total, held, used FROM counter WHERE name LIKE '%LAST-ONE%'").await;
    assert_eq!(left, [["1", "0", "1"]]);
}
