//! Units, coupons and prices that were given to more than they were there for.
//!
//! What went wrong elsewhere: two lines of one SKU were each checked alone; the last unit and a coupon for one order
//! went to all who asked at the same moment; a hold that was given up twice made stock out of nothing; two threads of
//! one checkout each made an order; and a price that had ended was charged because the summary still showed it. What
//! must happen here: holds are taken in one commit with the placement and given back once, by whoever ends it first, and
//! what is charged is what is sold at that moment, or the buyer is asked again.

use std::time::Duration;

use cashwrap::app::Reason;
use cashwrap::app::checkouts::Edit;
use cashwrap::domain::coupon::{Benefit, Coupon};
use cashwrap::domain::payment::{DeclineClass, OperationKind};
use cashwrap::ports::Record;
use futures::future::{join, join_all};

use super::scene::{Scene, done, place_on};
use crate::placing::fuse::Fuse;
use crate::placing::till::Weather;
use crate::placing::world::euro;

#[tokio::test(start_paused = true)]
async fn the_same_sku_in_two_lines_is_one_line_that_is_held_as_a_whole() {
    let scene = Scene::new().await;
    let sale = scene.sale(&[("mug", 2), ("mug", 1)]).await;
    let lines = scene.cart_row(sale.cart).await.lines;
    assert_eq!(lines.iter().map(|line| line.quantity).collect::<Vec<_>>(), [3]);
    let refused = scene.add(sale.cart, "mug", 1).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::OutOfStock, "a fourth of three");
    scene.placed(&sale).await;
    done(&scene, 1).await;
    assert_eq!(scene.world.left("stock/mug").await, 0);
}

