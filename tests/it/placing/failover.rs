//! When the backup gateway takes over, and when it must not.

use super::fuse::Fuse;
use super::till::Weather;
use super::world::{Ready, World, only_payment, shown, store_id};
use cashwrap::app::Reason;
use cashwrap::domain::checkout::CheckoutState;
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{DeclineClass, OperationKind};

#[tokio::test(start_paused = true)]
async fn a_primary_that_refuses_connections_costs_no_sale() {
    let Ready { world, house, checkout, digest } = Ready::new().await;
    world.primary.set_down(true);
    let reply =
        house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, &digest)).await.unwrap();
    assert!(reply.starts_with(b"order "), "{reply:?}");
    world.settle().await;
    assert_eq!(world.audit().await, 1);
    assert!(world.primary.totals().is_empty());
    assert_eq!(world.backup.totals().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_primary_that_times_out_after_charging_is_waited_for_and_the_backup_stays_empty() {
    let Ready { world, house, checkout, digest } = Ready::new().await;
    world.primary.next(OperationKind::Confirm, Weather::TimeoutAfter);
    let mutation = world.mutation("PlaceOrder");
    let place = World::order(checkout, &digest);
    let reply = house.place_order(&mutation, &place).await.unwrap();
    assert_eq!(reply, "processing");
    let answer = world.place_until_settled(&house, &mutation, &place).await.unwrap();
    assert!(answer.starts_with("order "), "{answer}");
    world.settle().await;
    assert_eq!(world.audit().await, 1);
    assert!(world.backup.totals().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_charge_is_waited_for_while_its_gateway_is_out_of_reach_and_not_voided_unseen() {
    let Ready { world, house, checkout, digest } = Ready::new().await;
    world.primary.next(OperationKind::Confirm, Weather::TimeoutAfter);
    let mutation = world.mutation("PlaceOrder");
    let place = World::order(checkout, &digest);
    assert_eq!(house.place_order(&mutation, &place).await.unwrap(), "processing");
    world.primary.set_down(true);
    tokio::time::sleep(std::time::Duration::from_mins(2)).await;
    world.primary.set_down(false);
    let answer = world.place_until_settled(&house, &mutation, &place).await.unwrap();
    assert!(answer.starts_with("order "), "{answer}");
    world.settle().await;
    assert_eq!(world.audit().await, 1);
    assert!(world.backup.totals().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_hangs_up_while_the_first_commit_is_answered_leaves_a_placement_that_goes_on() {
    let world = World::new().await;
    let fuse = Fuse::never();
    let house = world.process(&fuse);
    let cart = world.cart(&house, 1).await;
    let (checkout, digest) = world.checkout(&house, cart).await;
    fuse.lag(std::time::Duration::from_millis(20));
    let mutation = world.mutation("PlaceOrder");
    let place = World::order(checkout, &digest);
    let patience = std::time::Duration::from_millis(10);
    tokio::time::timeout(patience, house.place_order(&mutation, &place)).await.unwrap_err();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(shown(&house, checkout).await.checkout.state, CheckoutState::Completed);
    world.settle().await;
    assert_eq!(world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn both_gateways_down_is_unavailable_holds_nothing_and_frees_the_key() {
    let Ready { world, house, checkout, digest } = Ready::new().await;
    world.primary.set_down(true);
    world.backup.set_down(true);
    let mutation = world.mutation("PlaceOrder");
    let place = World::order(checkout, &digest);
    let error = house.place_order(&mutation, &place).await.unwrap_err();
    assert_eq!(error.reason(), Reason::PartnerUnavailable);
    assert_eq!(world.left("stock/mug").await, 3);
    world.backup.set_down(false);
    let reply = house.place_order(&mutation, &place).await.unwrap();
    assert!(reply.starts_with(b"order "), "the same key may try again: {reply:?}");
    world.settle().await;
    assert_eq!(world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_declined_card_opens_the_checkout_again_for_another() {
    let Ready { world, house, checkout, digest } = Ready::new().await;
    world.primary.next(OperationKind::Confirm, Weather::Declined(DeclineClass::InsufficientFunds));
    let first = world.mutation("PlaceOrder");
    let reply = house.place_order(&first, &World::order(checkout, &digest)).await.unwrap();
    assert!(reply.starts_with(b"declined "), "{reply:?}");
    assert_eq!(shown(&house, checkout).await.checkout.state, CheckoutState::Open);
    let again = house.place_order(&first, &World::order(checkout, &digest)).await.unwrap();
    assert_eq!(again, reply, "a decline is an answer: the key keeps it");
    let other = World::order_with(checkout, &digest, "other");
    let reply = house.place_order(&world.mutation("PlaceOrder"), &other).await.unwrap();
    assert!(reply.starts_with(b"order "), "{reply:?}");
    world.settle().await;
    assert_eq!(world.audit().await, 1);
    assert!(world.backup.totals().is_empty(), "a shortage of funds is no reason for a backup");
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_returns_from_an_action_gets_the_order() {
    let Ready { world, house, checkout, digest } = Ready::new().await;
    world.primary.next(OperationKind::Confirm, Weather::Action);
    let reply =
        house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, &digest)).await.unwrap();
    assert!(reply.starts_with(b"action "), "{reply:?}");
    let payment = only_payment(&world).await;
    let early = house.confirm_action(&world.mutation("ConfirmPaymentAction"), checkout, payment, &[]).await;
    assert!(early.unwrap().starts_with(b"action "), "the gateway's answer counts, not the browser's");
    world.primary.customer_acts(true);
    let mutation = world.mutation("ConfirmPaymentAction");
    let reply = house.confirm_action(&mutation, checkout, payment, &[]).await.unwrap();
    assert!(reply.starts_with(b"order "), "{reply:?}");
    let twice = house.confirm_action(&mutation, checkout, payment, &[]).await.unwrap();
    assert_eq!(twice, reply);
    let mut other = mutation.clone();
    other.fingerprint = [8; 32];
    let reused = house.confirm_action(&other, checkout, payment, &[]).await.unwrap_err();
    assert_eq!(reused.reason(), Reason::IdempotencyKeyReused);
    world.settle().await;
    assert_eq!(world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_never_returns_leaves_nothing_held() {
    let Ready { world, house, checkout, digest } = Ready::new().await;
    world.primary.next(OperationKind::Confirm, Weather::Action);
    let _action = house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, &digest)).await;
    world.settle().await;
    assert_eq!(world.audit().await, 0);
    assert_eq!(world.left("stock/mug").await, 3);
    assert_eq!(shown(&house, checkout).await.checkout.state, CheckoutState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_acts_but_never_returns_gets_the_order_all_the_same() {
    let Ready { world, house, checkout, digest } = Ready::new().await;
    world.primary.next(OperationKind::Confirm, Weather::Action);
    let _action = house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, &digest)).await;
    world.primary.customer_acts(true);
    world.settle().await;
    let state = shown(&house, checkout).await.checkout.state;
    assert_eq!(world.audit().await, usize::from(state == CheckoutState::Completed), "{state:?}");
}

#[tokio::test(start_paused = true)]
async fn an_edit_during_an_action_gives_the_payment_up_and_opens_the_session() {
    let Ready { world, house, checkout, digest } = Ready::new().await;
    world.primary.next(OperationKind::Confirm, Weather::Action);
    let _action = house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, &digest)).await;
    let edit = cashwrap::app::checkouts::Edit {
        return_uri: Some(Some("https://shop.example/back".to_owned())),
        ..cashwrap::app::checkouts::Edit::default()
    };
    let mutation = world.mutation("UpdateCheckout");
    house.update_checkout(&mutation, checkout, &edit, &|_| bytes::Bytes::new()).await.unwrap();
    assert_eq!(shown(&house, checkout).await.checkout.state, CheckoutState::Open);
    assert_eq!(world.left("stock/mug").await, 3);
    world.settle().await;
    assert_eq!(world.audit().await, 0);
}

#[tokio::test(start_paused = true)]
async fn the_back_office_refunds_what_was_captured_and_no_more() {
    use cashwrap::app::payments::Wanted;
    let world = World::new().await;
    let house = world.process(&Fuse::never());
    let cart = world.cart(&house, 2).await;
    let (checkout, digest) = world.checkout(&house, cart).await;
    let mutation = world.mutation("PlaceOrder");
    world.place_until_settled(&house, &mutation, &World::order(checkout, &digest)).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    let payment = only_payment(&world).await;
    let refund = |minor| {
        let mutation = world.mutation("RefundPayment");
        let house = std::sync::Arc::clone(&house);
        async move {
            house
                .settle_payment(
                    &mutation,
                    payment,
                    Wanted::Refund(Some(Money::new(minor, "EUR".parse().unwrap()))),
                    &|_| bytes::Bytes::new(),
                )
                .await
                .map_err(|error| error.reason())?;
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            Ok::<_, Reason>(())
        }
    };
    assert_eq!(refund(2_501).await.unwrap_err(), Reason::AmountExceedsRemainder);
    refund(1_000).await.unwrap();
    refund(1_500).await.unwrap();
    assert!(refund(1).await.is_err());
    let row = house.get_payment(&store_id(), payment).await.unwrap().row;
    assert_eq!((row.captured_minor(), row.refunded_minor()), (2_500, 2_500));
}
