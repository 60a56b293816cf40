//! A catalogue that others wrote, sold in dollars by calls of grpcurl, and paid at a Stripe look-alike that others
//! wrote: every amount to the cent.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::binary::Spawned;
use crate::support::grpcurl::{self, Grpcurl};
use crate::support::localstripe::{KEY, LocalStripe};

const EXAMPLE: &str = include_str!("../../examples/cashwrap.toml");

/// What is bought: SKU, quantity, and what the line costs in cents by the prices of the file.
const GOODS: [(&str, i64, i64); 3] =
    [("OLJCESPC7Z", 1, 1_999), ("9SIQT8TOJO", 2, 2 * 549), ("6E92ZMYYFZ", 1, 899)];

/// The example's rate outside Germany; the goods cost less than what is sent for nothing.
const DELIVERY: i64 = 1_490;

/// 19.99 + 2 × 5.49 + 8.99 + 14.90. No tax: the store says that it need not collect any in the US.
const TOTAL: i64 = 5_486;

#[test]
fn the_expected_total_is_the_sum_of_its_parts() {
    assert_eq!(GOODS.iter().map(|(_, _, cents)| cents).sum::<i64>() + DELIVERY, TOTAL);
}

/// The file, which is read where it lies. Under CI it must be there.
fn catalogue() -> Option<PathBuf> {
    let fixtures = std::env::var("CASHWRAP_FIXTURES").unwrap_or_else(|_| "../shared/data".to_owned());
    let file = PathBuf::from(fixtures).join("catalog/products.json");
    if file.exists() {
        return Some(std::path::absolute(file).unwrap());
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", file.display());
    println!("NOT RUN: the walk through localstripe: {} is missing", file.display());
    None
}

/// A store in the US over the example's settings, paid at `stripe`.
fn variables<'a>(store: &'a str, stripe: &'a str) -> [(&'static str, &'a str); 10] {
    [
        ("CASHWRAP__STORE__URL", store),
        ("CASHWRAP__SERVER__LISTEN", "127.0.0.1:0"),
        ("CASHWRAP__SERVER__ADMIN_LISTEN", "127.0.0.1:0"),
        ("CASHWRAP__STORES__0__CURRENCIES", r#"["USD"]"#),
        ("CASHWRAP__STORES__0__PRICES_INCLUDE_TAX", "false"),
        ("CASHWRAP__STORES__0__ORIGIN_COUNTRY", "US"),
        ("CASHWRAP__PARTNERS__CARRIERS__PARCEL__CURRENCY", "USD"),
        ("CASHWRAP__PARTNERS__TAX__BUILTIN__UNTAXED_COUNTRIES", r#"["US"]"#),
        ("CASHWRAP__PARTNERS__GATEWAYS__PRIMARY__BASE_URL", stripe),
        ("CASHWRAP__PARTNERS__GATEWAYS__PRIMARY__SECRET_KEY", KEY),
    ]
}

#[tokio::test]
async fn an_order_of_the_catalogue_of_others_is_paid_at_a_stripe_of_others_to_the_cent() {
    let Some(catalogue) = catalogue() else { return };
    let (grpcurl, stripe) = (grpcurl::program(), LocalStripe::start().await);
    let files = tempfile::tempdir().unwrap();
    let (config, store) = (files.path().join("cashwrap.toml"), files.path().join("cashwrap.db"));
    std::fs::write(&config, EXAMPLE).unwrap();
    let (config, catalogue) = (config.to_str().unwrap(), catalogue.to_str().unwrap());
    let store = format!("sqlite:{}", store.display());
    let variables = variables(&store, &stripe.base_url);

    let load = ["catalog", "load", catalogue, "--store", "demo", "--config", config];
    let mut loading = Spawned::start(&load, &variables);
    assert!(loading.end().await.success(), "{}", loading.said());
    let mut serving = Spawned::start(&["serve", "--config", config, "--dev"], &variables);
    let address = serving.line(grpc_address).await;
    let shop = Grpcurl::of(&grpcurl, &address);

    let token = stripe.payment_method("4242424242424242").await;
    let order = buy(&shop, &token).await;
    check_quote(&order["quote"]);
    assert_eq!(order["paymentState"], "ORDER_PAYMENT_STATE_AUTHORISED", "{order}");

    // The other side's books.
    let intent = only_intent(&stripe).await;
    check_intent(&intent, "requires_capture", false);
    let payment = order["payments"][0].as_str().unwrap();
    let reference = payment.rsplit('/').next().unwrap();
    assert_eq!(intent["metadata"]["reference"], reference, "{intent}");

    shop.call("PaymentService/CapturePayment", &json!({ "name": payment, "request_id": fresh() })).await;
    let paid = until_paid(&shop, order["name"].as_str().unwrap()).await;
    assert_eq!(cents(&paid["capturedAmount"]), TOTAL, "{paid}");
    check_intent(&only_intent(&stripe).await, "succeeded", true);
    assert!(serving.interrupt().await.success(), "{}", serving.said());
}

/// Where the server says that it serves.
fn grpc_address(line: &str) -> Option<String> {
    serde_json::from_str::<Value>(line).ok()?.get("grpc")?.as_str().map(str::to_owned)
}

async fn buy(shop: &Grpcurl, token: &str) -> Value {
    let add = |(sku, quantity, _): &(&str, i64, i64)| json!({ "add": { "sku": sku, "quantity": quantity } });
    let actions: Vec<Value> = GOODS.iter().map(add).collect();
    let asked = json!({
        "parent": "stores/demo", "request_id": fresh(), "currency_code": "USD", "region_code": "US",
        "actions": actions,
    });
    let cart = shop.call("CartService/CreateCart", &asked).await["cart"].take();
    assert_eq!(cents(&cart["totals"]["total"]), TOTAL - DELIVERY, "{cart}");

    let asked = json!({
        "parent": "stores/demo", "request_id": fresh(), "cart": cart["name"],
        "details": {
            "contact": { "email": "ada@example.com" },
            "identity": "IDENTITY_OPTION_GUEST",
            "delivery_address": {
                "region_code": "US", "postal_code": "10001", "administrative_area": "NY",
                "locality": "New York", "address_lines": ["421 8th Avenue"], "recipients": ["Ada Lovelace"],
            },
            "billing": { "same_as_delivery": true },
        },
    });
    let checkout = shop.call("CheckoutService/CreateCheckout", &asked).await["checkout"].take();
    let name = &checkout["name"];
    let options = shop.call("CheckoutService/ListDeliveryOptions", &json!({ "parent": name })).await;
    let option = &options["deliveryOptions"][0];
    assert_eq!(cents(&option["price"]), DELIVERY, "{options}");
    let asked = json!({
        "name": name, "request_id": fresh(),
        "details": { "deliveries": [{ "quote_id": option["quoteId"] }] },
    });
    let checkout = shop.call("CheckoutService/UpdateCheckout", &asked).await["checkout"].take();
    check_quote(&checkout["quote"]);

    let asked = json!({
        "name": name, "request_id": fresh(), "quote_digest": checkout["quote"]["quoteDigest"],
        "tenders": [{ "card": { "instruments": [{ "partner_account": "primary", "token": token }] } }],
    });
    let mut placed = shop.call("CheckoutService/PlaceOrder", &asked).await;
    assert!(placed["order"].is_object(), "{placed}");
    placed["order"].take()
}

fn check_quote(quote: &Value) {
    let lines: Vec<(&str, i64, i64)> = quote["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            assert_eq!(cents(&line["subtotal"]), cents(&line["total"]), "{line}");
            (line["sku"].as_str().unwrap(), line["quantity"].as_i64().unwrap(), cents(&line["total"]))
        })
        .collect();
    assert_eq!(lines, GOODS, "{quote}");
    let amounts = ["subtotal", "discountTotal", "deliveryTotal", "taxTotal", "total", "amountDue"];
    let amounts = amounts.map(|field| cents(&quote[field]));
    assert_eq!(amounts, [TOTAL - DELIVERY, 0, DELIVERY, 0, TOTAL, TOTAL], "{quote}");
    // That no tax is asked for rests on the store's own word, and the order records it.
    assert!(quote["taxSource"].as_str().is_some_and(|source| source.contains("untaxed")), "{quote}");
}

async fn until_paid(shop: &Grpcurl, name: &str) -> Value {
    for _ in 0..200 {
        let order = shop.call("OrderService/GetOrder", &json!({ "name": name })).await["order"].take();
        if order["paymentState"] == "ORDER_PAYMENT_STATE_PAID" {
            return order;
        }
    }
    panic!("{name} is not paid");
}

async fn only_intent(stripe: &LocalStripe) -> Value {
    let mut listed = stripe.get("/v1/payment_intents").await;
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(1), "{listed}");
    listed["data"][0].take()
}

/// One charge of the whole total, held or taken.
fn check_intent(intent: &Value, status: &str, captured: bool) {
    assert_eq!([&intent["currency"], &intent["status"]], ["usd", status], "{intent}");
    let charges = intent["charges"]["data"].as_array().unwrap();
    assert_eq!(charges.len(), 1, "{intent}");
    let amounts = [&intent["amount"], &charges[0]["amount"]];
    assert_eq!(amounts, [TOTAL, TOTAL], "{intent}");
    assert_eq!(charges[0]["captured"], captured, "{intent}");
}

/// An amount as grpcurl shows it, in cents; what is nothing is left out there.
fn cents(money: &Value) -> i64 {
    assert_eq!(money["currencyCode"], "USD", "{money}");
    let units: i64 = money["units"].as_str().unwrap_or("0").parse().unwrap();
    let nanos = money["nanos"].as_i64().unwrap_or_default();
    assert_eq!(nanos % 10_000_000, 0, "{money}");
    units * 100 + nanos / 10_000_000
}

fn fresh() -> String {
    use cashwrap::ports::Ids as _;
    cashwrap::partners::system::UuidV7.fresh().to_string()
}
