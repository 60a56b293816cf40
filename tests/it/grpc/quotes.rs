//! Backups of carriers and tax providers, and carts that nobody delivers, as storefronts see them.

use std::sync::Arc;

use cashwrap::partners::quotes::{QuoteDesk, QuoteSettings};
use cashwrap::ports::carrier::{Carrier, CarrierError, DeliveryOption, DeliveryRequest};
use cashwrap::ports::tax::{TaxAnswer, TaxError, TaxProvider, TaxRequest};
use cashwrap::proto::cashwrap::v1::{
    Checkout, CheckoutDetails, CreateCartRequest, Degradation, Dependency, GetOrderRequest,
    ListDeliveryOptionsResponse, ListPickupLocationsRequest, Severity, delivery_selection,
};
use tonic::Code::{FailedPrecondition, Unavailable};

use super::carts::{add, new_cart};
use super::checkouts::{berlin, buyer, checkout_of, choosing, opening, options, update};
use super::orders::{order, place, placing};
use super::rig::{FLOW, Rig, is, refusal, service};

/// Out of reach, whatever it is asked.
struct Down;

#[async_trait::async_trait]
impl Carrier for Down {
    async fn options(&self, _: &DeliveryRequest) -> Result<Vec<DeliveryOption>, CarrierError> {
        Err(CarrierError::Unavailable("502".to_owned()))
    }
}

#[async_trait::async_trait]
impl TaxProvider for Down {
    async fn quote(&self, _: &TaxRequest) -> Result<TaxAnswer, TaxError> {
        Err(TaxError::Unavailable("502".to_owned()))
    }
}

/// A shop whose courier and tax provider are down, under a flow with these lines in its backend.
async fn shop(carriers: &str, tax: &str) -> Rig {
    let flow = FLOW.replace("carriers: [parcel]", carriers).replace("tax: builtin", tax);
    let down = |desk: QuoteDesk| {
        let settings = QuoteSettings::default();
        desk.with_carrier("courier".parse().unwrap(), Arc::new(Down), &settings).with_tax(
            "remote".parse().unwrap(),
            Arc::new(Down),
            &settings,
        )
    };
    Rig::with(&flow, down).await
}

fn sent_home() -> CheckoutDetails {
    CheckoutDetails { delivery_address: Some(berlin()), ..buyer() }
}

async fn listed(rig: &Rig, checkout: &Checkout) -> ListDeliveryOptionsResponse {
    rig.checkouts().list_delivery_options(service(options(checkout))).await.unwrap().into_inner()
}

fn stood_in(dependency: Dependency, from: &str, to: &str) -> Degradation {
    Degradation {
        dependency: dependency.into(),
        from: from.to_owned(),
        to: to.to_owned(),
        reason: "UNAVAILABLE".to_owned(),
    }
}

fn codes(checkout: &Checkout) -> Vec<&str> {
    checkout.problems.iter().map(|problem| problem.code.as_str()).collect()
}

#[tokio::test]
async fn backups_quote_while_the_first_are_down_and_the_order_records_it() {
    let carriers = "carriers: [{account: courier, backups: [parcel]}]";
    let rig = shop(carriers, "tax: {account: remote, backups: [builtin], degraded: fallback}").await;
    let checkout = checkout_of(&rig, "tea", sent_home()).await;
    let taxed = stood_in(Dependency::Tax, "remote", "builtin");
    assert_eq!(checkout.quote.as_ref().unwrap().degraded, std::slice::from_ref(&taxed));
    let listed = listed(&rig, &checkout).await;
    let carried = stood_in(Dependency::Carrier, "courier", "parcel");
    assert_eq!(listed.degraded, std::slice::from_ref(&carried));
    assert!(listed.missing_carriers.is_empty() && listed.problems.is_empty());
    assert_eq!(listed.delivery_options[0].carrier, "parcel");
    let quote_id = listed.delivery_options[0].quote_id.clone();
    let chosen = update(&checkout, choosing(delivery_selection::Choice::QuoteId(quote_id)));
    let chosen = rig.checkouts().update_checkout(service(chosen)).await.unwrap().into_inner();
    let checkout = chosen.checkout.unwrap();
    let both = [taxed, carried];
    assert_eq!(checkout.quote.as_ref().unwrap().degraded, both);
    assert!(checkout.problems.is_empty(), "a backup's quote is a quote: {:?}", checkout.problems);
    let placed = order(&place(&rig, &placing(&checkout)).await);
    assert_eq!(placed.quote.as_ref().unwrap().degraded, both);
    let get = GetOrderRequest { name: placed.name.clone() };
    let held = rig.orders().get_order(service(get)).await.unwrap().into_inner().order.unwrap();
    assert_eq!(held.quote.unwrap().degraded, both);
}

