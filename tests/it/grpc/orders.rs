//! From a checkout to an order, what the back office does with its payment, and what operators see of it.

use std::time::Duration;

use cashwrap::domain::payment::{DeclineClass, OperationKind};
use cashwrap::proto::cashwrap::v1::place_order_response::Result as Became;
use cashwrap::proto::cashwrap::v1::tender::Instrument;
use cashwrap::proto::cashwrap::v1::{
    ApplyCodeRequest, CapturePaymentRequest, CardInstrument, CardTender, Checkout, CheckoutDetails,
    CheckoutState, ConfirmPaymentActionRequest, DeclineAction, ExplainPaymentRequest, GetOrderRequest,
    GetPaymentRequest, ListOrdersRequest, ListPartnersRequest, ListUnresolvedPaymentsRequest, Order, Payment,
    PaymentState, PlaceOrderRequest, PlaceOrderResponse, RefundPaymentRequest, SetPartnerModeRequest, Tender,
    confirm_payment_action_response,
};
use cashwrap::proto::google::r#type::Money;
use tonic::Code::{Aborted, FailedPrecondition, InvalidArgument, NotFound};

use super::carts::{add, cart_of};
use super::checkouts::{berlin, buyer, checkout_of, read};
use super::rig::{CARD, Rig, guest, is, key, operator, refusal, service, stranger};
use crate::placing::till::Weather;

fn card(token: &str) -> Tender {
    let instrument = CardInstrument { partner_account: "primary".to_owned(), token: token.to_owned() };
    let card = CardTender { instruments: vec![instrument], descriptor: None };
    Tender { amount: None, instrument: Some(Instrument::Card(card)) }
}

pub(crate) fn placing(checkout: &Checkout) -> PlaceOrderRequest {
    PlaceOrderRequest {
        name: checkout.name.clone(),
        request_id: key(),
        quote_digest: checkout.quote.as_ref().unwrap().quote_digest.clone(),
        tenders: vec![card("tok_primary_approve")],
    }
}

pub(super) async fn place(rig: &Rig, request: &PlaceOrderRequest) -> PlaceOrderResponse {
    rig.checkouts().place_order(service(request.clone())).await.unwrap().into_inner()
}

pub(crate) fn order(response: &PlaceOrderResponse) -> Order {
    match &response.result {
        Some(Became::Order(order)) => order.clone(),
        other => panic!("no order: {other:?}"),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "amounts in messages are optional")]
pub(crate) fn euro(units: i64, nanos: i32) -> Option<Money> {
    Some(Money { currency_code: "EUR".to_owned(), units, nanos })
}

pub(super) async fn payment(rig: &Rig, name: &str) -> Payment {
    let request = GetPaymentRequest { name: name.to_owned() };
    rig.payments().get_payment(service(request)).await.unwrap().into_inner().payment.unwrap()
}

/// The payment once it stands so.
pub(crate) async fn settled(rig: &Rig, name: &str, state: PaymentState) -> Payment {
    let found = async {
        loop {
            let now = payment(rig, name).await;
            if now.state() == state {
                return now;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), found).await.expect("the payment does not settle")
}

#[tokio::test]
async fn an_order_is_placed_once_however_often_it_is_asked_for() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let request = placing(&checkout);
    let first = place(&rig, &request).await;
    assert_eq!(first, place(&rig, &request).await);
    let other_key = PlaceOrderRequest { request_id: key(), ..request };
    assert_eq!(first, place(&rig, &other_key).await);
    assert_eq!(rig.primary.totals().len(), 1);
    let done = read(&rig, &checkout.name).await;
    assert_eq!(done.state(), CheckoutState::Completed);
    assert_eq!(done.order, order(&first).name);
    assert_eq!(done.primary_action.unwrap().code, "VIEW_ORDER");
}

#[tokio::test]
async fn a_guest_reads_an_order_by_its_own_token_alone() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let response = place(&rig, &placing(&checkout)).await;
    let placed = order(&response);
    let get = || GetOrderRequest { name: placed.name.clone() };
    let held = rig.orders().get_order(guest(&response.capability_token, get())).await.unwrap().into_inner();
    assert_eq!(held.order.unwrap().quote, placed.quote);
    for status in [
        rig.orders().get_order(guest("cap_AAAA", get())).await.unwrap_err(),
        rig.orders().get_order(stranger(get())).await.unwrap_err(),
    ] {
        assert_eq!(refusal(&status), is(NotFound, "NOT_FOUND", "name"));
    }
}

