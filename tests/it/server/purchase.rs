//! A guest buys over real gRPC from a whole process, through real sandbox gateways: the wiring, end to end.

use cashwrap::app::stocking::{Load, stock};
use cashwrap::config::Settings;
use cashwrap::partners::catalogue::load::load;
use cashwrap::partners::sandbox::{Handle, SandboxSettings, WebhookSettings};
use cashwrap::partners::system::UuidV7;
use cashwrap::proto::cashwrap::v1 as api;
use cashwrap::proto::cashwrap::v1::cart_service_client::CartServiceClient;
use cashwrap::proto::cashwrap::v1::checkout_service_client::CheckoutServiceClient;
use cashwrap::proto::cashwrap::v1::order_service_client::OrderServiceClient;
use cashwrap::proto::google::r#type::PostalAddress;
use cashwrap::wiring::database::Database;
use cashwrap::wiring::{Mode, Running, start};
use secrecy::SecretString;
use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request};

use super::process::settings;

const CATALOGUE: &str = include_str!("../../../examples/catalogue.json");

/// Refuses every connection: the discard port, where nobody listens.
const NOBODY: &str = "http://127.0.0.1:9";

pub async fn sandbox(account: &str, ledger: &TempDir) -> Handle {
    sandbox_that_tells(account, ledger, None).await
}

/// A gateway that sends webhooks, if it is told where to.
pub async fn sandbox_that_tells(account: &str, ledger: &TempDir, webhook: Option<WebhookSettings>) -> Handle {
    let settings = SandboxSettings {
        webhook,
        listen: "127.0.0.1:0".parse().unwrap(),
        account: account.to_owned(),
        secret_key: SecretString::from(format!("sk_sandbox_{account}")),
        ledger: ledger.path().to_owned(),
        ..SandboxSettings::default()
    };
    Handle::start(settings).await.unwrap()
}

/// A process with the example's catalogue, over these gateways.
pub async fn shop(directory: &TempDir, primary: &str, backup: &str) -> Running {
    shop_with(directory, primary, backup, &[]).await
}

/// The same with more over its settings.
pub async fn shop_with(directory: &TempDir, primary: &str, backup: &str, more: &[(&str, &str)]) -> Running {
    let gateways = [
        ("CASHWRAP__PARTNERS__GATEWAYS__PRIMARY__BASE_URL", primary),
        ("CASHWRAP__PARTNERS__GATEWAYS__BACKUP__BASE_URL", backup),
    ];
    let gateways: Vec<(&str, &str)> = gateways.iter().chain(more).copied().collect();
    serve(&settings(directory, &gateways)).await
}

/// A process of these settings with the example's catalogue.
pub async fn serve(settings: &Settings) -> Running {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let loaded = load(CATALOGUE).unwrap();
    let demo = "demo".parse().unwrap();
    let catalogue =
        Load { store: &demo, products: &loaded.products, coupons: &loaded.coupons, stock: &loaded.stock };
    let database = Database::open(&settings.store).unwrap();
    database.migrate().await.unwrap();
    stock(&*database.records(), &UuidV7, catalogue, |_| ()).await.unwrap();
    drop(database);
    start(settings, Mode::Production).await.unwrap()
}

/// A request of the storefront, for the holder of a capability.
pub fn of<T>(message: T, capability: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", "Bearer hello".parse().unwrap());
    request.metadata_mut().insert("cashwrap-capability", capability.parse().unwrap());
    request
}

#[expect(clippy::disallowed_methods, reason = "a client makes its own ids")]
pub fn fresh() -> String {
    uuid::Uuid::new_v4().to_string()
}

pub fn details() -> api::CheckoutDetails {
    let address = PostalAddress {
        region_code: "DE".to_owned(),
        postal_code: "10119".to_owned(),
        locality: "Berlin".to_owned(),
        address_lines: vec!["Torstraße 1".to_owned()],
        recipients: vec!["Ada Beispiel".to_owned()],
        ..PostalAddress::default()
    };
    api::CheckoutDetails {
        contact: Some(api::Contact { email: "ada@example.com".to_owned(), phone: String::new() }),
        billing: Some(api::Billing { choice: Some(api::billing::Choice::Address(address)) }),
        identity: api::IdentityOption::Guest.into(),
        ..api::CheckoutDetails::default()
    }
}

/// Buys an online course, and answers the order with its capability.
async fn buys(channel: &Channel) -> (api::Order, String) {
    let placed = places(channel, ["tok_primary_approve", "tok_backup_approve"]).await;
    match placed.result.unwrap() {
        api::place_order_response::Result::Order(order) => (order, placed.capability_token),
        other => panic!("no order: {other:?}"),
    }
}

/// Places an order of an online course with these tokens, for the primary and the backup.
pub async fn places(channel: &Channel, tokens: [&str; 2]) -> api::PlaceOrderResponse {
    let (checkout, capability) = begins(channel).await;
    let [primary, backup] = tokens;
    place(channel, checkout, &capability, &[("primary", primary), ("backup", backup)]).await
}

/// A checkout of an online course that is ready to be placed, and its capability.
pub async fn begins(channel: &Channel) -> (api::Checkout, String) {
    let mut carts = CartServiceClient::new(channel.clone());
    let mut checkouts = CheckoutServiceClient::new(channel.clone());
    let add = api::AddLine { sku: "COURSE-BREWING".to_owned(), quantity: 1 };
    let action = api::CartAction { action: Some(api::cart_action::Action::Add(add)) };
    let request = api::CreateCartRequest {
        parent: "stores/demo".to_owned(),
        request_id: fresh(),
        currency_code: "EUR".to_owned(),
        actions: vec![action],
        ..api::CreateCartRequest::default()
    };
    let made = carts.create_cart(of(request, "none")).await.unwrap().into_inner();
    let request = api::CreateCheckoutRequest {
        parent: "stores/demo".to_owned(),
        request_id: fresh(),
        cart: made.cart.unwrap().name,
        context: None,
        details: Some(details()),
    };
    let begun = checkouts.create_checkout(of(request, &made.capability_token)).await.unwrap().into_inner();
    let checkout = begun.checkout.unwrap();
    assert_eq!(checkout.problems, [], "{checkout:?}");
    (checkout, begun.capability_token)
}

