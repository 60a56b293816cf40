//! Customers: who may say who buys, and whose rows a key that stands for one customer has.

use cashwrap::ports::store::{Key, Kind, Query};
use cashwrap::proto::cashwrap::v1::{
    CancelCheckoutRequest, CardInstrument, CardTender, Cart, Checkout, CheckoutContext, CreateCartRequest,
    CreateCheckoutRequest, Customer, CustomerKind, DeleteCartRequest, GetCartRequest, GetCheckoutRequest,
    GetOrderRequest, ListOrdersRequest, ListPaymentMethodsRequest, ListPaymentsRequest, Order,
    PlaceOrderRequest, Tender, UpdateCartRequest, WatchCheckoutRequest, place_order_response,
    tender::Instrument,
};
use tonic::Code::{InvalidArgument, NotFound, PermissionDenied};

use super::carts::{add, new_cart};
use super::checkouts::{buyer, opening};
use super::rig::{Rig, customer, guest, is, key, refusal, service, service_of, shop};

fn cart_for(id: &str) -> CreateCartRequest {
    CreateCartRequest { customer: id.to_owned(), ..new_cart(vec![add("course", 1)]) }
}

/// A cart of `ada`, by her own key.
async fn adas_cart(rig: &Rig) -> Cart {
    let made = rig.carts().create_cart(customer("ada", "", cart_for(""))).await.unwrap();
    made.into_inner().cart.unwrap()
}

fn stating(request: CreateCheckoutRequest, id: &str, kind: CustomerKind) -> CreateCheckoutRequest {
    let customer = Some(Customer { id: id.to_owned(), kind: kind.into() });
    let context = Some(CheckoutContext { customer, ..CheckoutContext::default() });
    CreateCheckoutRequest { context, ..request }
}

fn stated(checkout: &Checkout) -> (String, CustomerKind) {
    let customer = checkout.context.clone().unwrap().customer.unwrap_or_default();
    let kind = customer.kind();
    (customer.id, kind)
}

fn placing(checkout: &Checkout) -> PlaceOrderRequest {
    let instrument =
        CardInstrument { partner_account: "primary".to_owned(), token: "tok_primary_approve".to_owned() };
    let card = Instrument::Card(CardTender { instruments: vec![instrument], descriptor: None });
    PlaceOrderRequest {
        name: checkout.name.clone(),
        request_id: key(),
        quote_digest: checkout.quote.as_ref().unwrap().quote_digest.clone(),
        tenders: vec![Tender { amount: None, instrument: Some(card) }],
    }
}

fn list(customer: &str) -> ListOrdersRequest {
    let (parent, customer) = ("stores/shop".to_owned(), customer.to_owned());
    ListOrdersRequest { parent, customer, ..ListOrdersRequest::default() }
}

/// Buys as `ada` from end to end, without any capability.
async fn adas_order(rig: &Rig) -> (Cart, Checkout, Order) {
    let cart = adas_cart(rig).await;
    let open = customer("ada", "", opening(&cart.name, buyer()));
    let checkout = rig.checkouts().create_checkout(open).await.unwrap().into_inner().checkout.unwrap();
    let placed = rig.checkouts().place_order(customer("ada", "", placing(&checkout))).await.unwrap();
    let Some(place_order_response::Result::Order(order)) = placed.into_inner().result else {
        panic!("no order")
    };
    (cart, checkout, order)
}

#[tokio::test]
async fn a_key_that_stands_for_a_customer_makes_its_carts_checkouts_and_orders_that_customers() {
    let rig = Rig::start().await;
    let (cart, checkout, order) = adas_order(&rig).await;
    assert_eq!(cart.customer, "ada");
    assert_eq!(stated(&checkout), ("ada".to_owned(), CustomerKind::Registered));
    assert_eq!(
        order.customer,
        Some(Customer { id: "ada".to_owned(), kind: CustomerKind::Registered.into() })
    );
    let read = GetOrderRequest { name: order.name.clone() };
    let held = rig.orders().get_order(customer("ada", "", read.clone())).await.unwrap();
    assert_eq!(held.into_inner().order.unwrap().name, order.name);
    let refused = rig.orders().get_order(customer("bea", "", read)).await.unwrap_err();
    assert_eq!(refusal(&refused), is(NotFound, "NOT_FOUND", "name"));
}