#[tokio::test(start_paused = true)]
async fn the_last_unit_of_a_declined_card_goes_to_the_next_buyer_and_to_one_alone() {
    let scene = Scene::new().await;
    scene.world.stock("last", 5_000, Some(1)).await;
    let mut sales = Vec::new();
    for _ in 0..4 {
        sales.push(scene.sale(&[("last", 1)]).await);
    }
    let class = DeclineClass::InsufficientFunds;
    scene.world.primary.next(OperationKind::Confirm, Weather::Declined(class));
    let places: Vec<_> = sales.iter().map(|sale| sale.with("tok")).collect();
    let first = join_all(places.iter().map(|place| scene.place(place))).await;
    assert_eq!(first.iter().filter(|answer| answer.is_ok()).count(), 1, "{first:?}");
    done(&scene, 0).await;
    assert_eq!(scene.world.left("stock/last").await, 1);
    let places: Vec<_> = sales[1..].iter().map(|sale| scene.ready(sale.checkout)).collect();
    let places: Vec<_> = join_all(places).await.into_iter().map(|sale| sale.with("full")).collect();
    let next = join_all(places.iter().map(|place| place_on(&scene.world, &scene.houses[1], place))).await;
    assert_eq!(next.iter().filter(|answer| answer.is_ok()).count(), 1, "{next:?}");
    done(&scene, 1).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_twice_is_released_once() {
    let scene = Scene::new().await;
    let sale = scene.sale(&[("mug", 2)]).await;
    let payment = scene.awaiting(&sale).await;
    assert_eq!(scene.world.left("stock/mug").await, 1);
    let cancel = |house: usize| {
        let (mutation, house) = (scene.world.mutation("CancelCheckout"), &scene.houses[house]);
        async move { house.cancel_checkout(&mutation, sale.checkout, &|_| bytes::Bytes::new()).await }
    };
    let declined = async {
        scene.world.primary.customer_acts(false);
        scene.returns(&sale, &payment).await
    };
    let edits = Edit { return_uri: Some(None), ..Edit::default() };
    let all = join(join(cancel(0), cancel(1)), join(declined, scene.edit(sale.checkout, &edits)));
    let ((left, right), _) = all.await;
    assert!(left.is_ok() || right.is_ok(), "{left:?} {right:?}");
    done(&scene, 0).await;
    assert_eq!(scene.world.left("stock/mug").await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_release_that_a_crash_interrupts_anywhere_is_made_once() {
    let mut interrupted = 0;
    for effect in 1..30 {
        let scene = Scene::new().await;
        let sale = scene.sale(&[("mug", 2)]).await;
        scene.awaiting(&sale).await;
        let fuse = Fuse::at(effect);
        let dying = scene.world.house(&fuse);
        let mutation = scene.world.mutation("CancelCheckout");
        let cancel = dying.cancel_checkout(&mutation, sale.checkout, &|_| bytes::Bytes::new());
        let _ = tokio::time::timeout(Duration::from_secs(20), cancel).await;
        scene.world.settle_briefly().await;
        interrupted += usize::from(fuse.blown());
        let again = scene.house().cancel_checkout(&mutation, sale.checkout, &|_| bytes::Bytes::new()).await;
        again.unwrap();
        done(&scene, 0).await;
        assert_eq!(scene.world.left("stock/mug").await, 3, "died at effect {effect}");
        if !fuse.blown() {
            break;
        }
    }
    assert!(interrupted >= 2, "only {interrupted} effects of a release were interrupted");
}

#[tokio::test(start_paused = true)]
async fn a_coupon_for_one_order_that_all_use_at_once_is_used_by_one() {
    let scene = Scene::new().await;
    let mut sales = Vec::new();
    for _ in 0..3 {
        let cart = scene.cart(&[("mug", 1)]).await;
        scene.apply(cart, "ONCE").await.unwrap();
        sales.push(scene.another(cart).await);
    }
    for fuse in &scene.fuses {
        fuse.read_lag(Duration::from_millis(5));
    }
    let places: Vec<_> = sales.iter().map(|sale| sale.with("tok")).collect();
    let answers = join_all(places.iter().map(|place| scene.place(place))).await;
    let refused = answers.iter().filter(|a| a.as_ref().is_err_and(|e| e.reason() == Reason::CodeInvalid));
    assert_eq!(refused.count(), 2, "{answers:?}");
    done(&scene, 1).await;
    assert_eq!(scene.orders().await[0].quoted.quote.totals.total.minor, 1_000);
    assert_eq!(scene.world.left("coupon/ONCE").await, 0);
}

#[tokio::test(start_paused = true)]
async fn two_threads_of_one_checkout_are_one_order_whatever_card_each_brings() {
    for cards in [["tok", "tok"], ["tok", "other"]] {
        let scene = Scene::new().await;
        let sale = scene.sale(&[("mug", 1)]).await;
        for fuse in &scene.fuses {
            fuse.read_lag(Duration::from_millis(5));
        }
        let places = cards.map(|card| sale.with(card));
        let (left, right) = join(
            place_on(&scene.world, &scene.houses[0], &places[0]),
            place_on(&scene.world, &scene.houses[1], &places[1]),
        )
        .await;
        match (left, right) {
            (Ok(left), Ok(right)) => assert_eq!(left, right),
            (Ok(_), Err(error)) | (Err(error), Ok(_)) => {
                let told = [Reason::PlacementInProgress, Reason::AlreadyOrdered];
                assert!(told.contains(&error.reason()), "{error:?}");
            }
            other => panic!("nobody got the order: {other:?}"),
        }
        done(&scene, 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_price_that_ends_between_summary_and_order_is_asked_about_and_not_charged() {
    let scene = Scene::new().await;
    let sale = scene.sale(&[("mug", 1)]).await;
    scene.world.stock("mug", 1_500, Some(3)).await;
    let refused = scene.place(&sale.with("tok")).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::PriceChanged);
    done(&scene, 0).await;
    let now = scene.ready(sale.checkout).await;
    scene.placed(&now).await;
    done(&scene, 1).await;
    assert_eq!(scene.orders().await[0].quoted.quote.totals.total.minor, 1_500);
}

#[tokio::test(start_paused = true)]
async fn a_coupon_that_ends_between_summary_and_order_is_not_taken_off() {
    let scene = Scene::new().await;
    let ends = scene.house().engine.clock.now() + jiff::SignedDuration::from_mins(5);
    let coupon = Coupon {
        code: "MINUTES".parse().unwrap(),
        reason: "for minutes".to_owned(),
        benefit: Benefit::Fixed(euro(250)),
        minimum_subtotal: None,
        limit: None,
        starts_at: None,
        ends_at: Some(ends),
        excluded_skus: std::collections::BTreeSet::default(),
        excluded_tags: std::collections::BTreeSet::default(),
    };
    scene.world.load(Record::Coupon(Box::new(coupon)), None).await;
    let cart = scene.cart(&[("mug", 1)]).await;
    scene.apply(cart, "MINUTES").await.unwrap();
    let sale = scene.another(cart).await;
    assert_eq!(scene.session(&sale).await.quoted.unwrap().quote.totals.total.minor, 1_000);
    tokio::time::sleep(Duration::from_mins(6)).await;
    let refused = scene.place(&sale.with("tok")).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::QuoteExpired);
    done(&scene, 0).await;
    // The ended code stands on the cart still: the buyer is told, pays the full price, and it ends no further quote.
    let view = scene.view(sale.checkout).await;
    let told: Vec<&str> = view.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(told, ["CODE_NOT_APPLICABLE"]);
    let quoted = view.checkout.quoted.unwrap();
    assert_eq!(quoted.quote.totals.total.minor, 1_250);
    assert_eq!(quoted.expires_at, scene.house().engine.clock.now() + jiff::SignedDuration::from_mins(15));
    let (remove, code) = (scene.world.mutation("RemoveCode"), "MINUTES".parse().unwrap());
    scene.house().remove_code(&remove, cart, &code, &|_| bytes::Bytes::new()).await.unwrap();
    let now = scene.ready(sale.checkout).await;
    scene.placed(&now).await;
    done(&scene, 1).await;
    assert_eq!(scene.orders().await[0].quoted.quote.totals.total.minor, 1_250);
}
