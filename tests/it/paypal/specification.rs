//! PayPal's own specifications of Orders v2 and Payments v2: every kind of request that the adapter makes, as Prism holds
//! it against them.
//!
//! Three patterns in these documents are no regular expressions to Prism, which then looks at no body at all and says
//! nothing of it. They are taken out of copies; that bodies are looked at is seen by requests that must be refused. Prism
//! makes up its answers without heeding the documents' patterns, and refuses them itself: its word on a request is then
//! that only the answer is at fault.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::gateways::contract::{Stage, Walk, view};
use crate::gateways::paypal::Account;
use crate::support::door::Knock;
use crate::support::prism::{Prism, document};

const ORDERS: &str = "paypal/checkout_orders_v2.json";
const PAYMENTS: &str = "paypal/payments_payment_v2.json";

/// Where the patterns stand that Prism cannot read.
const UNREADABLE: [&str; 3] = [
    "/components/schemas/email",
    "/components/schemas/level_2_card_processing_data/properties/invoice_id",
    "/components/schemas/vault_venmo_wallet_base/allOf/1/properties/description",
];

/// A copy that Prism reads.
fn readable(document: &Path, folder: &TempDir) -> PathBuf {
    let mut specification: Value = serde_json::from_str(&std::fs::read_to_string(document).unwrap()).unwrap();
    let taken = UNREADABLE
        .iter()
        .filter_map(|place| specification.pointer_mut(place)?.as_object_mut()?.remove("pattern"));
    assert!(taken.count() > 0, "{} is mended: read it as it is", document.display());
    let copy = folder.path().join(document.file_name().unwrap());
    std::fs::write(&copy, specification.to_string()).unwrap();
    copy
}

/// One request of each kind, as it left: an order, a look, an authorisation, a capture, a refund, and a void of another.
async fn requests() -> Vec<Knock> {
    let walk = Walk::new(Account::start().await);
    let refunding = walk.at(Stage::Refund).await;
    walk.done(&refunding).await;
    view(walk.look(&refunding).await);
    let mut knocks = walk.rig.knocks();
    let walk = Walk::new(Account::start().await);
    let voiding = walk.at(Stage::Void).await;
    walk.done(&voiding).await;
    knocks.extend(walk.rig.knocks().into_iter().filter(|knock| knock.path.ends_with("/void")));
    knocks.retain(|knock| !knock.path.contains("oauth2"));
    knocks
}

/// Whether Prism takes the request: by its answer, or by finding fault with nothing but its own answer.
async fn takes(prism: &Prism, knock: &Knock) -> Result<(), String> {
    let method = knock.method.parse().unwrap();
    let mut request = reqwest::Client::new().request(method, format!("{}{}", prism.base_url, knock.path));
    for (name, value) in &knock.headers {
        if !matches!(name.as_str(), "host" | "content-length" | "connection" | "user-agent") {
            request = request.header(name, value);
        }
    }
    let answer = request.body(knock.body.clone()).send().await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap_or_default();
    let faults = body["validation"].as_array();
    let own = |faults: &Vec<Value>| faults.iter().all(|fault| fault["location"][0] == "response");
    let answered = (200..300).contains(&status);
    if answered || (status == 500 && faults.is_some_and(own)) {
        Ok(())
    } else {
        Err(format!("{status}: {body}"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prism_accepts_every_kind_of_request_by_paypals_specifications() {
    let (Some(orders), Some(payments)) = (document(ORDERS), document(PAYMENTS)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (orders, payments) = (readable(&orders, &folder), readable(&payments, &folder));
    let (orders, payments) = tokio::join!(Prism::start(&orders), Prism::start(&payments));
    let requests = requests().await;
    // Each with a field that would break it.
    for (method, ending, breaks) in [
        ("POST", "/orders", Some(("intent", json!("STEAL")))),
        (
            "POST",
            "/orders",
            Some(("purchase_units", json!([{"amount": {"currency_code": "EUR", "value": "1,00"}}]))),
        ),
        ("POST", "/authorize", Some(("payment_source", json!(7)))),
        ("POST", "/capture", Some(("final_capture", json!("perhaps")))),
        ("POST", "/capture", Some(("amount", json!({"value": "1.00"})))),
        ("POST", "/refund", Some(("custom_id", json!(7)))),
        ("POST", "/void", None),
        ("GET", "1", None),
    ] {
        let kind = |knock: &&Knock| knock.method == method && knock.path.ends_with(ending);
        let knock = requests.iter().find(kind).unwrap_or_else(|| panic!("no {method} …{ending}"));
        let of = if knock.path.starts_with("/v2/checkout") { &orders } else { &payments };
        takes(of, knock).await.unwrap_or_else(|why| panic!("{method} {}: {why}", knock.path));
        if let Some((field, value)) = breaks {
            let mut body: Value = serde_json::from_str(&knock.body).unwrap();
            body[field] = value;
            let broken = Knock { body: body.to_string(), ..knock.clone() };
            assert!(takes(of, &broken).await.is_err(), "{method} {}: {field} is not looked at", knock.path);
        }
    }
    let created = requests.iter().filter(|knock| knock.path.ends_with("/orders")).count();
    assert_eq!(created, 1, "each call is one request");
}
