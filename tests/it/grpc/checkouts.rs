//! CheckoutService up to the placement: details, delivery, problems, and the stream of changes.

use std::time::Duration;

use cashwrap::proto::cashwrap::v1::{
    Billing, CancelCheckoutRequest, Checkout, CheckoutContext, CheckoutDetails, CheckoutState, Contact,
    CreateCheckoutRequest, Customer, DeliverySelection, GetCheckoutRequest, IdentityOption,
    ListDeliveryOptionsRequest, ListPaymentMethodsRequest, ListPickupLocationsRequest, Severity,
    UpdateCheckoutRequest, WatchCheckoutRequest, billing, delivery_selection,
};
use cashwrap::proto::google::r#type::{LatLng, PostalAddress};
use tokio_stream::StreamExt as _;
use tonic::Code::{Aborted, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied};

use super::carts::{add, cart_of};
use super::rig::{CARD, FLOW, Rig, guest, is, key, refusal, service, stranger};

pub(super) fn berlin() -> PostalAddress {
    PostalAddress {
        region_code: "DE".to_owned(),
        postal_code: "10117".to_owned(),
        locality: "Berlin".to_owned(),
        address_lines: vec!["Unter den Linden 1".to_owned()],
        recipients: vec!["Ada Example".to_owned()],
        ..PostalAddress::default()
    }
}

pub(crate) fn buyer() -> CheckoutDetails {
    CheckoutDetails {
        contact: Some(Contact { email: "ada@example.com".to_owned(), phone: String::new() }),
        billing: Some(Billing { choice: Some(billing::Choice::Address(berlin())) }),
        return_uri: "https://shop.example/done".to_owned(),
        ..CheckoutDetails::default()
    }
}

pub(crate) fn opening(cart: &str, details: CheckoutDetails) -> CreateCheckoutRequest {
    CreateCheckoutRequest {
        parent: "stores/shop".to_owned(),
        request_id: key(),
        cart: cart.to_owned(),
        context: None,
        details: Some(details),
    }
}

pub(super) async fn checkout_of(rig: &Rig, sku: &str, details: CheckoutDetails) -> Checkout {
    let cart = cart_of(rig, vec![add(sku, 1)]).await;
    let request = service(opening(&cart.name, details));
    rig.checkouts().create_checkout(request).await.unwrap().into_inner().checkout.unwrap()
}

pub(super) async fn read(rig: &Rig, name: &str) -> Checkout {
    let request = GetCheckoutRequest { name: name.to_owned() };
    rig.checkouts().get_checkout(service(request)).await.unwrap().into_inner().checkout.unwrap()
}

pub(super) fn update(checkout: &Checkout, details: CheckoutDetails) -> UpdateCheckoutRequest {
    UpdateCheckoutRequest {
        name: checkout.name.clone(),
        request_id: key(),
        etag: String::new(),
        details: Some(details),
        update_mask: None,
    }
}

pub(super) fn choosing(choice: delivery_selection::Choice) -> CheckoutDetails {
    let choice = DeliverySelection { delivery_group_id: String::new(), choice: Some(choice) };
    CheckoutDetails { deliveries: vec![choice], ..CheckoutDetails::default() }
}

/// What the stream says next; saying nothing for long is a failure.
pub(super) async fn next<T>(stream: &mut tonic::Streaming<T>) -> Option<Result<T, tonic::Status>> {
    tokio::time::timeout(Duration::from_secs(10), stream.next()).await.expect("the stream is silent")
}

pub(super) fn options(checkout: &Checkout) -> ListDeliveryOptionsRequest {
    ListDeliveryOptionsRequest { parent: checkout.name.clone(), ..ListDeliveryOptionsRequest::default() }
}

