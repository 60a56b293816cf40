//! How many placements a process takes at once, whoever still waits for them (I26).

use std::time::Duration;

use cashwrap::app::Reason;
use cashwrap::domain::payment::OperationKind;
use cashwrap::ports::store::Kind;

use super::fuse::Fuse;
use super::till::Weather;
use super::world::World;

#[tokio::test(start_paused = true)]
async fn a_placement_beyond_the_bound_is_refused_before_anything_is_recorded_and_taken_when_there_is_room() {
    let mut world = World::new().await;
    world.room = 1;
    let house = world.process(&Fuse::never());
    let mut places = Vec::new();
    for _ in 0..2 {
        let cart = world.cart(&house, 1).await;
        let (checkout, digest) = world.checkout(&house, cart).await;
        places.push(World::order(checkout, &digest));
    }
    // The first outlives its caller's patience at a gateway that never answers.
    world.primary.next(OperationKind::Confirm, Weather::TimeoutAfter);
    let first = world.mutation("PlaceOrder");
    let told = house.place_order(&first, &places[0]).await.unwrap();
    assert_eq!(told.as_ref(), b"processing");
    let second = world.mutation("PlaceOrder");
    let refused = house.place_order(&second, &places[1]).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::TooManyPlacements);
    assert!(refused.pause().is_some_and(|pause| pause > Duration::ZERO));
    assert_eq!(world.rows(Kind::Placement).await.len(), 1, "nothing of the second was recorded");
    assert_eq!(world.left("stock/mug").await, 2);

    let told = world.place_until_settled(&house, &second, &places[1]).await.unwrap();
    assert!(told.starts_with("order "), "{told}");
    world.place_until_settled(&house, &first, &places[0]).await.unwrap();
    world.settle().await;
    assert_eq!(world.audit().await, 2);
    // Every placement gave its room back.
    assert!(house.engine.tasks.room().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_leaves_no_room_taken_once_its_placement_has_ended() {
    let mut world = World::new().await;
    world.room = 1;
    let house = world.process(&Fuse::never());
    let cart = world.cart(&house, 1).await;
    let (checkout, digest) = world.checkout(&house, cart).await;
    let (place, mutation) = (World::order(checkout, &digest), world.mutation("PlaceOrder"));
    let gone = tokio::time::timeout(Duration::from_millis(20), house.place_order(&mutation, &place)).await;
    assert!(gone.is_err(), "the caller hung up while the gateway was asked");
    assert!(house.engine.tasks.room().is_none(), "its placement goes on");
    world.settle_briefly().await;
    assert!(house.engine.tasks.room().is_some());
    world.settle().await;
    assert_eq!(world.audit().await, 1);
}