#[tokio::test]
async fn it_states_no_other_customer_and_no_shopper_states_any() {
    let rig = Rig::start().await;
    let denied = is(PermissionDenied, "PERMISSION_DENIED", "customer");
    for request in
        [customer("ada", "", cart_for("bea")), guest("", cart_for("ada")), service_of("ada", cart_for("bea"))]
    {
        let refused = rig.carts().create_cart(request).await.unwrap_err();
        assert_eq!(refusal(&refused), denied);
    }
    let own = rig.carts().create_cart(customer("ada", "", cart_for("ada"))).await.unwrap().into_inner();
    let own = own.cart.unwrap();
    assert_eq!(own.customer, "ada");
    let other = stating(opening(&own.name, buyer()), "bea", CustomerKind::Registered);
    let refused = rig.checkouts().create_checkout(customer("ada", "", other)).await.unwrap_err();
    assert_eq!(refusal(&refused), is(PermissionDenied, "PERMISSION_DENIED", "context.customer.id"));
    let dear = stating(opening(&own.name, buyer()), "ada", CustomerKind::Repeat);
    let refused = rig.checkouts().create_checkout(customer("ada", "", dear)).await.unwrap_err();
    assert_eq!(refusal(&refused), is(PermissionDenied, "PERMISSION_DENIED", "context.customer.kind"));
}

#[tokio::test]
async fn a_checkout_takes_its_customer_from_the_cart_and_refuses_another_one() {
    let rig = Rig::start().await;
    let made = rig.carts().create_cart(service(cart_for("ada"))).await.unwrap().into_inner();
    let cart = made.cart.unwrap();
    let open = rig.checkouts().create_checkout(service(opening(&cart.name, buyer()))).await.unwrap();
    let taken = stated(&open.into_inner().checkout.unwrap());
    assert_eq!(taken, ("ada".to_owned(), CustomerKind::Registered));
    // Whoever holds the cart's capability buys for the customer that the cart was made for.
    let by_guest = guest(&made.capability_token, opening(&cart.name, buyer()));
    let open = rig.checkouts().create_checkout(by_guest).await.unwrap();
    assert_eq!(stated(&open.into_inner().checkout.unwrap()).0, "ada");
    let known = stating(opening(&cart.name, buyer()), "ada", CustomerKind::Repeat);
    let open = rig.checkouts().create_checkout(service(known)).await.unwrap();
    let taken = stated(&open.into_inner().checkout.unwrap());
    assert_eq!(taken, ("ada".to_owned(), CustomerKind::Repeat));
    let other = stating(opening(&cart.name, buyer()), "bea", CustomerKind::Registered);
    let refused = rig.checkouts().create_checkout(service(other)).await.unwrap_err();
    assert_eq!(refusal(&refused), is(InvalidArgument, "INVALID_FIELD", "context.customer.id"));
    // A guest's cart becomes the checkout of whom the service vouches for.
    let cart = rig.carts().create_cart(service(cart_for(""))).await.unwrap().into_inner().cart.unwrap();
    let known = stating(opening(&cart.name, buyer()), "bea", CustomerKind::Registered);
    let open = rig.checkouts().create_checkout(service(known)).await.unwrap();
    assert_eq!(stated(&open.into_inner().checkout.unwrap()).0, "bea");
}

#[tokio::test]
async fn another_customers_rows_are_not_there_even_with_their_capability() {
    let rig = Rig::start().await;
    let made = rig.carts().create_cart(customer("ada", "", cart_for(""))).await.unwrap().into_inner();
    let (cart, of_cart) = (made.cart.unwrap(), made.capability_token);
    let open = customer("ada", "", opening(&cart.name, buyer()));
    let made = rig.checkouts().create_checkout(open).await.unwrap().into_inner();
    let (checkout, of_checkout) = (made.checkout.unwrap(), made.capability_token);
    macro_rules! refused {
        ($service:ident.$method:ident, $token:expr, $request:expr) => {
            for token in ["", $token] {
                let answer = rig.$service().$method(customer("bea", token, $request)).await;
                let field = match stringify!($method) {
                    "create_checkout" => "cart",
                    method if method.starts_with("list_") => "parent",
                    _ => "name",
                };
                let missing = is(NotFound, "NOT_FOUND", field);
                assert_eq!(refusal(&answer.err().unwrap()), missing, stringify!($method));
            }
        };
    }
    refused!(carts.get_cart, &of_cart, GetCartRequest { name: cart.name.clone() });
    let update = || UpdateCartRequest {
        name: cart.name.clone(),
        request_id: key(),
        etag: String::new(),
        actions: vec![add("tea", 1)],
    };
    refused!(carts.update_cart, &of_cart, update());
    let delete = || DeleteCartRequest { name: cart.name.clone(), request_id: key(), etag: String::new() };
    refused!(carts.delete_cart, &of_cart, delete());
    refused!(checkouts.create_checkout, &of_cart, opening(&cart.name, buyer()));
    refused!(checkouts.get_checkout, &of_checkout, GetCheckoutRequest { name: checkout.name.clone() });
    refused!(checkouts.watch_checkout, &of_checkout, WatchCheckoutRequest { name: checkout.name.clone() });
    let methods = || ListPaymentMethodsRequest {
        parent: checkout.name.clone(),
        ..ListPaymentMethodsRequest::default()
    };
    refused!(checkouts.list_payment_methods, &of_checkout, methods());
    refused!(checkouts.place_order, &of_checkout, placing(&checkout));
    let cancel =
        || CancelCheckoutRequest { name: checkout.name.clone(), request_id: key(), etag: String::new() };
    refused!(checkouts.cancel_checkout, &of_checkout, cancel());
    assert!(rig.untouched());
    // Ada's own key needs no capability for any of it.
    rig.carts().update_cart(customer("ada", "", update())).await.unwrap();
    rig.checkouts().cancel_checkout(customer("ada", "", cancel())).await.unwrap();
}