#[tokio::test]
async fn each_bad_placement_is_refused_by_its_field_and_charges_nobody() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let with = |tender: Tender| PlaceOrderRequest { tenders: vec![tender], ..placing(&checkout) };
    let paying = |amount: Option<Money>| with(Tender { amount, ..card("tok_primary_approve") });
    let digest = |digest: &str| PlaceOrderRequest { quote_digest: digest.to_owned(), ..placing(&checkout) };
    let stale = format!("v1.{}", "0".repeat(64));
    let token = "tenders[0].card.instruments[0].token";
    for (request, expected) in [
        (digest(""), is(InvalidArgument, "INVALID_FIELD", "quote_digest")),
        (digest(&stale), is(FailedPrecondition, "PRICE_CHANGED", "quote_digest")),
        (with(card(CARD)), is(InvalidArgument, "CARD_NUMBER_REFUSED", token)),
        (with(card("4111111111111111")), is(InvalidArgument, "CARD_NUMBER_REFUSED", token)),
        (with(card("")), is(InvalidArgument, "INVALID_FIELD", token)),
        (with(card(&"x".repeat(1 << 20))), is(InvalidArgument, "INVALID_FIELD", token)),
        (with(Tender::default()), is(InvalidArgument, "INVALID_FIELD", "tenders[0].card")),
        (paying(euro(49, 1_000_000)), is(InvalidArgument, "AMOUNT_INVALID", "tenders[0].amount")),
        (paying(euro(i64::MAX, 0)), is(InvalidArgument, "AMOUNT_INVALID", "tenders[0].amount")),
        (paying(euro(0, 0)), is(InvalidArgument, "AMOUNT_INVALID", "tenders[0].amount")),
        (paying(euro(48, 0)), is(InvalidArgument, "TENDERS_MISMATCH", "tenders")),
        (
            paying(Some(Money { currency_code: "USD".to_owned(), units: 49, nanos: 0 })),
            is(InvalidArgument, "TENDERS_MISMATCH", "tenders"),
        ),
        (
            PlaceOrderRequest { request_id: String::new(), ..placing(&checkout) },
            is(InvalidArgument, "REQUEST_ID_INVALID", "request_id"),
        ),
        (
            PlaceOrderRequest { tenders: Vec::new(), ..placing(&checkout) },
            is(InvalidArgument, "TENDERS_MISMATCH", "tenders"),
        ),
    ] {
        let shown = format!("{expected:?}");
        let status = rig.checkouts().place_order(service(request)).await.expect_err(&shown);
        assert_eq!(refusal(&status), expected);
    }
    assert!(rig.untouched());
    assert_eq!(read(&rig, &checkout.name).await.etag, checkout.etag);
}

#[tokio::test]
async fn what_is_not_ready_names_each_problem() {
    let rig = Rig::start().await;
    let checkout =
        checkout_of(&rig, "tea", CheckoutDetails { delivery_address: Some(berlin()), ..buyer() }).await;
    let status = rig.checkouts().place_order(service(placing(&checkout))).await.unwrap_err();
    assert_eq!(refusal(&status), is(FailedPrecondition, "CHECKOUT_NOT_READY", ""));
    let details = tonic_types::StatusExt::get_error_details(&status);
    let blocking = &details.precondition_failure().unwrap().violations;
    assert_eq!(blocking[0].r#type, "DELIVERY_OPTION_REQUIRED");
}

#[tokio::test]
async fn a_changed_price_is_refused_and_reading_again_is_enough_to_go_on() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    rig.sells("course", 5900, "EUR", false, None).await;
    let status = rig.checkouts().place_order(service(placing(&checkout))).await.unwrap_err();
    assert_eq!(refusal(&status).1, "PRICE_CHANGED");
    assert!(rig.untouched());
    let fresh = read(&rig, &checkout.name).await;
    assert_eq!(fresh.warnings[0].code, "PRICE_CHANGED");
    let placed = order(&place(&rig, &placing(&fresh)).await);
    assert_eq!(placed.quote.unwrap().total, euro(59, 0));
}