#[tokio::test]
async fn a_checkout_is_ready_once_delivery_is_chosen_and_its_sums_add_up() {
    let rig = Rig::start().await;
    let details = CheckoutDetails { delivery_address: Some(berlin()), ..buyer() };
    let checkout = checkout_of(&rig, "tea", details).await;
    let codes: Vec<_> = checkout.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["DELIVERY_OPTION_REQUIRED"]);
    assert!(checkout.quote.as_ref().unwrap().estimated);
    let listed =
        rig.checkouts().list_delivery_options(service(options(&checkout))).await.unwrap().into_inner();
    let option = &listed.delivery_options[0];
    assert!(option.delivery_dates.is_some());
    let chosen = choosing(delivery_selection::Choice::QuoteId(option.quote_id.clone()));
    let checkout = rig.checkouts().update_checkout(service(update(&checkout, chosen))).await.unwrap();
    let checkout = checkout.into_inner().checkout.unwrap();
    assert!(checkout.problems.is_empty(), "{:?}", checkout.problems);
    assert!(checkout.primary_action.as_ref().unwrap().enabled);
    let quote = checkout.quote.unwrap();
    let total = quote.total.unwrap();
    assert_eq!((total.units, total.nanos), (13, 400_000_000));
    assert!(!quote.quote_digest.is_empty() && !quote.estimated);
    assert_eq!(quote.taxes[0].rate, "0.19");
    assert_eq!(quote.delivery_groups[0].option.as_ref().unwrap().service, "standard");
}

#[tokio::test]
async fn a_digital_cart_asks_for_a_billing_address_while_its_tax_is_a_guess() {
    let rig = Rig::start().await;
    let details = CheckoutDetails { billing: None, ..buyer() };
    let checkout = checkout_of(&rig, "course", details).await;
    let codes: Vec<_> = checkout.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["BILLING_ADDRESS_REQUIRED"]);
    assert!(checkout.quote.unwrap().estimated);
}

#[tokio::test]
async fn digital_goods_have_no_delivery_options_and_the_reason_is_said() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let listed = rig.checkouts().list_delivery_options(service(options(&checkout))).await;
    let listed = listed.unwrap().into_inner();
    assert!(listed.delivery_options.is_empty());
    assert_eq!(listed.problems[0].code, "DELIVERY_UNAVAILABLE");
    assert!(listed.problems[0].remedy.contains("nothing in this checkout is delivered"));
}

#[tokio::test]
async fn a_country_whose_tax_nobody_knows_asks_for_another_address_and_not_for_patience() {
    let rig = Rig::start().await;
    let details = CheckoutDetails { delivery_address: Some(berlin()), ..buyer() };
    let away = PostalAddress { region_code: "JP".to_owned(), ..berlin() };
    let away = CheckoutDetails { delivery_address: Some(away), ..details };
    let checkout = checkout_of(&rig, "tea", away).await;
    let problem = checkout.problems.iter().find(|problem| problem.code == "TAX_UNAVAILABLE").unwrap();
    assert_eq!(problem.severity(), Severity::NeedsBuyerInput);
    assert_eq!(problem.path, "details.delivery_address");
    assert!(problem.remedy.contains("JP"), "{}", problem.remedy);
}

#[tokio::test]
async fn an_identity_that_is_not_offered_is_answered_with_those_that_are() {
    let rig = Rig::start().await;
    let details = CheckoutDetails { identity: IdentityOption::Registered.into(), ..buyer() };
    let checkout = checkout_of(&rig, "course", details).await;
    let problem = checkout.problems.iter().find(|problem| problem.code == "IDENTITY_NOT_OFFERED").unwrap();
    assert!(problem.remedy.contains("GUEST"), "{}", problem.remedy);
}

#[tokio::test]
async fn an_etag_without_its_quotes_is_told_so() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let bare = checkout.etag.trim_matches('"').to_owned();
    let request = UpdateCheckoutRequest { etag: bare, ..update(&checkout, buyer()) };
    let status = rig.checkouts().update_checkout(service(request)).await.unwrap_err();
    assert_eq!(refusal(&status), is(Aborted, "ETAG_MISMATCH", "etag"));
    assert!(status.message().contains("lacks its quotes"), "{}", status.message());
}