#[tokio::test]
async fn a_guests_row_is_reached_by_its_capability_and_by_nothing_else() {
    let rig = Rig::start().await;
    let made = rig.carts().create_cart(guest("", cart_for(""))).await.unwrap().into_inner();
    let (cart, token) = (made.cart.unwrap(), made.capability_token);
    let read = || GetCartRequest { name: cart.name.clone() };
    let refused = rig.carts().get_cart(customer("ada", "", read())).await.unwrap_err();
    assert_eq!(refusal(&refused), is(NotFound, "NOT_FOUND", "name"));
    rig.carts().get_cart(customer("ada", &token, read())).await.unwrap();
    // Signed in on the way: the guest's cart becomes her checkout.
    let open = rig.checkouts().create_checkout(customer("ada", &token, opening(&cart.name, buyer()))).await;
    let checkout = open.unwrap().into_inner().checkout.unwrap();
    assert_eq!(stated(&checkout).0, "ada");
    let read = GetCheckoutRequest { name: checkout.name };
    rig.checkouts().get_checkout(customer("ada", "", read)).await.unwrap();
}

#[tokio::test]
async fn orders_are_listed_by_customer_and_a_key_that_stands_for_one_lists_its_own_and_no_payments() {
    let rig = Rig::start().await;
    let (_, _, order) = adas_order(&rig).await;
    let names = |orders: Vec<Order>| orders.into_iter().map(|order| order.name).collect::<Vec<_>>();
    for request in
        [service(list("")), service(list("ada")), service_of("ada", list("")), service_of("ada", list("ada"))]
    {
        let found = rig.orders().list_orders(request).await.unwrap().into_inner();
        assert_eq!(names(found.orders), [order.name.as_str()]);
    }
    for request in [service(list("bea")), service_of("bea", list(""))] {
        assert!(rig.orders().list_orders(request).await.unwrap().into_inner().orders.is_empty());
    }
    let refused = rig.orders().list_orders(service_of("bea", list("ada"))).await.unwrap_err();
    assert_eq!(refusal(&refused), is(PermissionDenied, "PERMISSION_DENIED", "customer"));
    let payments = ListPaymentsRequest { parent: "stores/shop".to_owned(), ..ListPaymentsRequest::default() };
    let refused = rig.payments().list_payments(service_of("ada", payments)).await.unwrap_err();
    assert_eq!(refusal(&refused), is(PermissionDenied, "PERMISSION_DENIED", ""));
}

/// How often the row that is named was written.
async fn writes(rig: &Rig, kind: Kind, name: &str) -> u64 {
    let key = Key::new(&shop(), kind, name.rsplit('/').next().unwrap());
    let query = Query { keys: vec![key.clone()], ..Query::default() };
    rig.house.engine.store.read(&query).await.unwrap().rows[&key].version
}

#[tokio::test]
async fn a_read_that_is_refused_writes_nothing() {
    let rig = Rig::start().await;
    let cart = adas_cart(&rig).await;
    let open = customer("ada", "", opening(&cart.name, buyer()));
    let checkout = rig.checkouts().create_checkout(open).await.unwrap().into_inner().checkout.unwrap();
    let written = async || {
        (writes(&rig, Kind::Cart, &cart.name).await, writes(&rig, Kind::Checkout, &checkout.name).await)
    };
    let before = written().await;
    rig.sells("course", 5_100, "EUR", false, None).await;
    let missing = is(NotFound, "NOT_FOUND", "name");
    let of_cart = customer("bea", "", GetCartRequest { name: cart.name.clone() });
    assert_eq!(refusal(&rig.carts().get_cart(of_cart).await.unwrap_err()), missing);
    let of_checkout = customer("bea", "", GetCheckoutRequest { name: checkout.name.clone() });
    assert_eq!(refusal(&rig.checkouts().get_checkout(of_checkout).await.unwrap_err()), missing);
    assert_eq!(written().await, before);
    let own = customer("ada", "", GetCheckoutRequest { name: checkout.name.clone() });
    rig.checkouts().get_checkout(own).await.unwrap();
    assert_ne!(written().await, before, "the owner's read keeps the new price");
}
