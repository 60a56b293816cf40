//! Two wishes about one payment at once, and an action whose checkout was edited: what the second is told.

use cashwrap::domain::payment::OperationKind;
use cashwrap::partners::system::SystemClock;
use cashwrap::ports::Clock;
use cashwrap::proto::cashwrap::v1::place_order_response::Result as Became;
use cashwrap::proto::cashwrap::v1::{
    CapturePaymentRequest, CheckoutDetails, CheckoutState, ConfirmPaymentActionRequest, Contact,
    ListPartnersRequest, PaymentState, RefundPaymentRequest, SetPartnerModeRequest, UpdateCheckoutRequest,
    VoidPaymentRequest, delivery_selection,
};
use cashwrap::proto::google::r#type::Money;
use tonic::Code::FailedPrecondition;
use tonic::Status;

use super::checkouts::{berlin, buyer, checkout_of, choosing, options, read, update};
use super::orders::{euro, order, payment, place, placing, settled};
use super::rig::{FLOW, Rig, is, key, operator, refusal, service};
use crate::placing::till::Weather;

/// The payment of an order that is held and not captured: its goods ship.
pub(super) async fn held(rig: &Rig) -> String {
    let details = CheckoutDetails { delivery_address: Some(berlin()), ..buyer() };
    let checkout = checkout_of(rig, "tea", details).await;
    let listed = rig.checkouts().list_delivery_options(service(options(&checkout))).await.unwrap();
    let option = listed.into_inner().delivery_options[0].quote_id.clone();
    let chosen = update(&checkout, choosing(delivery_selection::Choice::QuoteId(option)));
    let ready =
        rig.checkouts().update_checkout(service(chosen)).await.unwrap().into_inner().checkout.unwrap();
    order(&place(rig, &placing(&ready)).await).payments[0].clone()
}

fn capture(name: &str, amount: Option<Money>) -> CapturePaymentRequest {
    CapturePaymentRequest { name: name.to_owned(), request_id: key(), etag: String::new(), amount }
}

fn void(name: &str) -> VoidPaymentRequest {
    VoidPaymentRequest { name: name.to_owned(), request_id: key(), etag: String::new() }
}

fn refund(name: &str, amount: Option<Money>) -> RefundPaymentRequest {
    RefundPaymentRequest { name: name.to_owned(), request_id: key(), etag: String::new(), amount }
}

fn state_invalid(status: &Status, says: &str) {
    assert_eq!(refusal(status), is(FailedPrecondition, "PAYMENT_STATE_INVALID", ""));
    assert!(status.message().contains(says), "{status}");
}

#[tokio::test]
async fn of_a_capture_and_a_void_at_once_the_second_is_told_what_is_under_way() {
    let rig = Rig::start().await;
    let name = held(&rig).await;
    let (mut one, mut other) = (rig.payments(), rig.payments());
    let (captured, voided) = tokio::join!(
        one.capture_payment(service(capture(&name, euro(5, 0)))),
        other.void_payment(service(void(&name))),
    );
    captured.unwrap();
    state_invalid(&voided.unwrap_err(), "a capture of EUR 5.00 is under way: ");
    settled(&rig, &name, PaymentState::PartiallyCaptured).await;
    let late = rig.payments().void_payment(service(void(&name))).await.unwrap_err();
    state_invalid(&late, "nothing is held that could be captured or voided: ");
}

#[tokio::test]
async fn of_a_void_and_a_capture_or_another_void_at_once_the_first_stands() {
    let rig = Rig::start().await;
    let name = held(&rig).await;
    let (mut one, mut other, mut third) = (rig.payments(), rig.payments(), rig.payments());
    let (voided, captured, again) = tokio::join!(
        one.void_payment(service(void(&name))),
        other.capture_payment(service(capture(&name, None))),
        third.void_payment(service(void(&name))),
    );
    voided.unwrap();
    state_invalid(&captured.unwrap_err(), "a void was asked for");
    state_invalid(&again.unwrap_err(), "a void was asked for");
    settled(&rig, &name, PaymentState::Voided).await;
    let late = rig.payments().refund_payment(service(refund(&name, None))).await.unwrap_err();
    assert_eq!(late.code(), FailedPrecondition);
}

#[tokio::test]
async fn two_captures_at_once_are_one_and_a_refund_waits_for_it() {
    let rig = Rig::start().await;
    let name = held(&rig).await;
    let (mut one, mut other, mut third) = (rig.payments(), rig.payments(), rig.payments());
    let (first, second, back) = tokio::join!(
        one.capture_payment(service(capture(&name, None))),
        other.capture_payment(service(capture(&name, None))),
        third.refund_payment(service(refund(&name, None))),
    );
    first.unwrap();
    state_invalid(&second.unwrap_err(), "a capture of EUR 13.40 is under way: ");
    state_invalid(&back.unwrap_err(), "the capture is under way: ");
    settled(&rig, &name, PaymentState::Captured).await;
}

