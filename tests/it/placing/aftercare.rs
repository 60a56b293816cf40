//! What the back office does with a payment once there is an order.

use bytes::Bytes;

use cashwrap::app::payments::Wanted;
use cashwrap::app::{Reason, Versioned};
use cashwrap::domain::ids::PaymentId;
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{DeclineClass, NotSent, OperationKind, Payment};
use cashwrap::grpc::convert::payment as convert;
use cashwrap::ports::store::Kind;

use super::till::{Totals, Weather};
use super::world::{Ready, World, only_payment, store_id};

/// An order whose capture the gateway refused for good.
async fn refused_capture() -> (Ready, PaymentId) {
    let ready = Ready::new().await;
    let declined = Weather::Declined(DeclineClass::IssuerUnavailable);
    ready.world.primary.next(OperationKind::Capture, declined);
    let place = World::order(ready.checkout, &ready.digest);
    let mutation = ready.world.mutation("PlaceOrder");
    let told = ready.world.place_until_settled(&ready.house, &mutation, &place).await.unwrap();
    assert!(told.starts_with("order "), "{told}");
    ready.world.settle_briefly().await;
    let payment = only_payment(&ready.world).await;
    let held = ready.house.get_payment(&store_id(), payment).await.unwrap();
    assert!(held.row.needs_review(), "{:?}", held.row);
    (ready, payment)
}

fn ledger(ready: &Ready) -> Totals {
    ready.world.primary.totals().into_values().next().unwrap()[0]
}

#[tokio::test(start_paused = true)]
async fn a_hold_whose_capture_failed_for_good_can_be_voided() {
    let (ready, payment) = refused_capture().await;
    assert!(ledger(&ready).held > 0);
    let void = ready.world.mutation("VoidPayment");
    // Its answer is lost, and is found out all the same: the review was answered by the wish.
    ready.world.primary.next(OperationKind::Void, Weather::TimeoutAfter);
    ready.house.settle_payment(&void, payment, Wanted::Void, &|_| Bytes::new()).await.unwrap();
    ready.world.settle().await;
    assert_eq!(ledger(&ready).held, 0);
    let ended = ready.house.get_payment(&store_id(), payment).await.unwrap().row;
    assert!(!ended.needs_review() && !ended.unresolved(), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn the_reply_to_a_wish_to_void_shows_that_it_is_under_way() {
    let (ready, payment) = refused_capture().await;
    let state = |held: &Versioned<Payment>| Bytes::from(convert::payment(held).state().as_str_name());
    let void = ready.world.mutation("VoidPayment");
    ready.world.primary.next(OperationKind::Void, Weather::TimeoutAfter);
    let told = ready.house.settle_payment(&void, payment, Wanted::Void, &state).await.unwrap();
    assert_eq!(told, "PAYMENT_STATE_PROCESSING");
    ready.world.settle_briefly().await;
    let held = ready.house.get_payment(&store_id(), payment).await.unwrap();
    assert_eq!(state(&held), "PAYMENT_STATE_PROCESSING");
    ready.world.settle().await;
    let held = ready.house.get_payment(&store_id(), payment).await.unwrap();
    assert_eq!(state(&held), "PAYMENT_STATE_VOIDED");
}

#[tokio::test(start_paused = true)]
async fn a_capture_that_failed_for_good_can_be_asked_for_again() {
    let (ready, payment) = refused_capture().await;
    let again = ready.world.mutation("CapturePayment");
    ready.house.settle_payment(&again, payment, Wanted::Capture(None), &|_| Bytes::new()).await.unwrap();
    ready.world.settle().await;
    assert_eq!(ready.world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_be_sent_the_amount_is_passed_over_and_nothing_is_rounded() {
    let ready = Ready::new().await;
    // The order is of 12.50.
    ready.world.primary.takes_steps(&[("EUR", 100)]);
    ready.world.backup.takes_steps(&[("EUR", 100)]);
    let place = World::order(ready.checkout, &ready.digest);
    let mutation = ready.world.mutation("PlaceOrder");
    let refused = ready.house.place_order(&mutation, &place).await.unwrap_err();
    assert_eq!((refused.reason(), refused.pause()), (Reason::PaymentMethodNotEligible, None));
    assert_eq!(refused.fields()[0].path, "tenders[0]");
    assert!(ready.world.rows(Kind::Placement).await.is_empty(), "nothing was begun");
    ready.world.backup.takes_steps(&[("EUR", 10)]);
    let told = ready.house.place_order(&mutation, &place).await.unwrap();
    assert!(told.starts_with(b"order "), "{told:?}");
    assert!(ready.world.primary.keys().is_empty());
    ready.world.settle_briefly().await;
    let payment = only_payment(&ready.world).await;
    let held = ready.house.get_payment(&store_id(), payment).await.unwrap().row;
    assert_eq!(held.skipped[0].reason, NotSent::AmountNotTaken);
    let refund = async |minor| {
        let wanted = Wanted::Refund(Some(Money::new(minor, "EUR".parse().unwrap())));
        let mutation = ready.world.mutation("RefundPayment");
        ready.house.settle_payment(&mutation, payment, wanted, &|_| Bytes::new()).await
    };
    let refused = refund(333).await.unwrap_err();
    assert_eq!((refused.reason(), refused.fields()[0].path.as_str()), (Reason::InvalidField, "amount"));
    refund(330).await.unwrap();
}
