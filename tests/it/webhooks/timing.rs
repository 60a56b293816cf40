//! Events that meet a worker, a crash, or a store that does not answer.

use std::time::Duration;

use cashwrap::app::Heard;
use cashwrap::domain::checkout::CheckoutState;
use cashwrap::domain::ids::PaymentId;
use cashwrap::domain::payment::{Hint, OperationKind};
use cashwrap::ports::store::{Key, Kind};
use tokio::time::{sleep, timeout};

use super::hearing::{awaiting, event, hear, row};
use crate::placing::fuse::Fuse;
use crate::placing::till::Weather;
use crate::placing::world::{Ready, World, only_payment, shown, store_id};

/// The placement that waits for its customer.
async fn placement(ready: &Ready, payment: PaymentId) -> Key {
    Key::new(&store_id(), Kind::Placement, row(ready, payment).await.placement)
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_earlier_than_the_answer_to_the_call_changes_nothing_and_costs_nothing() {
    for weather in [None, Some(Weather::TimeoutAfter)] {
        let ready = Ready::new().await;
        if let Some(weather) = weather {
            ready.world.primary.next(OperationKind::Confirm, weather);
        }
        let place = World::order(ready.checkout, &ready.digest);
        let mutation = ready.world.mutation("PlaceOrder");
        let early = async {
            // The confirm is out, and the gateway is faster with its event than with its answer.
            sleep(Duration::from_millis(100)).await;
            let payment = only_payment(&ready.world).await;
            assert_eq!(hear(&ready.house, &event("evt_1", payment, Hint::Held)).await, Heard::NothingNew);
        };
        let ((), placed) =
            futures::future::join(early, ready.world.place_until_settled(&ready.house, &mutation, &place))
                .await;
        assert!(placed.unwrap().starts_with("order "));
        ready.world.settle().await;
        assert_eq!(ready.world.audit().await, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_was_just_going_to_rest_keeps_its_fence_and_does_not_sleep_through_an_event() {
    let (ready, payment) = awaiting().await;
    let fuse = Fuse::never();
    // Nothing runs in this process but what is called here.
    let worker = ready.world.house(&fuse);
    let key = placement(&ready, payment).await;
    let lease = Duration::from_secs(15);
    let claim = worker.engine.store.claim(&key, worker.engine.worker, lease).await.unwrap().unwrap();
    fuse.read_lag(Duration::from_secs(2));
    let drives = worker.engine.recover(&claim);
    let comes = async {
        // The worker has read the rows, and has not decided yet.
        sleep(Duration::from_secs(1)).await;
        ready.world.primary.customer_acts(true);
        assert_eq!(hear(&ready.house, &event("evt_1", payment, Hint::Held)).await, Heard::Looking);
        fuse.read_lag(Duration::ZERO);
    };
    let (ended, ()) = futures::future::join(drives, comes).await;
    assert!(ended.is_some());
    sleep(Duration::from_secs(1)).await;
    let session = shown(&ready.house, ready.checkout).await.checkout;
    assert_eq!(session.state, CheckoutState::Completed);
    ready.world.settle().await;
    assert_eq!(ready.world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_comes_while_a_frozen_worker_holds_the_lease_is_followed_when_the_lease_is_over() {
    let (ready, payment) = awaiting().await;
    let frozen = ready.world.house(&Fuse::never());
    let key = placement(&ready, payment).await;
    let lease = Duration::from_secs(15);
    let claim = frozen.engine.store.claim(&key, frozen.engine.worker, lease).await.unwrap().unwrap();
    ready.world.primary.customer_acts(true);
    assert_eq!(hear(&ready.house, &event("evt_1", payment, Hint::Held)).await, Heard::Looking);
    sleep(Duration::from_secs(10)).await;
    assert_eq!(ready.world.primary.looks(), 0, "the lease is another worker's");
    sleep(Duration::from_secs(20)).await;
    assert_eq!(shown(&ready.house, ready.checkout).await.checkout.state, CheckoutState::Completed);
    // It wakes, and can write nothing.
    drop(frozen.engine.recover(&claim).await);
    ready.world.settle().await;
    assert_eq!(ready.world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_with_an_event_at_any_step_leaves_it_to_be_sent_again_or_to_another() {
    for step in 1..=3 {
        let (ready, payment) = awaiting().await;
        ready.world.primary.customer_acts(true);
        let dying = ready.world.house(&Fuse::at(step));
        let notice = event("evt_1", payment, Hint::Held);
        let answer = timeout(Duration::from_secs(30), dying.hear(&"primary".parse().unwrap(), &notice)).await;
        assert_eq!(answer.is_ok(), step > 2, "it answers only after its commit");
        // The vendor was not answered, and sends it again.
        let again = hear(&ready.house, &notice).await;
        let expected = if step == 1 { Heard::Looking } else { Heard::Repeated };
        assert_eq!(again, expected, "step {step}");
        // The dead process told nobody: another one finds what is due when it next looks.
        sleep(Duration::from_secs(12)).await;
        assert_eq!(shown(&ready.house, ready.checkout).await.checkout.state, CheckoutState::Completed);
        ready.world.settle().await;
        assert_eq!(ready.world.audit().await, 1);
    }
}
