//! The three semantics of a repeated key, over the wire.

use cashwrap::partners::sandbox::Idempotency;
use serde_json::json;

use super::rig::{Rig, token};

async fn rig(idempotency: Idempotency) -> Rig {
    Rig::with(|settings| settings.idempotency = idempotency).await
}

#[tokio::test]
async fn stripe_replays_the_first_answer_declines_and_server_errors_too() {
    let rig = rig(Idempotency::Stripe).await;
    for (behaviour, status) in
        [("approve", 200), ("decline_lost_card", 402), ("fiveafter", 500), ("fivebefore", 500)]
    {
        let intent = rig.client.create(behaviour).await;
        let first = rig.client.try_confirm(&intent, Some(&intent)).await.unwrap();
        let second = rig.client.try_confirm(&intent, Some(&intent)).await.unwrap();
        assert_eq!((first.status, first.replayed), (status, false), "{behaviour}");
        assert_eq!((second.status, second.replayed), (status, true), "{behaviour}");
        assert_eq!(first.text, second.text, "{behaviour}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_found_by_a_replay() {
    let rig = rig(Idempotency::Stripe).await;
    for behaviour in ["timeoutafter", "resetafter"] {
        let intent = rig.client.create(behaviour).await;
        assert!(rig.client.try_confirm(&intent, Some(&intent)).await.is_err());
        let replay = rig.client.try_confirm(&intent, Some(&intent)).await.unwrap();
        assert_eq!((replay.status, replay.replayed), (200, true));
        assert_eq!(replay.at("status"), "requires_capture");
    }
    let intent = rig.client.create("resetbefore").await;
    for _ in 0..2 {
        assert!(rig.client.try_confirm(&intent, Some(&intent)).await.is_err());
    }
    assert_eq!(rig.client.count("authorised").await, 2);
}

#[tokio::test]
async fn stripe_refuses_a_key_with_other_parameters() {
    let rig = rig(Idempotency::Stripe).await;
    let first = rig.client.keyed("/v1/payment_intents", &[("amount", "1"), ("currency", "eur")], "k").await;
    assert_eq!(first.status, 200);
    let other = rig.client.keyed("/v1/payment_intents", &[("amount", "2"), ("currency", "eur")], "k").await;
    assert_eq!((other.status, other.at("error/type")), (400, json!("idempotency_error")));
    assert_eq!(rig.client.count("created").await, 1);
}

#[tokio::test]
async fn what_never_began_to_run_is_not_stored() {
    let rig = rig(Idempotency::Stripe).await;
    let invalid = rig.client.keyed("/v1/payment_intents", &[("amount", "0"), ("currency", "eur")], "k").await;
    assert_eq!(invalid.status, 400);
    let valid = rig.client.keyed("/v1/payment_intents", &[("amount", "1"), ("currency", "eur")], "k").await;
    assert_eq!((valid.status, valid.replayed), (200, false));
}

#[tokio::test]
async fn a_key_is_in_use_until_its_request_has_ended() {
    let rig = Rig::with(|settings| settings.slow_ms = 1_500).await;
    let intent = rig.client.create("slow").await;
    let first = rig.client.try_confirm(&intent, Some("k"));
    let second = async {
        rig.client.until("authorised", 1).await;
        rig.client.try_confirm(&intent, Some("k")).await
    };
    let (first, second) = tokio::join!(first, second);
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((second.status, second.at("error/code")), (409, json!("idempotency_key_in_use")));
    let third = rig.client.try_confirm(&intent, Some("k")).await.unwrap();
    assert_eq!((third.replayed, third.text), (true, first.text));
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_leave_its_key_in_use() {
    let rig = Rig::with(|settings| settings.slow_ms = 1_000).await;
    let intent = rig.client.create("slow").await;
    tokio::select! {
        answer = rig.client.try_confirm(&intent, Some("k")) => panic!("answered too early: {answer:?}"),
        () = rig.client.until("authorised", 1) => {}
    }
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(5));
    let replayed = async {
        loop {
            let answer = rig.client.try_confirm(&intent, Some("k")).await.unwrap();
            if answer.status != 409 {
                return answer;
            }
            looks.tick().await;
        }
    };
    let replayed = tokio::time::timeout(std::time::Duration::from_secs(20), replayed).await.unwrap();
    assert_eq!((replayed.replayed, replayed.at("status")), (true, json!("requires_capture")));
}

#[tokio::test]
async fn a_late_request_holds_its_key_until_it_lands() {
    let rig = Rig::with(|settings| settings.late_ms = 1_500).await;
    let intent = rig.client.create("lateland").await;
    assert!(rig.client.try_confirm(&intent, Some("k")).await.is_err());
    assert_eq!(rig.client.try_confirm(&intent, Some("k")).await.unwrap().status, 409);
    rig.client.until("late_landed", 1).await;
    let replay = rig.client.try_confirm(&intent, Some("k")).await.unwrap();
    assert_eq!((replay.replayed, replay.at("status")), (true, json!("requires_capture")));
}

#[tokio::test]
async fn under_checkout_a_payment_runs_again_after_an_error_and_only_then() {
    let rig = rig(Idempotency::Checkout).await;
    for (behaviour, status, authorisations) in [("approve", 200, 1), ("fiveafter", 500, 2)] {
        let token = token(behaviour);
        let form =
            [("amount", "1"), ("currency", "eur"), ("confirm", "true"), ("payment_method", token.as_str())];
        let before = rig.client.count("authorised").await;
        for _ in 0..2 {
            assert_eq!(rig.client.keyed("/v1/payment_intents", &form, behaviour).await.status, status);
        }
        assert_eq!(rig.client.count("authorised").await - before, authorisations, "{behaviour}");
    }
}

#[tokio::test]
async fn without_idempotency_a_repeated_key_charges_again() {
    let rig = rig(Idempotency::None).await;
    let token = token("approve");
    let form =
        [("amount", "1"), ("currency", "eur"), ("confirm", "true"), ("payment_method", token.as_str())];
    for _ in 0..2 {
        assert_eq!(rig.client.keyed("/v1/payment_intents", &form, "k").await.status, 200);
    }
    assert_eq!(rig.client.count("authorised").await, 2);
}

#[tokio::test]
async fn many_callers_with_one_key_charge_once() {
    let rig = rig(Idempotency::Stripe).await;
    let token = token("approve");
    let form =
        [("amount", "1"), ("currency", "eur"), ("confirm", "true"), ("payment_method", token.as_str())];
    let calls = (0..16).map(|_| rig.client.keyed("/v1/payment_intents", &form, "k"));
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(answers.iter().all(|answer| answer.id() == answers[0].id()));
    assert_eq!(rig.client.count("authorised").await, 1);
}