/// Places the order of a checkout with a token for each of these accounts.
pub async fn place(
    channel: &Channel,
    checkout: api::Checkout,
    capability: &str,
    tokens: &[(&str, &str)],
) -> api::PlaceOrderResponse {
    let instruments = tokens.iter().map(|(account, token)| api::CardInstrument {
        partner_account: (*account).to_owned(),
        token: (*token).to_owned(),
    });
    let card = api::CardTender { instruments: instruments.collect(), descriptor: None };
    let request = api::PlaceOrderRequest {
        name: checkout.name,
        request_id: fresh(),
        quote_digest: checkout.quote.unwrap().quote_digest,
        tenders: vec![api::Tender { amount: None, instrument: Some(api::tender::Instrument::Card(card)) }],
    };
    let mut checkouts = CheckoutServiceClient::new(channel.clone());
    checkouts.place_order(of(request, capability)).await.unwrap().into_inner()
}

fn declined(placed: api::PlaceOrderResponse) -> api::Decline {
    match placed.result.unwrap() {
        api::place_order_response::Result::Decline(decline) => decline,
        other => panic!("no decline: {other:?}"),
    }
}

pub async fn channel(shop: &Running) -> Channel {
    Endpoint::new(format!("http://{}", shop.grpc())).unwrap().connect().await.unwrap()
}

#[tokio::test]
async fn a_guest_buys_and_reads_the_order_by_its_own_capability_alone() {
    let (directory, ledger) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (primary, backup) = (sandbox("primary", &ledger).await, sandbox("backup", &ledger).await);
    let shop = shop(&directory, &primary.base_url(), &backup.base_url()).await;
    let channel = channel(&shop).await;
    let (order, capability) = buys(&channel).await;

    let mut orders = OrderServiceClient::new(channel);
    let read = api::GetOrderRequest { name: order.name.clone() };
    let found = orders.get_order(of(read.clone(), &capability)).await.unwrap().into_inner();
    assert_eq!(found.order.unwrap().name, order.name);
    let foreign = orders.get_order(of(read.clone(), "cap_guess")).await.unwrap_err();
    assert_eq!(foreign.code(), Code::NotFound);
    let elsewhere = api::GetOrderRequest { name: order.name.replace("stores/demo", "stores/other") };
    let elsewhere = orders.get_order(of(elsewhere, &capability)).await.unwrap_err();
    assert_eq!(elsewhere.code(), Code::NotFound);
    assert!(shop.stop().await);
}

#[tokio::test]
async fn r19_a_card_that_a_sandbox_gateway_stopped_is_not_sent_to_any_gateway_again() {
    let (directory, ledger) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (primary, backup) = (sandbox("primary", &ledger).await, sandbox("backup", &ledger).await);
    let shop = shop(&directory, &primary.base_url(), &backup.base_url()).await;
    let channel = channel(&shop).await;
    let stopped = "tok_primary_declineiso_r1_mac21.mc7";
    let first = declined(places(&channel, [stopped, "tok_backup_approve.mc7"]).await);
    assert_eq!((first.next_action(), first.approximate), (api::DeclineAction::OtherMethod, false));
    // Another token of the card that a token of the refused tender goes with.
    let again = declined(places(&channel, ["tok_primary_approve.mc8", "tok_backup_approve.mc7"]).await);
    assert_eq!((again.next_action(), again.approximate), (api::DeclineAction::OtherMethod, true));
    assert_eq!(again.retry_time, None, "never again");
    let paused = "tok_primary_declineiso_51_mac24.mc9";
    declined(places(&channel, [paused, "tok_backup_approve.mc9"]).await);
    let waits = declined(places(&channel, [paused, "tok_backup_approve.mc9"]).await);
    assert!(waits.retry_time.is_some() && waits.approximate, "{waits:?}");
    // A fresh token, and the fingerprint in the decline's answer tells that it is the stopped card: no backup.
    let fresh = "tok_primary_decline_issuer_not_available.mc7";
    declined(places(&channel, [fresh, "tok_backup_approve"]).await);
    let witness = super::process::get(backup.address(), "/sandbox/ledger").await;
    assert!(witness.contains(r#""entries":[]"#), "{witness}");
    assert!(shop.stop().await);
}

#[tokio::test]
async fn a_gateway_that_nobody_reaches_costs_no_sale_and_is_counted() {
    let (directory, ledger) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let backup = sandbox("backup", &ledger).await;
    let shop = shop(&directory, NOBODY, &backup.base_url()).await;
    buys(&channel(&shop).await).await;
    let metrics = super::process::get(shop.admin(), "/metrics").await;
    // The other tests of this process count too, so that only what is counted is looked at, not how often.
    for series in [
        r#"cashwrap_failovers_total{account="backup"} "#,
        r#"cashwrap_attempts_total{account="backup"}"#,
        r#"cashwrap_placements_total{outcome="completed"}"#,
        r#"cashwrap_placement_seconds_count{outcome="completed"}"#,
        r#"cashwrap_commits_total{verdict="committed"}"#,
        r#"cashwrap_partner_calls_total{account="primary",class="authorise",outcome="not_sent_connect"}"#,
    ] {
        assert!(metrics.contains(series), "{series} in {metrics}");
    }
    assert!(shop.stop().await);
}
