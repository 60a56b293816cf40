//! What belongs to one buyer, given to another.
//!
//! What went wrong elsewhere: an order was shown to whoever knew, or counted up to, its number; and a typed e-mail
//! address was taken for the person behind it, with that person's prices and orders. What must happen here: an id is no
//! credential and opens nothing without the capability that goes with it, what is not yours looks like what is not
//! there, and who buys is what a service vouches for or a key stands for, never what somebody typed.

use cashwrap::proto::cashwrap::v1::{
    ApplyCodeRequest, Checkout, CustomerKind, GetCartRequest, GetCheckoutRequest, GetOrderRequest,
    GetPaymentRequest, ListOrdersRequest, Order, PaymentState, PlaceOrderResponse,
};
use tonic::Code;
use tonic::{Request, Status};

use super::oracle::Books;
use crate::grpc::carts::{add, new_cart};
use crate::grpc::checkouts::{buyer, opening};
use crate::grpc::orders::{euro, order, placing, settled};
use crate::grpc::rig::{FLOW, Rig, customer, guest, is, key, refusal};

/// A purchase from cart to order, with the capability of each.
pub(super) struct Bought {
    cart: (String, String),
    checkout: (Checkout, String),
    order: (Order, String),
}

/// Buys a course as whoever makes these requests, with a code on the cart.
pub(super) async fn buys(rig: &Rig, by: &Buyer) -> Bought {
    let made = rig.carts().create_cart(by.asks("", new_cart(vec![add("course", 1)]))).await.unwrap();
    let made = made.into_inner();
    let (cart, of_cart) = (made.cart.unwrap().name, made.capability_token);
    let code = ApplyCodeRequest {
        name: cart.clone(),
        request_id: key(),
        etag: String::new(),
        code: "SAVE5".to_owned(),
    };
    rig.carts().apply_code(by.asks(&of_cart, code)).await.unwrap();
    let opened = rig.checkouts().create_checkout(by.asks(&of_cart, opening(&cart, buyer()))).await.unwrap();
    let opened = opened.into_inner();
    let (checkout, of_checkout) = (opened.checkout.unwrap(), opened.capability_token);
    let placed: PlaceOrderResponse =
        rig.checkouts().place_order(by.asks(&of_checkout, placing(&checkout))).await.unwrap().into_inner();
    let order = order(&placed);
    settled(rig, &order.payments[0], PaymentState::Captured).await;
    Bought {
        cart: (cart, of_cart),
        checkout: (checkout, of_checkout),
        order: (order, placed.capability_token),
    }
}