#[tokio::test]
async fn bad_checkouts_are_not_opened() {
    let rig = Rig::start().await;
    let empty = cart_of(&rig, Vec::new()).await;
    let full = cart_of(&rig, vec![add("tea", 1)]).await;
    let absent = "stores/shop/carts/crt_00000000000000000000000000000001";
    let elsewhere = full.name.replace("stores/shop", "stores/other");
    for (cart, expected) in [
        (empty.name.as_str(), is(FailedPrecondition, "CART_EMPTY", "cart.lines")),
        (absent, is(NotFound, "NOT_FOUND", "cart")),
        (elsewhere.as_str(), is(InvalidArgument, "INVALID_FIELD", "cart")),
        ("carts/1", is(InvalidArgument, "INVALID_FIELD", "cart")),
    ] {
        let status = rig.checkouts().create_checkout(service(opening(cart, buyer()))).await.unwrap_err();
        assert_eq!(refusal(&status), expected);
    }
    let status = rig.checkouts().create_checkout(guest("", opening(&full.name, buyer()))).await.unwrap_err();
    assert_eq!(refusal(&status), is(NotFound, "NOT_FOUND", "cart"));
    let status = rig.checkouts().create_checkout(stranger(opening(&full.name, buyer()))).await.unwrap_err();
    assert_eq!(refusal(&status), is(NotFound, "NOT_FOUND", "parent"));
}

#[tokio::test]
async fn a_customer_that_a_guest_states_is_refused() {
    let rig = Rig::start().await;
    let new = super::carts::new_cart(vec![add("tea", 1)]);
    let made = rig.carts().create_cart(guest("", new)).await.unwrap().into_inner();
    let customer = Some(Customer { id: "42".to_owned(), kind: 3 });
    let context = Some(CheckoutContext { customer, ..CheckoutContext::default() });
    let request = CreateCheckoutRequest { context, ..opening(&made.cart.unwrap().name, buyer()) };
    let stated = rig.checkouts().create_checkout(guest(&made.capability_token, request.clone())).await;
    assert_eq!(refusal(&stated.unwrap_err()), is(PermissionDenied, "PERMISSION_DENIED", "context.customer"));
    let vouched = rig.checkouts().create_checkout(service(request)).await.unwrap().into_inner();
    assert_eq!(vouched.checkout.unwrap().context.unwrap().customer.unwrap().id, "42");
}