#[tokio::test]
async fn two_refunds_at_once_never_give_back_more_than_was_taken() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let name = order(&place(&rig, &placing(&checkout)).await).payments[0].clone();
    settled(&rig, &name, PaymentState::Captured).await;
    let (mut one, mut other) = (rig.payments(), rig.payments());
    let (first, second) = tokio::join!(
        one.refund_payment(service(refund(&name, None))),
        other.refund_payment(service(refund(&name, euro(1, 0)))),
    );
    first.unwrap();
    let exceeds = is(FailedPrecondition, "AMOUNT_EXCEEDS_REMAINDER", "amount");
    assert_eq!(refusal(&second.unwrap_err()), exceeds);
    settled(&rig, &name, PaymentState::Refunded).await;
    let late = rig.payments().refund_payment(service(refund(&name, None))).await.unwrap_err();
    assert_eq!(refusal(&late), exceeds);
    assert_eq!(payment(&rig, &name).await.refunded_amount, euro(49, 0));
}

#[tokio::test]
async fn an_action_whose_checkout_was_edited_is_over_and_says_what_to_do() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    rig.primary.next(OperationKind::Confirm, Weather::Action);
    let response = place(&rig, &placing(&checkout)).await;
    let Some(Became::Action(action)) = response.result else { panic!("no action: {response:?}") };
    let contact = Contact { email: "eve@example.com".to_owned(), phone: String::new() };
    let edit = update(&checkout, CheckoutDetails { contact: Some(contact), ..CheckoutDetails::default() });
    let open = rig.checkouts().update_checkout(service(edit)).await.unwrap().into_inner().checkout.unwrap();
    assert_eq!(open.state(), CheckoutState::Open);
    let confirm = ConfirmPaymentActionRequest {
        name: checkout.name.clone(),
        request_id: key(),
        action_id: action.id,
        ..Default::default()
    };
    let status = rig.checkouts().confirm_payment_action(service(confirm)).await.unwrap_err();
    assert_eq!(refusal(&status), is(FailedPrecondition, "PAYMENT_ACTION_INVALID", "action_id"));
    assert!(status.message().contains("place the order again"), "{status}");
    order(&place(&rig, &placing(&read(&rig, &checkout.name).await)).await);
}

#[tokio::test]
async fn an_edit_that_fails_leaves_the_action_as_it_is_and_a_good_one_with_its_etag_ends_it() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    rig.primary.next(OperationKind::Confirm, Weather::Action);
    let response = place(&rig, &placing(&checkout)).await;
    assert!(matches!(response.result, Some(Became::Action(_))), "{response:?}");
    let waiting = read(&rig, &checkout.name).await;
    let made_up = choosing(delivery_selection::Choice::QuoteId("quo_made.up".to_owned()));
    let status = rig.checkouts().update_checkout(service(update(&checkout, made_up))).await.unwrap_err();
    assert_eq!(refusal(&status).1, "DELIVERY_QUOTE_INVALID");
    let contact = Contact { email: "eve@example.com".to_owned(), phone: String::new() };
    let edit = update(&checkout, CheckoutDetails { contact: Some(contact), ..CheckoutDetails::default() });
    let stale = UpdateCheckoutRequest { etag: checkout.etag.clone(), request_id: key(), ..edit.clone() };
    let status = rig.checkouts().update_checkout(service(stale)).await.unwrap_err();
    assert_eq!(refusal(&status).1, "ETAG_MISMATCH");
    assert_eq!(read(&rig, &checkout.name).await, waiting);
    assert_eq!(waiting.state(), CheckoutState::AwaitingAction);

    let good = UpdateCheckoutRequest { etag: waiting.etag, ..edit };
    let open = rig.checkouts().update_checkout(service(good)).await.unwrap().into_inner().checkout.unwrap();
    assert_eq!(open.state(), CheckoutState::Open);
    assert_eq!(open.details.unwrap().contact.unwrap().email, "eve@example.com");
}

#[tokio::test]
async fn an_action_ends_after_the_window_of_its_flow() {
    let flow = FLOW.replace("capture: by_kind", "capture: by_kind\n  action_window_seconds: 90");
    let rig = Rig::with(&flow, |desk| desk).await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    rig.primary.next(OperationKind::Confirm, Weather::Action);
    let before = SystemClock.now().as_second();
    let response = place(&rig, &placing(&checkout)).await;
    let Some(Became::Action(action)) = response.result else { panic!("no action: {response:?}") };
    let window = action.expire_time.unwrap().seconds - before;
    assert!((90..=180).contains(&window), "the flow says 90 seconds, the server 900: {window}");
}

#[tokio::test]
async fn a_partner_that_is_forced_open_says_so_and_not_that_it_drains() {
    let rig = Rig::start().await;
    let name = "stores/shop/partners/primary".to_owned();
    for (mode, reason) in [(2, "DRAINED"), (3, "FORCED_OPEN"), (4, ""), (1, "")] {
        let set = SetPartnerModeRequest { name: name.clone(), request_id: key(), etag: String::new(), mode };
        rig.operations().set_partner_mode(operator(set)).await.unwrap();
        let list = ListPartnersRequest { parent: "stores/shop".to_owned(), ..ListPartnersRequest::default() };
        let partners = rig.operations().list_partners(operator(list)).await.unwrap().into_inner().partners;
        let primary = partners.iter().find(|partner| partner.name == name).unwrap();
        assert_eq!(primary.unavailable_reason, reason, "mode {mode}");
    }
}
