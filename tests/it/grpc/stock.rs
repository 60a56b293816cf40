//! Stock that runs out while people shop: refused where it is asked for, shown where it went, decided by the order.

use cashwrap::proto::cashwrap::v1::cart_action::Action;
use cashwrap::proto::cashwrap::v1::{
    ApplyCodeRequest, Cart, CartAction, Checkout, CheckoutDetails, Contact, GetCartRequest, SetLineQuantity,
    Severity, UpdateCartRequest, WatchCheckoutRequest,
};
use tonic::Code::FailedPrecondition;
use tonic_types::StatusExt as _;

use super::carts::{add, cart_of, new_cart};
use super::checkouts::{buyer, checkout_of, next, opening, read, update};
use super::orders::{order, place, placing};
use super::rig::{FLOW, Rig, is, key, refusal, service};

async fn changed(rig: &Rig, cart: &Cart, actions: Vec<CartAction>) -> Result<Cart, tonic::Status> {
    let request =
        UpdateCartRequest { name: cart.name.clone(), request_id: key(), etag: String::new(), actions };
    Ok(rig.carts().update_cart(service(request)).await?.into_inner().cart.unwrap())
}

async fn shown(rig: &Rig, cart: &Cart) -> Cart {
    let request = GetCartRequest { name: cart.name.clone() };
    rig.carts().get_cart(service(request)).await.unwrap().into_inner().cart.unwrap()
}

fn set(cart: &Cart, line: usize, quantity: i32) -> CartAction {
    let line_id = cart.lines[line].id.clone();
    CartAction { action: Some(Action::SetQuantity(SetLineQuantity { line_id, quantity })) }
}

fn short(cart: &Cart) -> Vec<(&str, &str)> {
    let of_stock = cart.warnings.iter().filter(|warning| warning.code == "OUT_OF_STOCK");
    of_stock.map(|warning| (warning.line_id.as_str(), warning.parameters["left"].as_str())).collect()
}

fn out_of_stock(field: &str) -> (tonic::Code, String, String) {
    is(FailedPrecondition, "OUT_OF_STOCK", field)
}

#[tokio::test]
async fn more_units_than_there_are_are_refused_by_their_field_and_change_nothing() {
    let rig = Rig::start().await;
    let new = service(new_cart(vec![add("course", 1), add("tea", 11)]));
    let status = rig.carts().create_cart(new).await.unwrap_err();
    assert_eq!(refusal(&status), out_of_stock("actions[1].add.quantity"));
    let info = status.get_error_details().error_info().unwrap().metadata.clone();
    assert_eq!((info["sku"].as_str(), info["left"].as_str()), ("tea", "10"));

    let cart = cart_of(&rig, vec![add("tea", 10)]).await;
    let status = changed(&rig, &cart, vec![add("course", 1), add("tea", 1)]).await.unwrap_err();
    assert_eq!(refusal(&status), out_of_stock("actions[1].add.quantity"));
    assert!(status.message().contains("only 10 of tea are left"), "{status}");
    let status = changed(&rig, &cart, vec![set(&cart, 0, 11)]).await.unwrap_err();
    assert_eq!(refusal(&status), out_of_stock("actions[0].set_quantity.quantity"));
    rig.sells("gone", 100, "EUR", false, Some(0)).await;
    let status = changed(&rig, &cart, vec![add("gone", 1)]).await.unwrap_err();
    assert!(status.message().contains("gone is sold out"), "{status}");
    assert_eq!(shown(&rig, &cart).await, cart);
}

#[tokio::test]
async fn a_line_that_others_made_too_large_is_a_warning_until_it_is_lowered() {
    let rig = Rig::start().await;
    let cart = cart_of(&rig, vec![add("tea", 5)]).await;
    assert!(cart.warnings.is_empty());
    rig.sells("tea", 850, "EUR", true, Some(2)).await;
    let line = cart.lines[0].id.clone();
    assert_eq!(short(&shown(&rig, &cart).await), [(line.as_str(), "2")]);
    let fuller = changed(&rig, &cart, vec![add("course", 1)]).await.unwrap();
    assert_eq!((fuller.lines.len(), short(&fuller)), (2, vec![(line.as_str(), "2")]));
    let lower = changed(&rig, &fuller, vec![set(&fuller, 0, 3)]).await.unwrap();
    assert_eq!(short(&lower).len(), 1);
    let status = changed(&rig, &lower, vec![set(&lower, 0, 4)]).await.unwrap_err();
    assert_eq!(refusal(&status), out_of_stock("actions[0].set_quantity.quantity"));
    assert!(short(&changed(&rig, &lower, vec![set(&lower, 0, 2)]).await.unwrap()).is_empty());
}

