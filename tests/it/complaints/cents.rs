//! Cents that appear or vanish.
//!
//! What went wrong elsewhere: lines were rounded in one place and sums in another, so that the order came to a cent
//! more than its quote; the same goods in another order of lines cost another total; and partial refunds, each rounded
//! for itself, summed to a cent more than was paid. What must happen here: level and mode of rounding are the store's
//! one choice and every sum follows them, an order copies its quote, the gateway is asked for exactly that, and refunds
//! never exceed what was captured, however many are asked for at once.

use std::sync::Arc;

use bytes::Bytes;
use cashwrap::app::payments::Wanted;
use cashwrap::app::{Error, Reason};
use cashwrap::domain::coupon::{Benefit, Coupon};
use cashwrap::domain::ids::PaymentId;
use cashwrap::domain::order::PaymentState;
use cashwrap::domain::pricing::{Quote, RoundingLevel, RoundingMode, RoundingPolicy};
use cashwrap::ports::Record;
use futures::future::join_all;

use super::scene::{Scene, done};
use crate::placing::world::{World, euro};

/// Prices whose tax and shares fall on halves and thirds of a cent.
const GOODS: [(&str, i64, u32); 4] = [("a", 5, 3), ("b", 333, 7), ("c", 1_050, 1), ("d", 1_050, 2)];

/// A scene under one way of rounding, with two coupons whose shares do not divide.
async fn scene(mode: RoundingMode, level: RoundingLevel, prices_include_tax: bool) -> Scene {
    let mut world = World::new().await;
    world.rounding = RoundingPolicy { mode, level };
    world.prices_include_tax = prices_include_tax;
    for (sku, price, _) in GOODS {
        world.stock(sku, price, None).await;
    }
    for (code, benefit) in
        [("SHARE", Benefit::Percent("12.5".parse().unwrap())), ("FIXED", Benefit::Fixed(euro(101)))]
    {
        let coupon = Coupon {
            code: code.parse().unwrap(),
            reason: String::new(),
            benefit,
            minimum_subtotal: None,
            limit: None,
            starts_at: None,
            ends_at: None,
            excluded_skus: std::collections::BTreeSet::default(),
            excluded_tags: std::collections::BTreeSet::default(),
        };
        world.load(Record::Coupon(Box::new(coupon)), None).await;
    }
    Scene::of(world)
}

/// Buys the goods in this order of lines, and answers what the buyer was shown and what the order holds.
async fn bought(scene: &Scene, order: [usize; 4]) -> Quote {
    let lines = order.map(|place| (GOODS[place].0, GOODS[place].2));
    let cart = scene.cart(&lines).await;
    for code in ["SHARE", "FIXED"] {
        scene.apply(cart, code).await.unwrap();
    }
    let sale = scene.another(cart).await;
    let shown = scene.session(&sale).await.quoted.unwrap();
    let before = scene.orders().await.len();
    scene.placed(&sale).await;
    done(scene, before + 1).await;
    let orders = scene.orders().await;
    let order = orders.iter().find(|order| order.cart == cart).unwrap();
    assert_eq!(order.quoted, shown, "an order copies its quote");
    assert_eq!(shown.quote.check(), Ok(()));
    let total = shown.quote.totals.total.minor;
    let charged = &scene.world.primary.totals()[&order.payments[0].to_string()][0];
    assert_eq!((charged.authorised, charged.captured), (total, total));
    let skus: Vec<&str> = order.lines.iter().map(|line| line.sku().as_str()).collect();
    assert_eq!(skus, lines.map(|(sku, _)| sku), "the lines stay in the order in which they were put in");
    shown.quote
}

#[tokio::test(start_paused = true)]
async fn every_level_and_mode_of_rounding_charges_what_was_shown_and_what_its_lines_sum_to() {
    let mut totals = std::collections::BTreeSet::new();
    for mode in RoundingMode::ALL {
        for level in RoundingLevel::ALL {
            for inside in [true, false] {
                let scene = scene(mode, level, inside).await;
                let quote = bought(&scene, [0, 1, 2, 3]).await;
                assert_eq!(quote.rounding, RoundingPolicy { mode, level });
                totals.insert((quote.totals.total.minor, quote.totals.tax.minor));
            }
        }
    }
    assert!(totals.len() > 2, "the ways of rounding differ on these goods, or they test nothing: {totals:?}");
}