#[tokio::test]
async fn a_first_partner_that_answers_leaves_no_mark() {
    let carriers = "carriers: [{account: parcel, backups: [courier]}]";
    let rig = shop(carriers, "tax: {account: builtin, backups: [remote]}").await;
    let checkout = checkout_of(&rig, "tea", sent_home()).await;
    assert!(checkout.quote.as_ref().unwrap().degraded.is_empty());
    let listed = listed(&rig, &checkout).await;
    assert!(listed.degraded.is_empty() && !listed.delivery_options.is_empty());
}

#[tokio::test]
async fn a_carrier_without_a_backup_is_missed_and_the_others_are_listed_once() {
    let carriers = "carriers: [courier, {account: courier, backups: [parcel]}, parcel]";
    let rig = shop(carriers, "tax: builtin").await;
    let checkout = checkout_of(&rig, "tea", sent_home()).await;
    let listed = listed(&rig, &checkout).await;
    assert_eq!(listed.missing_carriers, ["courier"]);
    let offered: Vec<_> = listed
        .delivery_options
        .iter()
        .map(|option| (option.carrier.as_str(), option.title.as_str()))
        .collect();
    let once = [("parcel", "Standard"), ("parcel", "Express")];
    assert_eq!(offered, once, "the same option is not offered twice");
    let quote_id = listed.delivery_options[0].quote_id.clone();
    let chosen = update(&checkout, choosing(delivery_selection::Choice::QuoteId(quote_id)));
    let chosen = rig.checkouts().update_checkout(service(chosen)).await.unwrap().into_inner();
    assert!(chosen.checkout.unwrap().quote.unwrap().degraded.is_empty(), "its own offer goes first");
}

#[tokio::test]
async fn where_everybody_is_down_nothing_is_made_up() {
    let rig = shop("carriers: [courier]", "tax: remote").await;
    let checkout = checkout_of(&rig, "tea", sent_home()).await;
    assert!(checkout.quote.is_none(), "an unknown tax is never nought");
    assert_eq!(codes(&checkout), ["DELIVERY_OPTION_REQUIRED", "TAX_UNAVAILABLE"]);
    let status = rig.checkouts().list_delivery_options(service(options(&checkout))).await.unwrap_err();
    assert_eq!(refusal(&status), is(Unavailable, "PARTNER_UNAVAILABLE", ""));
    assert!(rig.untouched());
}

