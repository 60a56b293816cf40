//! What changes between a quote and its order: the catalogue, the cart, the coupons.

use cashwrap::domain::product::TaxCategory;
use cashwrap::proto::cashwrap::v1::{Checkout, CheckoutDetails, delivery_selection};

use super::carts::{add, cart_of};
use super::checkouts::{berlin, buyer, checkout_of, choosing, opening, options, read, update};
use super::orders::{order, place, placing};
use super::rig::{Rig, refusal, service};

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