#[tokio::test]
async fn each_bad_detail_is_refused_by_its_field_and_changes_nothing() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "tea", buyer()).await;
    let contact = |email: &str, phone: &str| CheckoutDetails {
        contact: Some(Contact { email: email.to_owned(), phone: phone.to_owned() }),
        ..CheckoutDetails::default()
    };
    let address = |change: fn(&mut PostalAddress)| {
        let mut address = berlin();
        change(&mut address);
        CheckoutDetails { delivery_address: Some(address), ..CheckoutDetails::default() }
    };
    let returning = |uri: &str| CheckoutDetails { return_uri: uri.to_owned(), ..CheckoutDetails::default() };
    let quote = |id: &str| choosing(delivery_selection::Choice::QuoteId(id.to_owned()));
    let pickup = |id: &str| choosing(delivery_selection::Choice::PickupLocationId(id.to_owned()));
    let huge = "x".repeat(1 << 20);
    for (details, expected) in [
        (contact(CARD, ""), is(InvalidArgument, "CARD_NUMBER_REFUSED", "details.contact.email")),
        (contact("", CARD), is(InvalidArgument, "CARD_NUMBER_REFUSED", "details.contact.phone")),
        (contact(&huge, ""), is(InvalidArgument, "INVALID_FIELD", "details.contact.email")),
        (contact("a\0b@example.com", ""), is(InvalidArgument, "INVALID_FIELD", "details.contact.email")),
        (
            address(|a| a.address_lines = vec![CARD.to_owned()]),
            is(InvalidArgument, "CARD_NUMBER_REFUSED", "details.delivery_address.address_lines[0]"),
        ),
        (
            address(|a| a.region_code = "UK".to_owned()),
            is(InvalidArgument, "INVALID_FIELD", "details.delivery_address.region_code"),
        ),
        (
            address(|a| a.locality = "x".repeat(1 << 20)),
            is(InvalidArgument, "INVALID_FIELD", "details.delivery_address.locality"),
        ),
        (returning("javascript:alert(1)"), is(InvalidArgument, "INVALID_FIELD", "details.return_uri")),
        (
            returning("https://shop.example/4111111111111111"),
            is(InvalidArgument, "CARD_NUMBER_REFUSED", "details.return_uri"),
        ),
        (
            quote("quo_made.up"),
            is(FailedPrecondition, "DELIVERY_QUOTE_INVALID", "details.deliveries[0].quote_id"),
        ),
        (quote(&huge), is(FailedPrecondition, "DELIVERY_QUOTE_INVALID", "details.deliveries[0].quote_id")),
        (
            pickup("nowhere"),
            is(FailedPrecondition, "PICKUP_LOCATION_INVALID", "details.deliveries[0].pickup_location_id"),
        ),
        (
            pickup(CARD),
            is(InvalidArgument, "CARD_NUMBER_REFUSED", "details.deliveries[0].pickup_location_id"),
        ),
        (
            CheckoutDetails { identity: 42, ..CheckoutDetails::default() },
            is(InvalidArgument, "INVALID_FIELD", "details.identity"),
        ),
    ] {
        let shown = format!("{expected:?}");
        let request = service(update(&checkout, details));
        let status = rig.checkouts().update_checkout(request).await.expect_err(&shown);
        assert_eq!(refusal(&status), expected);
    }
    let mask = prost_types::FieldMask { paths: vec!["contact.email".to_owned()] };
    let masked = UpdateCheckoutRequest { update_mask: Some(mask), ..update(&checkout, buyer()) };
    let status = rig.checkouts().update_checkout(service(masked)).await.unwrap_err();
    assert_eq!(refusal(&status), is(InvalidArgument, "UPDATE_MASK_INVALID", "update_mask"));
    let stale = UpdateCheckoutRequest { etag: "\"ffff\"".to_owned(), ..update(&checkout, buyer()) };
    let status = rig.checkouts().update_checkout(service(stale)).await.unwrap_err();
    assert_eq!(refusal(&status), is(Aborted, "ETAG_MISMATCH", "etag"));
    assert_eq!(read(&rig, &checkout.name).await.etag, checkout.etag);
}

#[tokio::test]
async fn lists_are_bound_to_their_requests() {
    let rig = Rig::start().await;
    let details = CheckoutDetails { delivery_address: Some(berlin()), ..buyer() };
    let checkout = checkout_of(&rig, "tea", details).await;
    let negative = ListDeliveryOptionsRequest { page_size: -1, ..options(&checkout) };
    let status = rig.checkouts().list_delivery_options(service(negative)).await.unwrap_err();
    assert_eq!(refusal(&status), is(InvalidArgument, "INVALID_FIELD", "page_size"));
    let forged = ListPaymentMethodsRequest {
        parent: checkout.name.clone(),
        page_size: 1,
        page_token: "AAAA".to_owned(),
    };
    let status = rig.checkouts().list_payment_methods(service(forged.clone())).await.unwrap_err();
    assert_eq!(refusal(&status), is(InvalidArgument, "PAGE_TOKEN_INVALID", "page_token"));
    let whole = ListPaymentMethodsRequest { page_token: String::new(), ..forged };
    let methods = rig.checkouts().list_payment_methods(service(whole)).await.unwrap().into_inner();
    let accounts = &methods.payment_methods[0].partner_accounts;
    assert_eq!((accounts[0].partner_account.as_str(), accounts[0].gateway.as_str()), ("primary", "stripe"));
    let near = Some(LatLng { latitude: 91.0, longitude: 0.0 });
    let off =
        ListPickupLocationsRequest { parent: checkout.name, near, ..ListPickupLocationsRequest::default() };
    let status = rig.checkouts().list_pickup_locations(service(off)).await.unwrap_err();
    assert_eq!(refusal(&status), is(InvalidArgument, "INVALID_FIELD", "near"));
}