/// Who asks.
pub(super) enum Buyer {
    Guest,
    Customer(&'static str),
}

impl Buyer {
    fn asks<T>(&self, capability: &str, message: T) -> Request<T> {
        match self {
            Self::Guest => guest(capability, message),
            Self::Customer(id) => customer(id, capability, message),
        }
    }
}

pub(super) async fn done(rig: &Rig, orders: usize) {
    let store = &*rig.house.engine.store;
    let books = Books::of(store, &rig.memory, [&rig.primary, &rig.backup], &rig.calls).await;
    assert_eq!(books.ended(), Ok(orders));
}

async fn reads(rig: &Rig, capability: &str, name: &str) -> Result<Order, Status> {
    let request = GetOrderRequest { name: name.to_owned() };
    rig.orders().get_order(guest(capability, request)).await.map(|found| found.into_inner().order.unwrap())
}

#[tokio::test]
async fn a_guest_who_reads_another_guests_order_finds_nothing_whatever_capability_is_shown() {
    let rig = Rig::start().await;
    let (ada, eve) = (buys(&rig, &Buyer::Guest).await, buys(&rig, &Buyer::Guest).await);
    let missing = is(Code::NotFound, "NOT_FOUND", "name");
    assert_eq!(reads(&rig, &ada.order.1, &ada.order.0.name).await.unwrap().name, ada.order.0.name);
    let nobodys = reads(&rig, &eve.order.1, "stores/shop/orders/ord_00000000000000000000000000000001").await;
    let nobodys = nobodys.unwrap_err();
    for shown in [&eve.order.1, &eve.checkout.1, &eve.cart.1, &String::new()] {
        let refused = reads(&rig, shown, &ada.order.0.name).await.unwrap_err();
        assert_eq!(refusal(&refused), missing);
        assert_eq!(refused.message(), nobodys.message(), "what is not yours looks like what is not there");
        let cart = GetCartRequest { name: ada.cart.0.clone() };
        assert_eq!(refusal(&rig.carts().get_cart(guest(shown, cart)).await.unwrap_err()), missing);
        let checkout = GetCheckoutRequest { name: ada.checkout.0.name.clone() };
        assert_eq!(
            refusal(&rig.checkouts().get_checkout(guest(shown, checkout)).await.unwrap_err()),
            missing
        );
        let payment = GetPaymentRequest { name: ada.order.0.payments[0].clone() };
        assert!(rig.payments().get_payment(guest(shown, payment)).await.is_err());
        let list = ListOrdersRequest { parent: "stores/shop".to_owned(), ..ListOrdersRequest::default() };
        assert!(rig.orders().list_orders(guest(shown, list)).await.is_err(), "a guest has no list");
    }
    done(&rig, 2).await;
}

#[tokio::test]
async fn ids_that_are_counted_up_or_down_from_ones_own_open_nothing() {
    let rig = Rig::start().await;
    let (first, second) = (buys(&rig, &Buyer::Guest).await, buys(&rig, &Buyer::Guest).await);
    let number = |name: &str| u128::from_str_radix(name.rsplit_once('_').unwrap().1, 16).unwrap();
    let (low, high) = (number(&first.order.0.name), number(&second.order.0.name));
    assert!(high.abs_diff(low) > 1 << 20, "the next order's id cannot be counted to: {low:x} {high:x}");
    let prefix = first.order.0.name.rsplit_once('_').unwrap().0.to_owned();
    for step in 1..=8 {
        for id in [low - step, low + step, high - step, high + step] {
            let name = format!("{prefix}_{id:032x}");
            let refused = reads(&rig, &first.order.1, &name).await.unwrap_err();
            assert_eq!(refusal(&refused), is(Code::NotFound, "NOT_FOUND", "name"));
        }
    }
    // Nor does the number itself, once it is known.
    for capability in ["", first.order.1.as_str()] {
        let refused = reads(&rig, capability, &second.order.0.name).await.unwrap_err();
        assert_eq!(refusal(&refused), is(Code::NotFound, "NOT_FOUND", "name"));
    }
    done(&rig, 2).await;
}

#[tokio::test]
async fn a_typed_email_unlocks_neither_the_prices_nor_the_orders_of_whom_it_belongs_to() {
    // Codes are for customers: what others buy costs what it costs.
    let everybody = FLOW.replace("coupons: true", "coupons: false");
    let members = FLOW
        .replace("id: test", "id: members")
        .replace("priority: 0", "priority: 5")
        .replace("criteria: {}", "criteria: { customer: [registered, repeat] }");
    let rig = Rig::with_flows(&[&everybody, &members], |desk| desk).await;
    let ada = buys(&rig, &Buyer::Customer("ada")).await;
    // `buyer` types ada@example.com for both.
    let stranger = buys(&rig, &Buyer::Guest).await;
    let total = |bought: &Bought| bought.order.0.quote.clone().unwrap().total;
    assert_eq!((total(&ada), total(&stranger)), (euro(44, 0), euro(49, 0)));
    let who = stranger.order.0.customer.clone().unwrap_or_default();
    assert!(who.id.is_empty(), "{who:?}");
    assert!([CustomerKind::Guest, CustomerKind::Unspecified].contains(&who.kind()), "{who:?}");
    let list = ListOrdersRequest { parent: "stores/shop".to_owned(), ..ListOrdersRequest::default() };
    let listed = rig.orders().list_orders(customer("ada", "", list)).await.unwrap().into_inner().orders;
    let names: Vec<String> = listed.into_iter().map(|order| order.name).collect();
    assert_eq!(names, [ada.order.0.name.as_str()]);
    let refused = reads(&rig, &stranger.order.1, &ada.order.0.name).await.unwrap_err();
    assert_eq!(refusal(&refused), is(Code::NotFound, "NOT_FOUND", "name"));
    done(&rig, 2).await;
}
