//! The plain life of an intent: created, confirmed, captured or cancelled, refunded, found again.

use futures::future::join_all;
use serde_json::json;

use super::rig::{Rig, token};

#[tokio::test]
async fn an_intent_is_created_confirmed_captured_and_refunded() {
    let rig = Rig::start().await;
    let client = &rig.client;
    let intent = client.create("approve").await;
    assert_eq!(client.read(&intent).await.at("status"), "requires_confirmation");

    let confirmed = client.confirm(&intent).await;
    assert_eq!((confirmed.status, confirmed.at("status")), (200, json!("requires_capture")));
    assert_eq!(confirmed.at("amount_capturable"), 1000);
    assert!(confirmed.at("latest_charge").as_str().unwrap().starts_with("ch_"));

    let captured = client.capture(&intent, &[]).await;
    assert_eq!((captured.at("status"), captured.at("amount_received")), (json!("succeeded"), json!(1000)));

    let refund = client.post("/v1/refunds", &[("payment_intent", &intent), ("amount", "300")]).await;
    assert_eq!((refund.at("status"), refund.at("amount")), (json!("succeeded"), json!(300)));
    assert_eq!(refund.at("payment_intent"), intent.as_str());
    assert_eq!(client.get(&format!("/v1/refunds/{}", refund.id())).await.json(), refund.json());
    let listed = client.get(&format!("/v1/refunds?payment_intent={intent}")).await;
    assert_eq!(listed.at("data/0"), refund.json());

    let above = client.post("/v1/refunds", &[("payment_intent", &intent), ("amount", "701")]).await;
    assert_eq!((above.status, above.at("error/param")), (400, json!("amount")));
    assert_eq!(client.post("/v1/refunds", &[("payment_intent", &intent)]).await.at("amount"), 700);
    let again = client.post("/v1/refunds", &[("payment_intent", &intent)]).await;
    assert_eq!(again.at("error/code"), "charge_already_refunded");

    let ledger = client.ledger().await;
    let expected = json!({"authorised": 1000, "captured": 1000, "voided": 0, "refunded": 1000, "held": 0});
    assert_eq!(ledger["totals"]["eur"], expected);
    assert_eq!(ledger["requests"]["POST /v1/refunds"], 4);
}

#[tokio::test]
async fn a_partial_capture_releases_the_rest_and_ends_the_intent() {
    let rig = Rig::start().await;
    let intent = rig.client.confirmed("approve").await.id();
    let above = rig.client.capture(&intent, &[("amount_to_capture", "1001")]).await;
    assert_eq!((above.status, above.at("error/code")), (400, json!("amount_too_large")));
    let captured = rig.client.capture(&intent, &[("amount_to_capture", "400")]).await;
    assert_eq!(captured.at("amount_received"), 400);
    assert_eq!(captured.at("amount_capturable"), 0);
    let again = rig.client.capture(&intent, &[]).await;
    assert_eq!((again.status, again.at("error/code")), (400, json!("payment_intent_unexpected_state")));
    assert_eq!(rig.client.ledger().await["totals"]["eur"]["voided"], 600);
}

#[tokio::test]
async fn a_cancelled_intent_is_neither_confirmed_nor_captured_nor_cancelled_again() {
    let rig = Rig::start().await;
    let intent = rig.client.confirmed("approve").await.id();
    let path = format!("/v1/payment_intents/{intent}/cancel");
    let cancelled = rig.client.post(&path, &[("cancellation_reason", "abandoned")]).await;
    assert_eq!(cancelled.at("status"), "canceled");
    assert_eq!(cancelled.at("cancellation_reason"), "abandoned");
    for answer in [
        rig.client.confirm(&intent).await,
        rig.client.capture(&intent, &[]).await,
        rig.client.cancel(&intent).await,
    ] {
        assert_eq!((answer.status, answer.at("error/code")), (400, json!("payment_intent_unexpected_state")));
        assert_eq!(answer.at("error/payment_intent/id"), intent.as_str());
    }
    assert_eq!(rig.client.ledger().await["totals"]["eur"]["held"], 0);
}

#[tokio::test]
async fn create_with_confirm_and_automatic_capture_charges_at_once() {
    let rig = Rig::start().await;
    let token = token("approve");
    let form = [
        ("amount", "500"),
        ("currency", "JPY"),
        ("payment_method", token.as_str()),
        ("payment_method_types[]", "card"),
        ("confirm", "true"),
    ];
    let answer = rig.client.post("/v1/payment_intents", &form).await;
    assert_eq!((answer.at("status"), answer.at("amount_received")), (json!("succeeded"), json!(500)));
    assert_eq!(answer.at("currency"), "jpy");
}