#[tokio::test]
async fn what_is_sold_out_or_used_up_is_refused_before_any_charge() {
    let rig = Rig::start().await;
    let first = checkout_of(&rig, "last", buyer()).await;
    let second = checkout_of(&rig, "last", buyer()).await;
    order(&place(&rig, &placing(&first)).await);
    let status = rig.checkouts().place_order(service(placing(&second))).await.unwrap_err();
    assert_eq!(refusal(&status), is(FailedPrecondition, "OUT_OF_STOCK", "lines[0].quantity"));
    let cart = cart_of(&rig, vec![add("course", 1)]).await;
    let code = ApplyCodeRequest {
        name: cart.name.clone(),
        request_id: key(),
        etag: String::new(),
        code: "GONE".to_owned(),
    };
    let status = rig.carts().apply_code(service(code)).await.unwrap_err();
    assert_eq!(refusal(&status), is(FailedPrecondition, "CODE_INVALID", "code"));
    assert_eq!(rig.primary.totals().len(), 1, "the first order's alone");
}

#[tokio::test]
async fn a_decline_is_an_answer_and_the_checkout_shows_it() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    rig.primary.next(OperationKind::Confirm, Weather::Declined(DeclineClass::InsufficientFunds));
    let response = place(&rig, &placing(&checkout)).await;
    let Some(Became::Decline(decline)) = response.result else { panic!("no decline: {response:?}") };
    assert_eq!(decline.next_action(), DeclineAction::OtherMethod);
    assert!(response.capability_token.is_empty());
    let open = read(&rig, &checkout.name).await;
    assert_eq!(open.state(), CheckoutState::Open);
    assert_eq!(payment(&rig, &decline.payment).await.state(), PaymentState::Declined);
    let explain = ExplainPaymentRequest { name: decline.payment.clone() };
    let told = rig.operations().explain_payment(operator(explain)).await.unwrap().into_inner();
    assert_eq!(told.placement.unwrap().state, "FAILED");
    assert_eq!(open.last_decline.unwrap(), decline);
}

#[tokio::test]
async fn an_action_is_confirmed_into_an_order() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    rig.primary.next(OperationKind::Confirm, Weather::Action);
    let response = place(&rig, &placing(&checkout)).await;
    let Some(Became::Action(action)) = response.result else { panic!("no action: {response:?}") };
    assert_eq!(read(&rig, &checkout.name).await.action.unwrap(), action);
    let confirm = |action_id: &str| ConfirmPaymentActionRequest {
        name: checkout.name.clone(),
        request_id: key(),
        action_id: action_id.to_owned(),
        ..Default::default()
    };
    let status = rig.checkouts().confirm_payment_action(service(confirm("x"))).await.unwrap_err();
    assert_eq!(refusal(&status), is(InvalidArgument, "INVALID_FIELD", "action_id"));
    let unknown = "pay_00000000000000000000000000000001";
    let status = rig.checkouts().confirm_payment_action(service(confirm(unknown))).await.unwrap_err();
    assert_eq!(refusal(&status), is(FailedPrecondition, "PAYMENT_ACTION_INVALID", "action_id"));
    rig.primary.customer_acts(true);
    let confirmed =
        rig.checkouts().confirm_payment_action(service(confirm(&action.id))).await.unwrap().into_inner();
    assert!(confirmed.capability_token.starts_with("cap_"));
    assert!(matches!(confirmed.result, Some(confirm_payment_action_response::Result::Order(_))));
}

#[tokio::test]
async fn the_back_office_refunds_within_what_was_taken() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let placed = order(&place(&rig, &placing(&checkout)).await);
    let name = &placed.payments[0];
    let taken = settled(&rig, name, PaymentState::Captured).await;
    assert_eq!((taken.captured_amount, taken.partner_account.as_str()), (euro(49, 0), "primary"));
    let refund = |amount: Option<Money>| RefundPaymentRequest {
        name: name.clone(),
        request_id: key(),
        etag: String::new(),
        amount,
    };
    let dollars = Some(Money { currency_code: "USD".to_owned(), units: 1, nanos: 0 });
    for (request, expected) in [
        (refund(euro(-1, 0)), is(InvalidArgument, "AMOUNT_INVALID", "amount")),
        (refund(euro(0, 1)), is(InvalidArgument, "AMOUNT_INVALID", "amount")),
        (refund(dollars), is(InvalidArgument, "CURRENCY_MISMATCH", "amount.currency_code")),
        (refund(euro(50, 0)), is(FailedPrecondition, "AMOUNT_EXCEEDS_REMAINDER", "amount")),
        (
            RefundPaymentRequest { etag: "\"ffff\"".to_owned(), ..refund(None) },
            is(Aborted, "ETAG_MISMATCH", "etag"),
        ),
    ] {
        let status = rig.payments().refund_payment(service(request)).await.unwrap_err();
        assert_eq!(refusal(&status), expected);
    }
    let part = refund(euro(9, 0));
    let first = rig.payments().refund_payment(service(part.clone())).await.unwrap().into_inner();
    let again = rig.payments().refund_payment(service(part)).await.unwrap().into_inner();
    assert_eq!(first, again);
    let now = settled(&rig, name, PaymentState::PartiallyRefunded).await;
    assert_eq!((now.refunded_amount, now.refunds.len()), (euro(9, 0), 1));
    let capture = CapturePaymentRequest { name: name.clone(), request_id: key(), ..Default::default() };
    let status = rig.payments().capture_payment(service(capture)).await.unwrap_err();
    assert_eq!(status.code(), FailedPrecondition);
}

