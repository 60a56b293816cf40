//! Every token, one by one.

use std::error::Error;
use std::io::{self, ErrorKind};

use serde_json::json;

use super::rig::Rig;

#[tokio::test]
async fn a_decline_is_a_card_error_and_leaves_the_intent_open_to_another_card() {
    let rig = Rig::start().await;
    let client = &rig.client;
    let declined = client.confirmed("decline_insufficient_funds").await;
    assert_eq!((declined.status, declined.at("error/type")), (402, json!("card_error")));
    assert_eq!(declined.at("error/code"), "card_declined");
    assert_eq!(declined.at("error/decline_code"), "insufficient_funds");
    assert_eq!(declined.at("error/payment_intent/status"), "requires_payment_method");
    let intent = declined.at("error/payment_intent/id").as_str().unwrap().to_owned();
    let read = client.read(&intent).await;
    assert_eq!(read.at("last_payment_error/decline_code"), "insufficient_funds");

    assert_eq!(client.confirm(&intent).await.at("error/code"), "payment_intent_unexpected_state");
    let path = format!("/v1/payment_intents/{intent}/confirm");
    let approved = client.post(&path, &[("payment_method", "tok_primary_approve")]).await;
    assert_eq!(approved.at("status"), "requires_capture");
    assert_eq!(approved.at("last_payment_error"), json!(null));
}

#[tokio::test]
async fn a_decline_on_the_network_carries_its_codes() {
    let rig = Rig::start().await;
    let declined = rig.client.confirmed("declineiso_05_mac03").await;
    assert_eq!(declined.at("error/decline_code"), "generic_decline");
    assert_eq!(declined.at("error/network_decline_code"), "05");
    assert_eq!(declined.at("error/network_advice_code"), "03");
    assert_eq!(declined.at("error/advice_code"), "do_not_try_again");
}

#[tokio::test]
async fn an_action_is_finished_by_the_customers_visit() {
    let rig = Rig::start().await;
    let client = &rig.client;
    for (result, status) in [("success", "requires_capture"), ("fail", "requires_payment_method")] {
        let waiting = client.confirmed("action").await;
        assert_eq!(waiting.at("status"), "requires_action");
        let url = waiting.at("next_action/redirect_to_url/url").as_str().unwrap().to_owned();
        assert_eq!(client.confirm(&waiting.id()).await.at("status"), "requires_action");
        assert_eq!(client.visit(&url).await, 200);
        assert_eq!(client.visit(&format!("{url}?result={result}")).await, 200);
        let done = client.read(&waiting.id()).await;
        assert_eq!((done.at("status"), done.at("next_action")), (json!(status), json!(null)));
        assert_eq!(client.visit(&format!("{url}?result={result}")).await, 409);
        if result == "fail" {
            assert_eq!(done.at("last_payment_error/code"), "payment_intent_authentication_failure");
        }
    }
    assert_eq!(client.count("authorised").await, 1);
}

#[tokio::test]
async fn a_decline_that_wants_authentication_becomes_an_action_when_it_is_asked_for() {
    let rig = Rig::start().await;
    let intent = rig.client.create("decline_authentication_required").await;
    let path = format!("/v1/payment_intents/{intent}/confirm");
    let form = [("payment_method_options[card][request_three_d_secure]", "any")];
    assert_eq!(rig.client.post(&path, &form).await.at("status"), "requires_action");
    let lost = rig.client.create("decline_lost_card").await;
    let path = format!("/v1/payment_intents/{lost}/confirm");
    assert_eq!(rig.client.post(&path, &form).await.status, 402);
}

#[tokio::test]
async fn a_partial_approval_holds_less_and_a_wrong_amount_echoes_another() {
    let rig = Rig::start().await;
    let partial = rig.client.confirmed("partial").await;
    assert_eq!((partial.at("amount"), partial.at("amount_capturable")), (json!(1000), json!(500)));
    let wrong = rig.client.confirmed("wrongamount").await;
    assert_eq!((wrong.at("amount"), wrong.at("amount_capturable")), (json!(1001), json!(1001)));
}

#[tokio::test]
async fn processing_succeeds_later_and_cannot_be_cancelled_meanwhile() {
    let rig = Rig::with(|settings| settings.slow_ms = 1_500).await;
    let processing = rig.client.confirmed("processing").await;
    assert_eq!(processing.at("status"), "processing");
    let cancelled = rig.client.cancel(&processing.id()).await;
    assert_eq!(cancelled.at("error/code"), "payment_intent_unexpected_state");
    rig.client.until("authorised", 1).await;
    assert_eq!(rig.client.read(&processing.id()).await.at("status"), "requires_capture");
}

#[tokio::test]
async fn slow_answers_after_its_delay() {
    let rig = Rig::with(|settings| settings.slow_ms = 200).await;
    let intent = rig.client.create("slow").await;
    let started = tokio::time::Instant::now();
    assert_eq!(rig.client.confirm(&intent).await.at("status"), "requires_capture");
    assert!(started.elapsed().as_millis() >= 200);
}

