//! What an operator says of an account in one store, while another store has the same account.

use std::time::Duration;

use cashwrap::app::House;
use cashwrap::domain::ids::StoreId;
use cashwrap::domain::payment::{NotSent, OperationKind};
use cashwrap::ports::gateway::Guard;
use cashwrap::ports::{Mode, PartnerMode};

use super::till::Weather;
use super::world::{Ready, World, store_id};

fn other() -> StoreId {
    "other".parse().unwrap()
}

fn say(house: &House, store: StoreId, mode: Mode) {
    house.engine.modes.set(PartnerMode { store, account: "primary".parse().unwrap(), mode });
}

fn unavailable(house: &House, store: &StoreId) -> Option<NotSent> {
    let primary = "primary".parse().unwrap();
    house.engine.gateway_facts(store)[&primary].unavailable
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_kept_away_from_an_account_pays_elsewhere_and_no_other_store_does() {
    for (mode, reason) in [(Mode::Drain, NotSent::Drained), (Mode::ForceOpen, NotSent::ForcedOpen)] {
        let Ready { world, house, checkout, digest } = Ready::new().await;
        say(&house, store_id(), mode);
        assert_eq!(unavailable(&house, &store_id()), Some(reason));
        assert_eq!(unavailable(&house, &other()), None);
        let reply =
            house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, &digest)).await.unwrap();
        assert!(reply.starts_with(b"order "), "{reply:?}");
        world.settle().await;
        assert_eq!(world.audit().await, 1);
        assert_eq!(world.primary.guards(), [], "{mode:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_store_says_reaches_no_call_of_this_one() {
    for mode in [Mode::Drain, Mode::ForceOpen, Mode::ForceClosed] {
        let Ready { world, house, checkout, digest } = Ready::new().await;
        say(&house, other(), mode);
        let place = World::order(checkout, &digest);
        house.place_order(&world.mutation("PlaceOrder"), &place).await.unwrap();
        world.settle().await;
        assert_eq!(world.audit().await, 1);
        // Create, confirm and capture.
        assert_eq!(world.primary.guards(), [Guard::Heeded; 3], "{mode:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_forced_closed_sends_whatever_the_breakers_say() {
    let Ready { world, house, checkout, digest } = Ready::new().await;
    say(&house, store_id(), Mode::ForceClosed);
    house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, &digest)).await.unwrap();
    world.settle().await;
    assert_eq!(world.audit().await, 1);
    assert_eq!(world.primary.guards(), [Guard::Overruled; 3]);
}

#[tokio::test(start_paused = true)]
async fn what_a_store_has_begun_ends_while_it_drains_and_waits_while_it_is_forced_open() {
    for (mode, ends) in [(Mode::Drain, true), (Mode::ForceOpen, false)] {
        let Ready { world, house, checkout, digest } = Ready::new().await;
        world.primary.next(OperationKind::Confirm, Weather::TimeoutAfter);
        let mutation = world.mutation("PlaceOrder");
        let place = World::order(checkout, &digest);
        assert_eq!(house.place_order(&mutation, &place).await.unwrap(), "processing");
        say(&house, store_id(), mode);
        tokio::time::sleep(Duration::from_mins(5)).await;
        // Create and confirm were sent; the capture follows the look that finds the money.
        assert_eq!(world.primary.guards().len(), if ends { 3 } else { 2 }, "{mode:?}");
        say(&house, store_id(), Mode::Auto);
        let answer = world.place_until_settled(&house, &mutation, &place).await.unwrap();
        assert!(answer.starts_with("order "), "{answer}");
        world.settle().await;
        assert_eq!(world.audit().await, 1);
        assert!(world.backup.totals().is_empty(), "{mode:?}");
    }
}