#[tokio::test]
async fn a_cart_in_a_currency_that_no_carrier_prices_is_told_so() {
    let rig = Rig::start().await;
    let new = CreateCartRequest { currency_code: "GBP".to_owned(), ..new_cart(vec![add("pound-tea", 1)]) };
    let cart = rig.carts().create_cart(service(new)).await.unwrap().into_inner().cart.unwrap();
    let request = service(opening(&cart.name, sent_home()));
    let checkout = rig.checkouts().create_checkout(request).await.unwrap().into_inner().checkout.unwrap();
    assert_eq!(codes(&checkout), ["DELIVERY_UNAVAILABLE"]);
    let problem = &checkout.problems[0];
    assert_eq!(problem.path, "details.deliveries[shipment]");
    assert_eq!(problem.severity(), Severity::NeedsBuyerInput);
    assert_eq!(problem.remedy, "no carrier delivers for a cart in GBP: use a cart in another currency");
    assert!(!checkout.primary_action.as_ref().unwrap().enabled);
    let listed = listed(&rig, &checkout).await;
    assert!(listed.delivery_options.is_empty() && listed.missing_carriers.is_empty());
    assert_eq!(listed.problems[0].code, "DELIVERY_UNAVAILABLE");
    assert_eq!(listed.problems[0].remedy, problem.remedy);
    let status = rig.checkouts().place_order(service(placing(&checkout))).await.unwrap_err();
    assert_eq!(refusal(&status), is(FailedPrecondition, "CHECKOUT_NOT_READY", ""));
}

#[tokio::test]
async fn an_address_in_a_country_that_no_carrier_serves_is_told_so_and_another_one_mends_it() {
    let rig = Rig::start().await;
    let mut paris = berlin();
    paris.region_code = "FR".to_owned();
    paris.postal_code = "75001".to_owned();
    paris.locality = "Paris".to_owned();
    let abroad = CheckoutDetails { delivery_address: Some(paris), ..buyer() };
    let checkout = checkout_of(&rig, "tea", abroad).await;
    assert_eq!(codes(&checkout), ["DELIVERY_UNAVAILABLE"]);
    let told = "no carrier delivers to FR: give an address in another country";
    assert_eq!(checkout.problems[0].remedy, told);
    assert_eq!(listed(&rig, &checkout).await.problems[0].remedy, told);
    let home = CheckoutDetails { delivery_address: Some(berlin()), ..CheckoutDetails::default() };
    let request = service(update(&checkout, home));
    let checkout = rig.checkouts().update_checkout(request).await.unwrap().into_inner().checkout.unwrap();
    assert_eq!(codes(&checkout), ["DELIVERY_OPTION_REQUIRED"]);
}

#[tokio::test]
async fn goods_that_no_carrier_takes_there_make_an_empty_list_that_says_so() {
    let rig =
        Rig::with(&FLOW.replace("delivery_options: all", "delivery_options: [drone]"), |desk| desk).await;
    let checkout = checkout_of(&rig, "tea", sent_home()).await;
    let listed = listed(&rig, &checkout).await;
    assert!(listed.delivery_options.is_empty());
    assert_eq!(listed.problems[0].code, "DELIVERY_UNAVAILABLE");
    assert!(listed.problems[0].remedy.contains("change the goods"));
}

#[tokio::test]
async fn a_pickup_partner_that_is_down_is_told_as_such_and_not_as_an_empty_list() {
    let flow = FLOW.replace("click_and_collect: false", "click_and_collect: true");
    let flow = flow.replace("carriers: [parcel]", "carriers: [parcel]\n  pickup: [courier]");
    let settings = QuoteSettings::default();
    let down = |desk: QuoteDesk| desk.with_carrier("courier".parse().unwrap(), Arc::new(Down), &settings);
    let rig = Rig::with(&flow, down).await;
    let checkout = checkout_of(&rig, "tea", sent_home()).await;
    let unavailable = is(Unavailable, "PARTNER_UNAVAILABLE", "");
    let parent = checkout.name.clone();
    let list = ListPickupLocationsRequest { parent, ..ListPickupLocationsRequest::default() };
    let status = rig.checkouts().list_pickup_locations(service(list)).await.unwrap_err();
    assert_eq!(refusal(&status), unavailable);
    let choice = choosing(delivery_selection::Choice::PickupLocationId("berlin".to_owned()));
    let status = rig.checkouts().update_checkout(service(update(&checkout, choice))).await.unwrap_err();
    assert_eq!(refusal(&status), unavailable);
}
