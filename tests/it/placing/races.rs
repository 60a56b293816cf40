//! Many callers at once, on several processes: one order, one charge.

use std::sync::Arc;

use futures::future::join_all;

use super::fuse::Fuse;
use super::till::Weather;
use super::world::World;
use cashwrap::app::{Mutation, Reason};
use cashwrap::domain::payment::OperationKind;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn many_callers_of_one_checkout_and_of_two_checkouts_of_one_cart_get_one_order() {
    let world = World::new().await;
    let houses = [world.process(&Fuse::never()), world.process(&Fuse::never())];
    let cart = world.cart(&houses[0], 1).await;
    let (first, first_digest) = world.checkout(&houses[0], cart).await;
    let (second, second_digest) = world.checkout(&houses[0], cart).await;
    let calls = (0..60).map(|call: usize| {
        let house = Arc::clone(&houses[call % 2]);
        let mutation = world.mutation("PlaceOrder");
        let (checkout, digest) =
            if call.is_multiple_of(3) { (second, &second_digest) } else { (first, &first_digest) };
        let token = if call.is_multiple_of(5) { "other" } else { "tok" };
        let place = World::order_with(checkout, digest, token);
        async move { house.place_order(&mutation, &place).await }
    });
    let answers = join_all(calls).await;
    let mut orders: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer.as_ref().ok())
        .filter(|a| a.starts_with(b"order "))
        .collect();
    assert!(!orders.is_empty(), "{answers:?}");
    orders.dedup();
    assert_eq!(orders.len(), 1, "everybody who was told of an order was told of the same");
    for answer in &answers {
        if let Err(error) = answer {
            let told = [Reason::PlacementInProgress, Reason::AlreadyOrdered, Reason::Conflict];
            assert!(told.contains(&error.reason()), "{error:?}");
        }
    }
    world.settle().await;
    assert_eq!(world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_placement_that_nobody_waits_for_any_more_is_not_begun_and_its_key_stays_free() {
    let world = World::new().await;
    let house = world.process(&Fuse::never());
    let cart = world.cart(&house, 1).await;
    let (checkout, digest) = world.checkout(&house, cart).await;
    let place = World::order(checkout, &digest);
    let late = Mutation { answer_by: Some(Instant::now()), ..world.mutation("PlaceOrder") };
    let before = world.left("stock/mug").await;
    let refused = house.place_order(&late, &place).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::DeadlineExceeded);
    assert_eq!(world.left("stock/mug").await, before);
    let again = Mutation { answer_by: None, ..late };
    assert!(house.place_order(&again, &place).await.unwrap().starts_with(b"order "));
    world.settle().await;
    assert_eq!(world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn the_last_units_go_to_as_many_as_there_are_and_the_rest_is_told_and_uncharged() {
    let world = World::new().await;
    let house = world.process(&Fuse::never());
    let mut places = Vec::new();
    for _ in 0..20 {
        let cart = world.cart(&house, 1).await;
        places.push(world.checkout(&house, cart).await);
    }
    let calls = places.iter().map(|(checkout, digest)| {
        let mutation = world.mutation("PlaceOrder");
        let place = World::order(*checkout, digest);
        let house = Arc::clone(&house);
        async move { house.place_order(&mutation, &place).await }
    });
    let answers = join_all(calls).await;
    let orders = answers.iter().filter(|answer| answer.is_ok()).count();
    let told = answers.iter().filter(|a| a.as_ref().is_err_and(|e| e.reason() == Reason::OutOfStock)).count();
    assert_eq!((orders, told), (3, 17), "{answers:?}");
    world.settle().await;
    assert_eq!(world.audit().await, 3);
    assert_eq!(world.left("stock/mug").await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_lost_its_claim_sends_nothing_again() {
    let world = World::new().await;
    let fuse = Fuse::never();
    let house = world.process(&fuse);
    let cart = world.cart(&house, 1).await;
    let (checkout, digest) = world.checkout(&house, cart).await;
    let heir = world.process(&Fuse::never());
    world.primary.next(OperationKind::Create, Weather::FiveAfter);
    fuse.renew_nothing();
    let mutation = world.mutation("PlaceOrder");
    let place = World::order(checkout, &digest);
    assert_eq!(house.place_order(&mutation, &place).await.unwrap(), "processing");
    assert_eq!(world.primary.guards().len(), 1, "whoever took over may have tried elsewhere");
    let answer = world.place_until_settled(&heir, &mutation, &place).await;
    world.settle().await;
    assert_eq!(world.audit().await, usize::from(answer.is_ok_and(|told| told.starts_with("order "))));
}
