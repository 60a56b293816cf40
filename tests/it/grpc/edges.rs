//! What a caller meets at the edges: deadlines, codes that a flow does not take, devices that nobody named, lists
//! whose filter changes, and what is missing.

use std::sync::Arc;
use std::time::Duration;

use cashwrap::grpc::limits::deadline::AnswerBy;
use cashwrap::partners::tax::builtin::BuiltinTax;
use cashwrap::ports::tax::{TaxAnswer, TaxError, TaxProvider, TaxRequest};
use cashwrap::proto::cashwrap::v1::{
    ApplyCodeRequest, Checkout, CheckoutContext, CheckoutDetails, CreateCheckoutRequest, Device,
    ListPaymentMethodsRequest, ListPickupLocationsRequest, PlaceOrderRequest, Warning,
};
use cashwrap::proto::google::r#type::LatLng;
use tokio::time::Instant;
use tonic::Code::{DeadlineExceeded, InvalidArgument};
use tonic::Request;

use super::carts::{self, add, cart_of};
use super::checkouts::{berlin, buyer, checkout_of, opening, options, read, update};
use super::orders::{order, place, placing};
use super::rig::{Rig, builtin_tax, is, key, refusal, service};

/// The same request of a caller who waits until then.
fn by<T>(mut request: Request<T>, answer_by: Instant) -> Request<T> {
    request.extensions_mut().insert(AnswerBy(answer_by));
    request
}

/// Knows the tax after a second.
struct Slow(BuiltinTax);

#[async_trait::async_trait]
impl TaxProvider for Slow {
    async fn quote(&self, request: &TaxRequest) -> Result<TaxAnswer, TaxError> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.0.quote(request).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_time_is_over_changes_nothing_before_its_work_and_before_its_commit() {
    let rig = Rig::taxed_by(Arc::new(Slow(builtin_tax()))).await;
    let too_late = is(DeadlineExceeded, "DEADLINE_EXCEEDED", "");
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let status =
        rig.checkouts().place_order(by(service(placing(&checkout)), Instant::now())).await.unwrap_err();
    assert_eq!(refusal(&status), too_late);
    assert!(rig.untouched());

    let edit = CheckoutDetails { delivery_address: Some(berlin()), ..CheckoutDetails::default() };
    let soon = Instant::now() + Duration::from_millis(500);
    let request = update(&checkout, edit);
    let status = rig.checkouts().update_checkout(by(service(request.clone()), soon)).await.unwrap_err();
    assert_eq!(refusal(&status), too_late, "it was begun in time, and its tax came too late");
    assert_eq!(read(&rig, &checkout.name).await.etag, checkout.etag);

    let later = Instant::now() + Duration::from_secs(5);
    let repeated = rig.checkouts().update_checkout(by(service(request), later)).await.unwrap().into_inner();
    assert_ne!(repeated.checkout.unwrap().etag, checkout.etag, "the key is free, and the repeat is done");
}

async fn with_code(rig: &Rig, name: &str) {
    let code = ApplyCodeRequest {
        name: name.to_owned(),
        request_id: key(),
        etag: String::new(),
        code: "SAVE5".to_owned(),
    };
    rig.carts().apply_code(service(code)).await.unwrap();
}

async fn on_television(rig: &Rig, cart: &str) -> Checkout {
    let context = Some(CheckoutContext { device: Device::Tv.into(), ..CheckoutContext::default() });
    let request = CreateCheckoutRequest { context, ..opening(cart, buyer()) };
    rig.checkouts().create_checkout(service(request)).await.unwrap().into_inner().checkout.unwrap()
}

fn left_out(warnings: &[Warning]) -> Vec<(&str, &str, &str)> {
    let parameter =
        |warning: &'_ Warning, name: &str| warning.parameters.get(name).cloned().unwrap_or_default();
    assert!(warnings.iter().all(|warning| parameter(warning, "code") == "SAVE5"), "{warnings:?}");
    assert!(
        warnings.iter().all(|warning| parameter(warning, "reason") == "FLOW_WITHOUT_CODES"),
        "{warnings:?}"
    );
    warnings.iter().map(|warning| (warning.code.as_str(), "SAVE5", "FLOW_WITHOUT_CODES")).collect()
}

#[tokio::test]
async fn a_code_in_a_flow_that_takes_none_is_warned_of_and_the_order_costs_the_whole_price() {
    let rig = Rig::start().await;
    let cart = cart_of(&rig, vec![add("course", 1)]).await;
    with_code(&rig, &cart.name).await;
    let warned = [("CODE_NOT_APPLIED", "SAVE5", "FLOW_WITHOUT_CODES")];
    let checkout = on_television(&rig, &cart.name).await;
    assert_eq!(checkout.flow.as_ref().unwrap().id, "without-codes");
    assert_eq!(left_out(&checkout.warnings), warned);
    assert!(checkout.problems.is_empty(), "{:?}", checkout.problems);
    assert_eq!(read(&rig, &checkout.name).await, checkout, "a read neither forgets it nor changes the quote");

    let placed = order(&place(&rig, &placing(&checkout)).await);
    assert_eq!(placed.quote.unwrap().total.unwrap().units, 49);

    let cart = cart_of(&rig, vec![add("course", 1)]).await;
    let plain = on_television(&rig, &cart.name).await;
    assert!(plain.warnings.is_empty());
    with_code(&rig, &cart.name).await;
    let warned_later = read(&rig, &plain.name).await;
    assert_eq!(left_out(&warned_later.warnings), warned, "a code that comes afterwards is told too");
    assert_ne!(warned_later.etag, plain.etag);
    order(&place(&rig, &placing(&warned_later)).await);
}

#[tokio::test]
async fn a_device_that_nobody_named_stays_unspecified() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    assert_eq!(checkout.context.as_ref().unwrap().device(), Device::Unspecified);
    assert_eq!(read(&rig, &checkout.name).await.context.unwrap().device(), Device::Unspecified);
}

