//! What changes between a quote and its order: the catalogue, the cart, the coupons.

use std::collections::BTreeSet;
use std::time::Duration;

use cashwrap::domain::coupon::{Benefit, Coupon};
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::OperationKind;
use cashwrap::domain::product::TaxCategory;
use cashwrap::partners::system::SystemClock;
use cashwrap::ports::{Clock, Record};
use cashwrap::proto::cashwrap::v1::place_order_response::Result as Became;
use cashwrap::proto::cashwrap::v1::{
    ApplyCodeRequest, CancelCheckoutRequest, Checkout, CheckoutDetails, Contact, DeleteCartRequest,
    ListPaymentMethodsRequest, Severity, WatchCheckoutRequest, delivery_selection,
};

use super::carts::{add, cart_of};
use super::checkouts::{berlin, buyer, checkout_of, choosing, next, opening, options, read, update};
use super::orders::{order, place, placing};
use super::rig::{Rig, key, refusal, service};
use crate::placing::till::Weather;

/// Why the checkout cannot be placed, and where.
async fn refused(rig: &Rig, checkout: &Checkout) -> (String, String) {
    let status = rig.checkouts().place_order(service(placing(checkout))).await.unwrap_err();
    let (_, reason, field) = refusal(&status);
    (reason, field)
}

fn codes(checkout: &Checkout) -> Vec<&str> {
    checkout.problems.iter().map(|problem| problem.code.as_str()).collect()
}

#[tokio::test]
async fn goods_whose_stock_is_counted_since_the_quote_are_held_or_refused() {
    let rig = Rig::start().await;
    let cart = cart_of(&rig, vec![add("course", 3)]).await;
    let opened = rig.checkouts().create_checkout(service(opening(&cart.name, buyer()))).await.unwrap();
    let checkout = opened.into_inner().checkout.unwrap();
    rig.sells("course", 4900, "EUR", false, Some(1)).await;
    let out = ("OUT_OF_STOCK".to_owned(), "lines[0].quantity".to_owned());
    assert_eq!(refused(&rig, &checkout).await, out);
    assert!(rig.untouched());
    assert_eq!(codes(&read(&rig, &checkout.name).await), ["OUT_OF_STOCK"]);
    rig.sells("course", 4900, "EUR", false, Some(3)).await;
    order(&place(&rig, &placing(&read(&rig, &checkout.name).await)).await);
    let late = rig.carts().create_cart(service(super::carts::new_cart(vec![add("course", 1)]))).await;
    assert_eq!(refusal(&late.unwrap_err()).1, "OUT_OF_STOCK", "the order took all three");
}

#[tokio::test]
async fn goods_that_are_taxed_otherwise_since_the_quote_are_shown_again_before_they_are_sold() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    rig.resells("course", |product| product.tax_category = TaxCategory::Reduced).await;
    assert_eq!(refused(&rig, &checkout).await.0, "PRICE_CHANGED");
    assert!(rig.untouched());
    let fresh = read(&rig, &checkout.name).await;
    let rate = |checkout: &Checkout| checkout.quote.as_ref().unwrap().taxes[0].rate.clone();
    assert_eq!((rate(&checkout).as_str(), rate(&fresh).as_str()), ("0.19", "0.07"));
    let placed = order(&place(&rig, &placing(&fresh)).await);
    assert_eq!(placed.quote.unwrap().taxes[0].rate, "0.07");
}

#[tokio::test]
async fn goods_that_weigh_more_since_the_quote_need_a_delivery_that_was_priced_for_them() {
    let rig = Rig::start().await;
    let details = CheckoutDetails { delivery_address: Some(berlin()), ..buyer() };
    let checkout = checkout_of(&rig, "tea", details).await;
    let listed = rig.checkouts().list_delivery_options(service(options(&checkout))).await.unwrap();
    let quote_id = listed.into_inner().delivery_options[0].quote_id.clone();
    let chosen = update(&checkout, choosing(delivery_selection::Choice::QuoteId(quote_id)));
    let chosen = rig.checkouts().update_checkout(service(chosen)).await.unwrap().into_inner();
    let ready = chosen.checkout.unwrap();
    assert!(ready.problems.is_empty());
    rig.resells("tea", |product| product.weight_grams = 20_000).await;
    assert_eq!(refused(&rig, &ready).await.0, "PRICE_CHANGED");
    assert_eq!(codes(&read(&rig, &ready.name).await), ["DELIVERY_OPTION_REQUIRED"]);
    assert!(rig.untouched());
}