#[tokio::test]
async fn racing_calls_on_one_intent_take_effect_once() {
    let rig = Rig::start().await;
    let (client, intent) = (&rig.client, rig.client.create("approve").await);
    let confirms = join_all((0..16).map(|_| client.confirm(&intent))).await;
    assert_eq!(confirms.iter().filter(|answer| answer.status == 200).count(), 1);
    let captures = join_all((0..16).map(|_| client.capture(&intent, &[]))).await;
    assert_eq!(captures.iter().filter(|answer| answer.status == 200).count(), 1);
    let form = [("payment_intent", intent.as_str()), ("amount", "300")];
    let refunds = join_all((0..16).map(|_| client.post("/v1/refunds", &form))).await;
    assert_eq!(refunds.iter().filter(|answer| answer.status == 200).count(), 3);
    assert_eq!(
        client.ledger().await["counts"],
        json!({"created": 1, "authorised": 1, "captured": 1, "refunded": 3})
    );
}

#[tokio::test]
async fn another_accounts_token_is_refused_on_create_and_on_confirm() {
    let rig = Rig::start().await;
    let foreign = [("amount", "1"), ("currency", "eur"), ("payment_method", "tok_backup_approve")];
    let created = rig.client.post("/v1/payment_intents", &foreign).await;
    assert_eq!((created.status, created.at("error/code")), (400, json!("resource_missing")));
    assert!(created.at("error/message").as_str().unwrap().starts_with("No such PaymentMethod"));

    let intent = rig.client.create("approve").await;
    let path = format!("/v1/payment_intents/{intent}/confirm");
    let confirmed = rig.client.post(&path, &[("payment_method", "tok_backup_approve")]).await;
    assert_eq!((confirmed.status, confirmed.at("error/code")), (400, json!("resource_missing")));
    assert_eq!(rig.client.count("authorised").await, 0);
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_never_echoed() {
    let rig = Rig::start().await;
    let stranger = rig.client.clone().with_secret_key("sk_stranger");
    for answer in [stranger.read("pi_1").await, stranger.post("/v1/refunds", &[]).await] {
        assert_eq!((answer.status, answer.at("error/type")), (401, json!("invalid_request_error")));
        assert!(!answer.text.contains("sk_stranger"));
    }
    let intent = rig.client.create("approve").await;
    rig.client.try_confirm(&intent, Some("key_1")).await.unwrap();
    assert!(!rig.client.ledger().await.to_string().contains(super::rig::SECRET_KEY));
}

#[tokio::test]
async fn malformed_requests_are_refused_with_the_parameter_named() {
    let rig = Rig::start().await;
    for (form, param) in [
        (vec![("currency", "eur")], "amount"),
        (vec![("amount", "0"), ("currency", "eur")], "amount"),
        (vec![("amount", "1.5"), ("currency", "eur")], "amount"),
        (vec![("amount", "1"), ("currency", "zzz")], "currency"),
        (vec![("amount", "1"), ("currency", "eur"), ("confirm", "yes")], "confirm"),
        (vec![("amount", "1"), ("currency", "eur"), ("confirm", "true")], "payment_method"),
    ] {
        let answer = rig.client.post("/v1/payment_intents", &form).await;
        assert_eq!((answer.status, answer.at("error/param")), (400, json!(param)), "{form:?}");
    }
    assert_eq!(rig.client.read("pi_none").await.status, 404);
    assert_eq!(rig.client.get("/v1/charges").await.status, 404);
}

#[tokio::test]
async fn search_finds_by_reference_only_after_the_lag() {
    let path = "/v1/payment_intents/search?query=metadata%5B'reference'%5D:'att_1'";
    let prompt = Rig::start().await;
    let intent = prompt.client.confirmed("approve").await.id();
    let found = prompt.client.get(path).await;
    assert_eq!(found.at("data/0/id"), intent.as_str());
    assert_eq!(found.at("data/0/status"), "requires_capture");
    let other = prompt.client.get("/v1/payment_intents/search?query=metadata%5B'reference'%5D:'att_2'").await;
    assert_eq!(other.at("data"), json!([]));

    let lagging = Rig::with(|settings| settings.search_lag_ms = 3_600_000).await;
    let intent = lagging.client.confirmed("approve").await.id();
    assert_eq!(lagging.client.get(path).await.at("data"), json!([]));
    assert_eq!(lagging.client.read(&intent).await.status, 200);
}

#[tokio::test]
async fn the_witness_shows_one_reference_alone() {
    let rig = Rig::start().await;
    let intent = rig.client.confirmed("approve").await.id();
    let other = [("amount", "7"), ("currency", "eur"), ("metadata[reference]", "att_2")];
    rig.client.post("/v1/payment_intents", &other).await;
    let witness = rig.client.get("/sandbox/ledger?reference=att_1").await;
    assert_eq!(witness.at("intents").as_array().unwrap().len(), 1);
    let expected = json!({
        "id": intent, "reference": "att_1", "amount": 1000, "currency": "eur", "authorised": 1000,
        "captured": 0, "voided": 0, "refunded": 0, "held": 1000, "status": "requires_capture",
    });
    assert_eq!(witness.at("intents/0"), expected);
    assert_eq!(witness.at("counts"), json!({"created": 1, "authorised": 1}));
    assert_eq!(rig.client.ledger().await["counts"], json!({"created": 2, "authorised": 1}));
}
