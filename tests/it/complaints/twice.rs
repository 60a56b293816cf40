//! One purchase, charged or ordered twice.
//!
//! What went wrong elsewhere: whoever came second, with another device, another click, another key, another card or
//! another session, was taken for somebody new; a lock that nobody released stopped the buyer for good; and a decline
//! blocked every card after it. What must happen here: one cart becomes one order with one charge however often and by
//! whatever way it is asked for, and whoever comes second joins, or is told why not. Nothing that ended stands in the
//! way of what comes next.

use std::time::Duration;

use cashwrap::app::Reason;
use cashwrap::domain::checkout::CheckoutState;
use cashwrap::domain::payment::{DeclineClass, OperationKind};
use futures::future::{join, join_all};

use super::scene::{Scene, done, place_on};
use crate::placing::fuse::Fuse;
use crate::placing::till::Weather;

#[tokio::test(start_paused = true)]
async fn two_devices_that_place_one_cart_get_one_order_and_one_charge() {
    let scene = Scene::new().await;
    let phone = scene.sale(&[("mug", 1)]).await;
    let desktop = scene.another(phone.cart).await;
    for fuse in &scene.fuses {
        fuse.read_lag(Duration::from_millis(5));
    }
    let (on_phone, on_desktop) = (phone.with("phone"), desktop.with("desktop"));
    let answers = join(
        place_on(&scene.world, &scene.houses[0], &on_phone),
        place_on(&scene.world, &scene.houses[1], &on_desktop),
    )
    .await;
    let answers = [answers.0, answers.1];
    let ordered =
        answers.iter().filter(|answer| answer.as_ref().is_ok_and(|body| body.starts_with("order ")));
    assert_eq!(ordered.count(), 1, "{answers:?}");
    for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!([Reason::PlacementInProgress, Reason::AlreadyOrdered].contains(&error.reason()), "{error:?}");
    }
    done(&scene, 1).await;
    let late = scene.place(&desktop.with("desktop")).await;
    let late =
        late.or_else(
            |error| if error.reason() == Reason::AlreadyOrdered { Ok(String::new()) } else { Err(error) },
        );
    assert!(late.is_ok(), "whoever comes later is told of the order: {late:?}");
    done(&scene, 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_second_click_while_an_action_is_pending_gets_the_same_action_and_no_second_charge() {
    let scene = Scene::new().await;
    let sale = scene.sale(&[("mug", 1)]).await;
    let payment = scene.awaiting(&sale).await;
    let click = sale.with("tok");
    let clicks = [&scene.houses[0], &scene.houses[1]].map(|house| place_on(&scene.world, house, &click));
    for again in join_all(clicks).await {
        assert_eq!(again.unwrap(), format!("action {}", payment.id));
    }
    scene.world.primary.customer_acts(true);
    let (left, right) = join(scene.returns(&sale, &payment), scene.returns(&sale, &payment)).await;
    assert_eq!(left.unwrap(), right.unwrap());
    done(&scene, 1).await;
    assert_eq!(scene.world.primary.totals().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_second_hosted_payment_is_not_begun_while_the_first_one_of_the_cart_may_be_paid() {
    let scene = Scene::new().await;
    let first = scene.sale(&[("mug", 1)]).await;
    let second = scene.another(first.cart).await;
    let payment = scene.awaiting(&first).await;
    let refused = scene.place(&second.with("other")).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::PlacementInProgress);
    scene.world.primary.customer_acts(true);
    assert!(scene.returns(&first, &payment).await.unwrap().starts_with("order "));
    let late = scene.place(&second.with("other")).await.unwrap_err();
    assert_eq!(late.reason(), Reason::AlreadyOrdered);
    done(&scene, 1).await;
    assert_eq!(scene.world.primary.totals().len(), 1, "the second was never begun");
}

/// The buyer leaves the first page open, goes on with a second one and pays at both.
#[tokio::test(start_paused = true)]
async fn two_hosted_payments_of_one_cart_that_are_both_paid_end_in_one_order_and_one_charge() {
    for paid_before_the_second in [false, true] {
        let scene = Scene::new().await;
        let first = scene.sale(&[("mug", 1)]).await;
        let second = scene.another(first.cart).await;
        let old = scene.awaiting(&first).await;
        if paid_before_the_second {
            scene.world.primary.customer_acts(true);
        }
        let cancel = scene.world.mutation("CancelCheckout");
        scene.house().cancel_checkout(&cancel, first.checkout, &|_| bytes::Bytes::new()).await.unwrap();
        scene.world.settle_briefly().await;
        scene.world.primary.next(OperationKind::Confirm, Weather::Action);
        let begun = scene.place(&second.with("other")).await;
        scene.world.primary.customer_acts(true);
        scene.world.primary.customer_acts(true);
        let late = scene.returns(&first, &old).await;
        assert!(late.as_ref().map_or(true, |body| body.starts_with("order ")), "{late:?}");
        if begun.is_ok() {
            let action = scene.session(&second).await.action.unwrap();
            let payment = scene.house().get_payment(&crate::placing::world::store_id(), action.payment).await;
            assert!(scene.returns(&second, &payment.unwrap().row).await.unwrap().starts_with("order "));
        }
        done(&scene, 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_stuck_in_flight_is_finished_by_another_process_and_answers_its_order() {
    let mut stuck = 0;
    for effect in 1..30 {
        let scene = Scene::new().await;
        let sale = scene.sale(&[("mug", 1)]).await;
        let fuse = Fuse::at(effect);
        let dying = scene.world.process(&fuse);
        let (mutation, place) = (scene.world.mutation("PlaceOrder"), sale.with("tok"));
        let patience = Duration::from_secs(20);
        let first = tokio::time::timeout(patience, dying.place_order(&mutation, &place)).await;
        if first.is_err() {
            stuck += 1;
        }
        // The buyer is not held up: the same key ends, and whatever it ended as, the next one orders.
        let answer = scene.world.place_until_settled(scene.house(), &mutation, &place).await.unwrap();
        if !answer.starts_with("order ") {
            scene.placed(&sale).await;
        }
        done(&scene, 1).await;
        if !fuse.blown() {
            break;
        }
    }
    assert!(stuck > 5, "the process died in flight {stuck} times only");
}

#[tokio::test(start_paused = true)]
async fn a_declined_attempt_leaves_the_way_free_for_the_next_card_at_once() {
    for class in [DeclineClass::InsufficientFunds, DeclineClass::CardExpired, DeclineClass::CvvPinAvs] {
        let scene = Scene::new().await;
        let sale = scene.sale(&[("mug", 1)]).await;
        scene.world.primary.next(OperationKind::Confirm, Weather::Declined(class));
        let answer = scene.place(&sale.with("empty")).await.unwrap();
        assert!(answer.starts_with("declined "), "{class:?}: {answer}");
        assert_eq!(scene.session(&sale).await.state, CheckoutState::Open);
        let answer = scene.place(&sale.with("full")).await.unwrap();
        assert!(answer.starts_with("order "), "{class:?}: {answer}");
        done(&scene, 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_mints_a_new_key_tender_or_checkout_after_an_unknown_outcome_is_charged_once() {
    for weather in [Weather::TimeoutAfter, Weather::TimeoutBefore, Weather::FiveAfter] {
        let scene = Scene::new().await;
        let sale = scene.sale(&[("mug", 1)]).await;
        let other = scene.another(sale.cart).await;
        scene.world.primary.next(OperationKind::Confirm, weather);
        let (mutation, place) = (scene.world.mutation("PlaceOrder"), sale.with("tok"));
        let first = scene.house().place_order(&mutation, &place).await;
        // A new key joins; a new tender and a new checkout wait for what is not known yet, or learn of the order.
        let told = |answer: Result<String, cashwrap::app::Error>| match answer {
            Ok(_) => true,
            Err(error) => [Reason::PlacementInProgress, Reason::AlreadyOrdered].contains(&error.reason()),
        };
        let mut minted = Vec::new();
        for place in [sale.with("tok"), sale.with("other card"), other.with("tok"), other.with("third card")]
        {
            minted.push(scene.place(&place).await);
        }
        assert!(minted.iter().cloned().all(told), "{weather:?}: {first:?}, then {minted:?}");
        scene.world.settle().await;
        if scene.orders().await.is_empty() {
            // What was unknown turned out to be nothing: the next try is a first one.
            let again = scene.ready(sale.checkout).await;
            scene.placed(&again).await;
        }
        done(&scene, 1).await;
        let charged = [&scene.world.primary, &scene.world.backup]
            .map(|till| till.totals().into_values().flatten().filter(|totals| totals.captured > 0).count());
        assert_eq!(charged.iter().sum::<usize>(), 1, "{weather:?}");
    }
}