#[tokio::test]
async fn operators_see_how_a_payment_came_to_be_and_orders_come_in_pages() {
    let rig = Rig::start().await;
    for _ in 0..3 {
        let checkout = checkout_of(&rig, "course", buyer()).await;
        order(&place(&rig, &placing(&checkout)).await);
    }
    let list = |page_token: &str| ListOrdersRequest {
        parent: "stores/shop".to_owned(),
        page_size: 2,
        page_token: page_token.to_owned(),
        ..ListOrdersRequest::default()
    };
    let first = rig.orders().list_orders(service(list(""))).await.unwrap().into_inner();
    let second = rig.orders().list_orders(service(list(&first.next_page_token))).await.unwrap().into_inner();
    assert_eq!((first.orders.len(), second.orders.len()), (2, 1));
    assert!(second.next_page_token.is_empty());
    let name = first.orders[0].payments[0].clone();
    let request = ExplainPaymentRequest { name };
    let told = rig.operations().explain_payment(operator(request)).await.unwrap().into_inner();
    assert_eq!(told.placement.unwrap().state, "COMPLETED");
    let tokens: Vec<_> = told.candidates.iter().map(|each| each.has_token).collect();
    assert_eq!(tokens, [true, false]);
    let kinds: Vec<_> = told.attempts[0].operations.iter().map(|each| each.kind.as_str()).collect();
    assert_eq!(kinds[..2], ["create", "confirm"]);
    let stolen = ListUnresolvedPaymentsRequest {
        parent: "stores/shop".to_owned(),
        page_size: 0,
        page_token: first.next_page_token,
    };
    let status = rig.operations().list_unresolved_payments(operator(stolen)).await.unwrap_err();
    assert_eq!(refusal(&status), is(InvalidArgument, "PAGE_TOKEN_INVALID", "page_token"));
}

#[tokio::test]
async fn a_partner_is_drained_under_its_etag() {
    let rig = Rig::start().await;
    let list = ListPartnersRequest { parent: "stores/shop".to_owned(), ..ListPartnersRequest::default() };
    let partners = rig.operations().list_partners(operator(list)).await.unwrap().into_inner().partners;
    let primary = partners.iter().find(|each| each.name.ends_with("/primary")).unwrap();
    assert_eq!((primary.adapter.as_str(), primary.unavailable_reason.as_str()), ("stripe", ""));
    let set = |mode, etag: &str| SetPartnerModeRequest {
        name: primary.name.clone(),
        request_id: key(),
        etag: etag.to_owned(),
        mode,
    };
    for (request, expected) in [
        (set(0, ""), is(InvalidArgument, "INVALID_FIELD", "mode")),
        (set(42, ""), is(InvalidArgument, "INVALID_FIELD", "mode")),
        (set(2, "\"drain\""), is(Aborted, "ETAG_MISMATCH", "etag")),
    ] {
        let status = rig.operations().set_partner_mode(operator(request)).await.unwrap_err();
        assert_eq!(refusal(&status), expected);
    }
    let request = operator(set(2, &primary.etag));
    let drained = rig.operations().set_partner_mode(request).await.unwrap().into_inner().partner.unwrap();
    assert_eq!(drained.mode, 2);
    assert!(!drained.unavailable_reason.is_empty(), "a drained account takes nothing new");
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let response = place(&rig, &placing(&checkout)).await;
    let Some(Became::Decline(decline)) = response.result else { panic!("no decline: {response:?}") };
    assert_eq!(decline.next_action(), DeclineAction::ReenterPayment);
    assert_eq!(decline.partner_account, "backup");
}