#[tokio::test]
async fn faults_after_the_effect_lose_the_answer_and_keep_the_money() {
    let rig = Rig::start().await;
    for (behaviour, status) in [("timeoutafter", None), ("resetafter", None), ("fiveafter", Some(500))] {
        let intent = rig.client.create(behaviour).await;
        let answer = rig.client.try_confirm(&intent, None).await;
        assert_eq!(answer.ok().map(|answer| answer.status), status, "{behaviour}");
        assert_eq!(rig.client.read(&intent).await.at("status"), "requires_capture", "{behaviour}");
    }
    let intent = rig.client.create("garbage").await;
    let garbage = rig.client.confirm(&intent).await;
    assert_eq!(garbage.status, 200);
    assert!(garbage.text.starts_with("<html>"));
    assert_eq!(rig.client.read(&intent).await.at("status"), "requires_capture");
}

#[tokio::test]
async fn a_reset_is_a_reset_and_no_orderly_end() {
    let rig = Rig::start().await;
    for behaviour in ["resetbefore", "resetafter"] {
        let intent = rig.client.create(behaviour).await;
        let error = rig.client.try_confirm(&intent, None).await.unwrap_err();
        let chain = std::iter::successors(Some(&error as &dyn Error), |error| (*error).source());
        let kinds: Vec<ErrorKind> =
            chain.filter_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind).collect();
        assert_eq!(kinds, [ErrorKind::ConnectionReset], "{behaviour}: {error:?}");
    }
}

#[tokio::test]
async fn faults_before_the_effect_leave_nothing() {
    let rig = Rig::start().await;
    for (behaviour, status) in [("timeoutbefore", None), ("resetbefore", None), ("fivebefore", Some(500))] {
        let intent = rig.client.create(behaviour).await;
        let answer = rig.client.try_confirm(&intent, None).await;
        assert_eq!(answer.ok().map(|answer| answer.status), status, "{behaviour}");
        assert_eq!(rig.client.read(&intent).await.at("status"), "requires_confirmation", "{behaviour}");
    }
    for (behaviour, status) in
        [("ratelimited", 429), ("unauthorised", 401), ("forbidden", 403), ("badrequest", 400)]
    {
        let refused = rig.client.confirmed(behaviour).await;
        assert_eq!(refused.status, status, "{behaviour}");
        assert_eq!(refused.retry_after.is_some(), behaviour == "ratelimited");
    }
    assert_eq!(rig.client.count("authorised").await, 0);
}

#[tokio::test]
async fn a_fault_before_a_create_that_confirms_leaves_not_even_the_intent() {
    let rig = Rig::start().await;
    let form = [
        ("amount", "1"),
        ("currency", "eur"),
        ("confirm", "true"),
        ("payment_method", "tok_primary_resetbefore"),
    ];
    assert!(rig.client.try_post("/v1/payment_intents", &form, None).await.is_err());
    assert_eq!(rig.client.count("created").await, 0);
}

#[tokio::test]
async fn a_late_request_is_never_answered_and_lands_after_its_delay() {
    let rig = Rig::with(|settings| settings.late_ms = 1_500).await;
    let intent = rig.client.create("lateland").await;
    assert!(rig.client.try_confirm(&intent, None).await.is_err());
    assert_eq!(rig.client.read(&intent).await.at("status"), "requires_confirmation");
    rig.client.until("late_landed", 1).await;
    assert_eq!(rig.client.read(&intent).await.at("status"), "requires_capture");
}

#[tokio::test]
async fn a_cancel_stops_a_late_request_only_where_it_leaves_a_tombstone() {
    for (tombstones, entry, status) in
        [(true, "late_refused", "canceled"), (false, "late_landed", "requires_capture")]
    {
        let rig = Rig::with(|settings| {
            settings.tombstones = tombstones;
            settings.late_ms = 1_500;
        })
        .await;
        let intent = rig.client.create("lateland").await;
        assert!(rig.client.try_confirm(&intent, None).await.is_err());
        assert_eq!(rig.client.cancel(&intent).await.at("status"), "canceled");
        rig.client.until(entry, 1).await;
        assert_eq!(rig.client.read(&intent).await.at("status"), status);
    }
}

#[tokio::test]
async fn captures_and_refunds_fail_or_go_silent_where_the_token_says() {
    let rig = Rig::start().await;
    let client = &rig.client;
    let intent = client.confirmed("capturefails").await.id();
    let refused = client.capture(&intent, &[]).await;
    assert_eq!((refused.status, refused.at("error/code")), (400, json!("charge_expired_for_capture")));
    assert_eq!(client.read(&intent).await.at("status"), "requires_capture");

    let intent = client.confirmed("capturetimeoutafter").await.id();
    let path = format!("/v1/payment_intents/{intent}/capture");
    assert!(client.try_post(&path, &[], None).await.is_err());
    assert_eq!(client.read(&intent).await.at("amount_received"), 1000);

    let intent = client.confirmed("canceltimeoutafter").await.id();
    let path = format!("/v1/payment_intents/{intent}/cancel");
    assert!(client.try_post(&path, &[], None).await.is_err());
    assert_eq!(client.read(&intent).await.at("status"), "canceled");

    let intent = client.confirmed("refundfails").await.id();
    client.capture(&intent, &[]).await;
    let failed = client.post("/v1/refunds", &[("payment_intent", &intent)]).await;
    assert_eq!((failed.status, failed.at("status")), (200, json!("failed")));

    let intent = client.confirmed("refundtimeoutafter").await.id();
    client.capture(&intent, &[]).await;
    assert!(client.try_post("/v1/refunds", &[("payment_intent", &intent)], None).await.is_err());
    assert_eq!(client.ledger().await["totals"]["eur"]["refunded"], 1000);
}
