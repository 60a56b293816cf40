//! Card data in traces.
//!
//! What went wrong elsewhere: a number that a buyer typed into the wrong field, and the token that stands for the card,
//! went into the attributes of spans and from there to whoever reads traces. What must happen here: a number is refused
//! in every field and a token is used, and neither is in any span or event, of ours or of what we stand on, whatever the
//! level.
//!
//! The listener hears a whole process. So that it hears nothing of other tests, and none of them decides before it
//! whether anybody listens, the test runs its body in a process of its own: this binary once more, for this test alone.

use std::process::Command;

use cashwrap::proto::cashwrap::v1 as api;
use cashwrap::proto::cashwrap::v1::cart_service_client::CartServiceClient;
use cashwrap::proto::cashwrap::v1::checkout_service_client::CheckoutServiceClient;
use tempfile::TempDir;
use tonic::Code;
use tonic::transport::Channel;
use tracing_subscriber::fmt::format::FmtSpan;

use super::strangers::{Buyer, buys, done};
use crate::grpc::rig::Rig;
use crate::server::process::get;
use crate::server::purchase::{channel, details, fresh, of, places, sandbox, shop};
use crate::support::lines::Lines;

/// Says that this process is the one that listens.
const ALONE: &str = "CASHWRAP_TEST_ALONE";

const NAME: &str = "complaints::spans::no_card_number_and_no_token_is_in_any_span_or_event_of_a_purchase";

/// As buyers type it.
const NUMBERS: [&str; 3] = ["4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444"];

const TOKENS: [&str; 2] = ["tok_primary_approve.mc7", "tok_backup_approve.mc7"];

#[tokio::test]
async fn no_card_number_and_no_token_is_in_any_span_or_event_of_a_purchase() {
    if std::env::var_os(ALONE).is_none() {
        let test = std::env::current_exe().unwrap();
        let run = Command::new(test).args(["--exact", NAME]).env(ALONE, "1").output().unwrap();
        let told = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success() && told.contains("1 passed"), "{told}");
        return;
    }
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(lines.clone())
        .with_env_filter("trace")
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let (directory, ledger) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (primary, backup) = (sandbox("primary", &ledger).await, sandbox("backup", &ledger).await);
    let shop = shop(&directory, &primary.base_url(), &backup.base_url()).await;
    let channel = channel(&shop).await;
    for number in NUMBERS {
        types(&channel, number).await;
    }
    let placed = places(&channel, TOKENS).await;
    assert!(matches!(placed.result, Some(api::place_order_response::Result::Order(_))), "{placed:?}");
    let declined = ["tok_primary_decline_issuer_not_available.mc8", "tok_backup_approve.mc8"];
    places(&channel, declined).await;
    let ledger = get(primary.address(), "/sandbox/ledger").await;
    assert!(ledger.contains("succeeded"), "the purchase went through a gateway: {ledger}");
    assert!(shop.stop().await);
    // Once more where the oracle sees both sides.
    let rig = Rig::start().await;
    buys(&rig, &Buyer::Guest).await;
    done(&rig, 1).await;
    let text = lines.text();
    for heard in ["CheckoutService/PlaceOrder", "INVALID_ARGUMENT", "TRACE", "partner_call{account=primary"] {
        assert!(text.contains(heard), "the listener did not hear {heard}");
    }
    let digits = |of: &str| of.chars().filter(char::is_ascii_digit).collect::<String>();
    for line in text.lines() {
        for number in NUMBERS {
            assert!(!line.contains(number) && !line.contains(&digits(number)), "{number} in {line}");
        }
        for token in TOKENS.iter().chain(&declined).chain(&["tok_primary_approve"]) {
            assert!(!line.contains(token), "{token} in {line}");
        }
    }
}

/// Types a card number into one field after the other; each is refused.
async fn types(channel: &Channel, number: &str) {
    let (cart, capability) = types_into_a_cart(channel, number).await;
    types_into_a_checkout(channel, number, &cart, &capability).await;
}

/// The cart that there is in the end, and its capability.
async fn types_into_a_cart(channel: &Channel, number: &str) -> (String, String) {
    let mut carts = CartServiceClient::new(channel.clone());
    let add = |sku: &str| {
        let add = api::AddLine { sku: sku.to_owned(), quantity: 1 };
        api::CartAction { action: Some(api::cart_action::Action::Add(add)) }
    };
    let cart = |sku: &str| api::CreateCartRequest {
        parent: "stores/demo".to_owned(),
        request_id: fresh(),
        currency_code: "EUR".to_owned(),
        actions: vec![add(sku)],
        ..api::CreateCartRequest::default()
    };
    let refused = carts.create_cart(of(cart(number), "none")).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let named = api::CreateCartRequest { language_code: number.to_owned(), ..cart("COURSE-BREWING") };
    carts.create_cart(of(named, "none")).await.unwrap_err();
    let keyed = api::CreateCartRequest { request_id: number.to_owned(), ..cart("COURSE-BREWING") };
    carts.create_cart(of(keyed, "none")).await.unwrap_err();
    let get = api::GetCartRequest { name: format!("stores/demo/carts/{number}") };
    carts.get_cart(of(get, "none")).await.unwrap_err();
    let made = carts.create_cart(of(cart("COURSE-BREWING"), "none")).await.unwrap().into_inner();
    let (name, token) = (made.cart.unwrap().name, made.capability_token);
    let code = api::ApplyCodeRequest {
        name: name.clone(),
        request_id: fresh(),
        etag: String::new(),
        code: number.to_owned(),
    };
    carts.apply_code(of(code, &token)).await.unwrap_err();
    (name, token)
}

async fn types_into_a_checkout(channel: &Channel, number: &str, cart: &str, token: &str) {
    let mut checkouts = CheckoutServiceClient::new(channel.clone());
    let opening = |details| api::CreateCheckoutRequest {
        parent: "stores/demo".to_owned(),
        request_id: fresh(),
        cart: cart.to_owned(),
        context: None,
        details: Some(details),
    };
    let contact = |email: &str, phone: &str| {
        let (email, phone) = (email.to_owned(), phone.to_owned());
        api::CheckoutDetails { contact: Some(api::Contact { email, phone }), ..details() }
    };
    let returning = format!("https://shop.example/{}", number.replace(' ', ""));
    let mut street = details();
    if let Some(api::billing::Choice::Address(address)) =
        street.billing.as_mut().and_then(|billing| billing.choice.as_mut())
    {
        address.address_lines = vec![number.to_owned()];
    }
    let wrong = [
        contact(number, ""),
        contact("ada@example.com", number),
        street,
        api::CheckoutDetails { return_uri: returning, ..details() },
    ];
    for details in wrong {
        let refused = checkouts.create_checkout(of(opening(details), token)).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
    }
    let begun = checkouts.create_checkout(of(opening(details()), token)).await.unwrap().into_inner();
    let checkout = begun.checkout.unwrap();
    let instrument = api::CardInstrument { partner_account: "primary".to_owned(), token: number.to_owned() };
    let tender = api::CardTender { instruments: vec![instrument], descriptor: None };
    let place = api::PlaceOrderRequest {
        name: checkout.name,
        request_id: fresh(),
        quote_digest: checkout.quote.unwrap().quote_digest,
        tenders: vec![api::Tender { amount: None, instrument: Some(api::tender::Instrument::Card(tender)) }],
    };
    let refused = checkouts.place_order(of(place, &begun.capability_token)).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
}
