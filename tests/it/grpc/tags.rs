//! The etag changes with what a client sees.

use cashwrap::domain::money::Money;
use cashwrap::domain::payment::OperationKind;
use cashwrap::domain::product::Product;
use cashwrap::proto::cashwrap::v1::{
    CapturePaymentRequest, GetCartRequest, MovementState, PaymentState, VoidPaymentRequest,
};

use super::checkouts::{buyer, checkout_of, read};
use super::orders::{payment, settled};
use super::pairs::held;
use super::rig::{Rig, key, service};
use crate::placing::till::Weather;

#[tokio::test]
async fn a_wish_to_capture_and_what_becomes_of_it_each_have_an_etag_of_their_own() {
    let rig = Rig::start().await;
    let name = held(&rig).await;
    let before = payment(&rig, &name).await.etag;
    let wish =
        CapturePaymentRequest { name: name.clone(), request_id: key(), etag: before.clone(), amount: None };
    let wished = rig.payments().capture_payment(service(wish)).await.unwrap().into_inner().payment.unwrap();
    assert_eq!(wished.captures[0].state(), MovementState::Pending);
    assert_ne!(wished.etag, before);
    let captured = settled(&rig, &name, PaymentState::Captured).await;
    assert_ne!(captured.etag, wished.etag);
}

#[tokio::test]
async fn a_wish_to_void_has_an_etag_of_its_own() {
    let rig = Rig::start().await;
    let name = held(&rig).await;
    let before = payment(&rig, &name).await.etag;
    rig.primary.next(OperationKind::Void, Weather::TimeoutBefore);
    let wish = VoidPaymentRequest { name, request_id: key(), etag: before.clone() };
    let wished = rig.payments().void_payment(service(wish)).await.unwrap().into_inner().payment.unwrap();
    assert_eq!(wished.state(), PaymentState::Processing);
    assert_ne!(wished.etag, before);
}

#[tokio::test]
async fn what_is_shown_of_a_product_is_in_the_etag_of_its_cart_and_its_checkout() {
    let rig = Rig::start().await;
    let mut checkout = checkout_of(&rig, "course", buyer()).await;
    let changes: [fn(&mut Product); 3] = [
        |product| product.title = "a course by another name".to_owned(),
        |product| product.image = Some("https://shop.example/course.png".to_owned()),
        |product| product.compare_at = Some(Money::new(5_900, product.unit_price.currency)),
    ];
    let get = || GetCartRequest { name: checkout.cart.clone() };
    let mut cart = rig.carts().get_cart(service(get())).await.unwrap().into_inner().cart.unwrap();
    for change in changes {
        rig.resells("course", change).await;
        let get = GetCartRequest { name: cart.name.clone() };
        let fresh = rig.carts().get_cart(service(get)).await.unwrap().into_inner().cart.unwrap();
        assert_ne!(fresh.etag, cart.etag);
        cart = fresh;
        let fresh = read(&rig, &checkout.name).await;
        assert_ne!(fresh.etag, checkout.etag);
        checkout = fresh;
        assert_eq!(read(&rig, &checkout.name).await.etag, checkout.etag, "a read changes nothing");
    }
}