#[tokio::test]
async fn an_empty_list_of_pickup_locations_says_why_it_is_empty() {
    let collects = FLOW.replace("click_and_collect: false", "click_and_collect: true");
    let nowhere = collects.replace("carriers: [parcel]", "carriers: [parcel]\n  pickup: [parcel]");
    for (flow, sku, why) in [
        (FLOW, "tea", "this checkout offers no collection"),
        (nowhere.as_str(), "course", "nothing in this checkout is collected"),
        (nowhere.as_str(), "tea", "no location has these goods"),
    ] {
        let rig = Rig::with(flow, |desk| desk).await;
        let checkout = checkout_of(&rig, sku, buyer()).await;
        let list = ListPickupLocationsRequest {
            parent: checkout.name.clone(),
            ..ListPickupLocationsRequest::default()
        };
        let listed = rig.checkouts().list_pickup_locations(service(list)).await.unwrap().into_inner();
        assert!(listed.pickup_locations.is_empty());
        let [problem] = listed.problems.as_slice() else { panic!("{:?}", listed.problems) };
        assert_eq!(problem.code, "PICKUP_UNAVAILABLE");
        assert!(problem.remedy.starts_with(why), "{}", problem.remedy);
    }
}

#[tokio::test]
async fn a_watcher_sees_the_state_at_once_then_each_change_and_the_end() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let watch = WatchCheckoutRequest { name: checkout.name.clone() };
    let mut stream = rig.checkouts().watch_checkout(service(watch)).await.unwrap().into_inner();
    let first = next(&mut stream).await.unwrap().unwrap().checkout.unwrap();
    assert_eq!(first.etag, checkout.etag);
    let contact = Contact { email: "eve@example.com".to_owned(), phone: String::new() };
    let changed = CheckoutDetails { contact: Some(contact), ..CheckoutDetails::default() };
    rig.checkouts().update_checkout(service(update(&checkout, changed))).await.unwrap();
    let second = next(&mut stream).await.unwrap().unwrap().checkout.unwrap();
    assert_eq!(second.details.unwrap().contact.unwrap().email, "eve@example.com");
    let cancel = CancelCheckoutRequest { name: checkout.name, request_id: key(), etag: String::new() };
    rig.checkouts().cancel_checkout(service(cancel)).await.unwrap();
    let last = next(&mut stream).await.unwrap().unwrap().checkout.unwrap();
    assert_eq!(last.state(), CheckoutState::Cancelled);
    assert!(next(&mut stream).await.is_none());
}

#[tokio::test]
async fn a_watcher_is_let_go_when_the_process_drains_and_none_watches_what_is_not_there() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let watch = WatchCheckoutRequest { name: checkout.name };
    let mut stream = rig.checkouts().watch_checkout(service(watch)).await.unwrap().into_inner();
    assert!(next(&mut stream).await.is_some());
    rig.house.engine.tasks.drain(Duration::from_secs(5)).await;
    assert!(next(&mut stream).await.is_none());
    let absent = "stores/shop/checkouts/chk_00000000000000000000000000000001".to_owned();
    let status =
        rig.checkouts().watch_checkout(service(WatchCheckoutRequest { name: absent })).await.err().unwrap();
    assert_eq!(refusal(&status), is(NotFound, "NOT_FOUND", "name"));
}