/// The only problem of a checkout whose cart is no longer there for it, and that nothing can be pressed.
fn only_problem(checkout: &Checkout) -> (String, Severity) {
    assert!(!checkout.primary_action.as_ref().unwrap().enabled);
    let [problem] = checkout.problems.as_slice() else { panic!("not one problem: {:?}", checkout.problems) };
    assert_eq!(problem.path, "cart");
    (problem.code.clone(), problem.severity())
}

#[tokio::test]
async fn a_checkout_outlives_its_deleted_cart_and_says_that_it_cannot_be_placed() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let watch = WatchCheckoutRequest { name: checkout.name.clone() };
    let mut stream = rig.checkouts().watch_checkout(service(watch)).await.unwrap().into_inner();
    assert!(next(&mut stream).await.unwrap().unwrap().checkout.unwrap().problems.is_empty());
    let name = checkout.cart.clone();
    let delete = DeleteCartRequest { name, request_id: key(), etag: String::new() };
    rig.carts().delete_cart(service(delete)).await.unwrap();
    let gone = ("CART_NOT_OPEN".to_owned(), Severity::Unrecoverable);
    assert_eq!(only_problem(&next(&mut stream).await.unwrap().unwrap().checkout.unwrap()), gone);
    assert_eq!(only_problem(&read(&rig, &checkout.name).await), gone);
    assert_eq!(refused(&rig, &checkout).await.0, "CART_NOT_OPEN");
    let edit = service(update(&checkout, buyer()));
    assert_eq!(refusal(&rig.checkouts().update_checkout(edit).await.unwrap_err()).1, "CART_NOT_OPEN");
    let parent = checkout.name.clone();
    let methods = ListPaymentMethodsRequest { parent, ..ListPaymentMethodsRequest::default() };
    rig.checkouts().list_payment_methods(service(methods)).await.unwrap();
    let cancel =
        CancelCheckoutRequest { name: checkout.name.clone(), request_id: key(), etag: String::new() };
    rig.checkouts().cancel_checkout(service(cancel)).await.unwrap();
}

#[tokio::test]
async fn a_second_checkout_of_a_cart_waits_for_the_first_and_ends_with_its_order() {
    let rig = Rig::start().await;
    let first = checkout_of(&rig, "course", buyer()).await;
    let opened = rig.checkouts().create_checkout(service(opening(&first.cart, buyer()))).await.unwrap();
    let second = opened.into_inner().checkout.unwrap();
    rig.primary.next(OperationKind::Confirm, Weather::Action);
    let response = place(&rig, &placing(&first)).await;
    assert!(matches!(response.result, Some(Became::Action(_))), "{response:?}");
    let locked = ("CART_NOT_OPEN".to_owned(), Severity::Recoverable);
    assert_eq!(only_problem(&read(&rig, &second.name).await), locked);
    let contact = Contact { email: "eve@example.com".to_owned(), phone: String::new() };
    let edit = CheckoutDetails { contact: Some(contact), ..CheckoutDetails::default() };
    rig.checkouts().update_checkout(service(update(&first, edit))).await.unwrap();
    assert!(read(&rig, &second.name).await.problems.is_empty(), "the cart is open again");
    order(&place(&rig, &placing(&read(&rig, &first.name).await)).await);
    let ordered = ("ALREADY_ORDERED".to_owned(), Severity::Unrecoverable);
    assert_eq!(only_problem(&read(&rig, &second.name).await), ordered);
    assert_eq!(refused(&rig, &second).await.0, "ALREADY_ORDERED");
}

#[tokio::test]
async fn a_quote_ends_with_its_coupon() {
    let rig = Rig::start().await;
    let ends = SystemClock.now().checked_add(Duration::from_mins(2)).unwrap();
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
    let quote = opened.into_inner().checkout.unwrap().quote.unwrap();
    assert_eq!(quote.expire_time.unwrap().seconds, ends.as_second());
}