#[tokio::test]
async fn a_digest_that_is_missing_is_said_to_be_missing() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let request = PlaceOrderRequest { quote_digest: String::new(), ..placing(&checkout) };
    let status = rig.checkouts().place_order(service(request)).await.unwrap_err();
    assert_eq!(refusal(&status), is(InvalidArgument, "INVALID_FIELD", "quote_digest"));
    assert!(status.message().starts_with("quote_digest: is missing: "), "{status}");
}

#[tokio::test]
async fn a_page_token_of_another_parent_filter_or_method_is_refused_and_another_size_is_taken() {
    let rig = Rig::start().await;
    let details = CheckoutDetails { delivery_address: Some(berlin()), ..buyer() };
    let checkout = checkout_of(&rig, "tea", details.clone()).await;
    let other = checkout_of(&rig, "tea", details).await;
    let first = super::checkouts::options(&checkout);
    let first = cashwrap::proto::cashwrap::v1::ListDeliveryOptionsRequest { page_size: 1, ..first };
    let page = rig.checkouts().list_delivery_options(service(first.clone())).await.unwrap().into_inner();
    let token = page.next_page_token;
    assert!(!token.is_empty(), "there are two options");

    let next = |change: fn(&mut cashwrap::proto::cashwrap::v1::ListDeliveryOptionsRequest)| {
        let mut request = first.clone();
        request.page_token.clone_from(&token);
        change(&mut request);
        service(request)
    };
    let wider = rig.checkouts().list_delivery_options(next(|request| request.page_size = 10)).await.unwrap();
    assert_eq!(wider.into_inner().delivery_options.len(), 1, "the rest");
    let refused = is(InvalidArgument, "PAGE_TOKEN_INVALID", "page_token");
    let filtered = next(|request| "shipment".clone_into(&mut request.delivery_group_id));
    let status = rig.checkouts().list_delivery_options(filtered).await.unwrap_err();
    assert_eq!(refusal(&status), refused);
    let elsewhere = options(&other);
    let elsewhere =
        cashwrap::proto::cashwrap::v1::ListDeliveryOptionsRequest { page_token: token.clone(), ..elsewhere };
    let status = rig.checkouts().list_delivery_options(service(elsewhere)).await.unwrap_err();
    assert_eq!(refusal(&status), refused);
    let methods =
        ListPaymentMethodsRequest { parent: checkout.name.clone(), page_size: 1, page_token: token.clone() };
    let status = rig.checkouts().list_payment_methods(service(methods)).await.unwrap_err();
    assert_eq!(refusal(&status), refused);
    let near = Some(LatLng { latitude: 52.5, longitude: 13.4 });
    let places = ListPickupLocationsRequest { parent: checkout.name, near, page_size: 1, page_token: token };
    let status = rig.checkouts().list_pickup_locations(service(places)).await.unwrap_err();
    assert_eq!(refusal(&status), refused);
}

#[tokio::test]
async fn a_line_that_is_added_to_beyond_its_limit_says_how_many_more_fit() {
    let rig = Rig::start().await;
    let cart = cart_of(&rig, vec![add("course", 9_000)]).await;
    let request = service(carts::update(&cart, vec![add("course", 1_000)]));
    let status = rig.carts().update_cart(request).await.unwrap_err();
    assert!(status.message().ends_with("holds 9000: add no more than 999"), "{status}");
}