fn is_blocked(checkout: &Checkout) {
    let problem =
        checkout.problems.iter().find(|problem| problem.code == "OUT_OF_STOCK").expect("no problem");
    assert_eq!(problem.severity(), Severity::NeedsBuyerReview);
    assert_eq!(problem.path, "lines[0].quantity");
    assert_eq!(problem.remedy, "last is sold out: remove its line");
    let action = checkout.primary_action.as_ref().unwrap();
    assert!(!action.enabled && action.blocking_problems.contains(&"OUT_OF_STOCK".to_owned()));
}

#[tokio::test]
async fn a_checkout_of_what_is_gone_says_so_on_every_call_and_the_order_names_the_line() {
    let rig = Rig::start().await;
    let (first, second) =
        (checkout_of(&rig, "last", buyer()).await, checkout_of(&rig, "last", buyer()).await);
    assert!(second.problems.is_empty() && second.primary_action.as_ref().unwrap().enabled);
    order(&place(&rig, &placing(&first)).await);
    is_blocked(&read(&rig, &second.name).await);
    let contact = Contact { email: "eve@example.com".to_owned(), phone: String::new() };
    let edit = CheckoutDetails { contact: Some(contact), ..CheckoutDetails::default() };
    let edited = rig.checkouts().update_checkout(service(update(&second, edit))).await.unwrap().into_inner();
    is_blocked(&edited.checkout.unwrap());
    let again = rig.checkouts().create_checkout(service(opening(&second.cart, buyer()))).await.unwrap();
    is_blocked(&again.into_inner().checkout.unwrap());
    let status = rig.checkouts().place_order(service(placing(&second))).await.unwrap_err();
    assert_eq!(refusal(&status), out_of_stock("lines[0].quantity"));
    assert_eq!(rig.primary.totals().len(), 1, "the first order's alone");
    rig.sells("last", 1000, "EUR", false, Some(2)).await;
    assert!(read(&rig, &second.name).await.problems.is_empty(), "what came back is no problem");
}

#[tokio::test]
async fn a_walking_layout_leads_nobody_on_to_what_is_gone() {
    let rig = Rig::with(&FLOW.replace("one_page", "three_pages"), |desk| desk).await;
    let checkout = checkout_of(&rig, "last", CheckoutDetails::default()).await;
    assert_eq!(checkout.primary_action.as_ref().unwrap().code, "CONTINUE");
    rig.sells("last", 1000, "EUR", false, Some(0)).await;
    is_blocked(&read(&rig, &checkout.name).await);
}

#[tokio::test]
async fn a_watcher_sees_stock_go_without_a_change_of_the_session() {
    let rig = Rig::start().await;
    let checkout = checkout_of(&rig, "last", buyer()).await;
    let watch = WatchCheckoutRequest { name: checkout.name.clone() };
    let mut stream = rig.checkouts().watch_checkout(service(watch)).await.unwrap().into_inner();
    let first = next(&mut stream).await.unwrap().unwrap().checkout.unwrap();
    assert!(first.problems.is_empty());
    rig.sells("last", 1000, "EUR", false, Some(0)).await;
    let second = next(&mut stream).await.unwrap().unwrap().checkout.unwrap();
    is_blocked(&second);
    assert_eq!(second.etag, first.etag);
}

#[tokio::test]
async fn a_code_that_was_used_up_meanwhile_is_named_by_its_field() {
    let rig = Rig::start().await;
    let mut places = Vec::new();
    for _ in 0..2 {
        let cart = cart_of(&rig, vec![add("course", 1)]).await;
        let code = "SINGLE".to_owned();
        let apply =
            ApplyCodeRequest { name: cart.name.clone(), request_id: key(), etag: String::new(), code };
        rig.carts().apply_code(service(apply)).await.unwrap();
        let opened = rig.checkouts().create_checkout(service(opening(&cart.name, buyer()))).await.unwrap();
        places.push(placing(&opened.into_inner().checkout.unwrap()));
    }
    order(&place(&rig, &places[0]).await);
    let status = rig.checkouts().place_order(service(places[1].clone())).await.unwrap_err();
    assert_eq!(refusal(&status), is(FailedPrecondition, "CODE_INVALID", "codes[SINGLE]"));
}
