//! What a watcher is told, and how soon.

use std::collections::BTreeSet;
use std::time::Duration;

use cashwrap::domain::coupon::{Benefit, Coupon};
use cashwrap::domain::money::Money;
use cashwrap::partners::system::SystemClock;
use cashwrap::ports::{Clock, Record};
use cashwrap::proto::cashwrap::v1::{
    ApplyCodeRequest, Checkout, WatchCheckoutRequest, WatchCheckoutResponse,
};

use super::carts::{add, cart_of};
use super::checkouts::{buyer, checkout_of, next, opening};
use super::rig::{Rig, key, service};

/// What a watcher is told before it would read everything anew.
async fn told_soon(stream: &mut tonic::Streaming<WatchCheckoutResponse>) -> Checkout {
    let soon = tokio::time::timeout(Duration::from_secs(3), next(stream)).await;
    soon.expect("the watcher was not told").unwrap().unwrap().checkout.unwrap()
}

#[tokio::test]
async fn a_watcher_is_told_of_a_price_that_was_loaded_anew() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let watch = WatchCheckoutRequest { name: checkout.name };
    let mut stream = rig.checkouts().watch_checkout(service(watch)).await.unwrap().into_inner();
    next(&mut stream).await.unwrap().unwrap();
    rig.sells("course", 5_900, "EUR", false, None).await;
    let told = told_soon(&mut stream).await;
    assert_eq!(told.quote.unwrap().total.unwrap().units, 59);
}

#[tokio::test]
async fn a_watcher_is_told_when_the_quote_ends() {
    let rig = Rig::start().await;
    let ends = SystemClock.now().checked_add(Duration::from_secs(1)).unwrap();
    let coupon = Coupon {
        code: "SOON".parse().unwrap(),
        reason: String::new(),
        benefit: Benefit::Fixed(Money::new(500, "EUR".parse().unwrap())),
        minimum_subtotal: None,
        limit: None,
        starts_at: None,
        ends_at: Some(ends),
        excluded_skus: BTreeSet::default(),
        excluded_tags: BTreeSet::default(),
    };
    rig.load(Record::Coupon(Box::new(coupon)), None).await;
    let cart = cart_of(&rig, vec![add("course", 1)]).await;
    let code = "SOON".to_owned();
    let apply = ApplyCodeRequest { name: cart.name.clone(), request_id: key(), etag: String::new(), code };
    rig.carts().apply_code(service(apply)).await.unwrap();
    let opened = rig.checkouts().create_checkout(service(opening(&cart.name, buyer()))).await.unwrap();
    let watch = WatchCheckoutRequest { name: opened.into_inner().checkout.unwrap().name };
    let mut stream = rig.checkouts().watch_checkout(service(watch)).await.unwrap().into_inner();
    let first = next(&mut stream).await.unwrap().unwrap().checkout.unwrap();
    assert_eq!(first.quote.unwrap().total.unwrap().units, 44);
    let told = told_soon(&mut stream).await;
    assert_eq!(told.quote.unwrap().total.unwrap().units, 49);
}