#[tokio::test(start_paused = true)]
async fn the_same_goods_in_another_order_of_lines_cost_the_same() {
    for level in RoundingLevel::ALL {
        for inside in [true, false] {
            let scene = scene(RoundingMode::HalfUp, level, inside).await;
            let straight = bought(&scene, [0, 1, 2, 3]).await.totals;
            for order in [[3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1], [0, 1, 3, 2]] {
                let other = bought(&scene, order).await.totals;
                assert_eq!(other, straight, "{level:?}, tax inside: {inside}, {order:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_of_another_total_than_its_quote_is_not_made() {
    let scene = scene(RoundingMode::HalfUp, RoundingLevel::Line, false).await;
    let sale = scene.sale(&[("b", 7)]).await;
    let quoted = scene.session(&sale).await.quoted.unwrap().quote.totals.total;
    for cents in [-1, 1] {
        let mut place = sale.with("tok");
        place.tenders[0].amount = Some(euro(quoted.minor + cents));
        assert_eq!(scene.place(&place).await.unwrap_err().reason(), Reason::TendersMismatch);
    }
    let mut place = sale.with("tok");
    place.digest = scene.sale(&[("b", 6)]).await.digest;
    assert_eq!(scene.place(&place).await.unwrap_err().reason(), Reason::PriceChanged);
    assert_eq!(scene.world.books().await.ended(), Ok(0));
    scene.placed(&sale).await;
    done(&scene, 1).await;
    assert_eq!(scene.orders().await[0].quoted.quote.totals.total, quoted);
}

async fn refund(scene: &Scene, payment: PaymentId, minor: i64) -> Result<Bytes, Error> {
    let (mutation, house) = (scene.world.mutation("RefundPayment"), Arc::clone(scene.house()));
    house.settle_payment(&mutation, payment, Wanted::Refund(Some(euro(minor))), &|_| Bytes::new()).await
}

#[tokio::test(start_paused = true)]
async fn refunds_that_would_sum_to_a_cent_too_much_are_refused_at_the_last_one() {
    for at_once in [false, true] {
        let scene = Scene::new().await;
        let sale = scene.sale(&[("mug", 1)]).await;
        scene.placed(&sale).await;
        scene.world.settle_briefly().await;
        let order = scene.orders().await.remove(0);
        let payment = order.payments[0];
        // Thirds of 12.50, each rounded up: 12.51.
        let answers = if at_once {
            scene.fuses[0].read_lag(std::time::Duration::from_millis(5));
            join_all([417, 417, 417].map(|minor| refund(&scene, payment, minor))).await
        } else {
            let mut answers = Vec::new();
            for minor in [417, 417, 417] {
                answers.push(refund(&scene, payment, minor).await);
                scene.world.settle_briefly().await;
            }
            answers
        };
        let refused: Vec<Reason> =
            answers.iter().filter_map(|answer| answer.as_ref().err()).map(Error::reason).collect();
        let told = [Reason::AmountExceedsRemainder, Reason::Conflict, Reason::PaymentOperationUnresolved];
        assert!(!refused.is_empty() && refused.iter().all(|reason| told.contains(reason)), "{answers:?}");
        done(&scene, 1).await;
        assert_eq!(scene.orders().await[0].payment_state, PaymentState::PartiallyRefunded);
        // What is left is exactly what is left.
        let left = 1_250 - 417 * i64::try_from(3 - refused.len()).unwrap();
        let error = refund(&scene, payment, left + 1).await.unwrap_err();
        assert_eq!(error.reason(), Reason::AmountExceedsRemainder);
        refund(&scene, payment, left).await.unwrap();
        done(&scene, 1).await;
        assert_eq!(scene.orders().await[0].payment_state, PaymentState::Refunded);
        assert!(refund(&scene, payment, 1).await.is_err());
        done(&scene, 1).await;
    }
}
