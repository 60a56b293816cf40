//! Faults of the whole process.

use serde_json::json;

use super::rig::Rig;

#[tokio::test]
async fn counted_faults_strike_before_anything_is_executed() {
    let rig = Rig::start().await;
    let client = &rig.client;
    let intent = client.create("approve").await;
    assert_eq!(client.set_faults(&json!({"refuse": 1, "five_hundred": 1})).await, 200);
    assert!(client.try_confirm(&intent, None).await.is_err());
    assert_eq!(client.confirm(&intent).await.status, 500);
    assert_eq!(client.count("authorised").await, 0);
    assert_eq!(client.confirm(&intent).await.at("status"), "requires_capture");
}

#[tokio::test]
async fn a_delay_holds_every_call_until_it_is_lifted() {
    let rig = Rig::start().await;
    rig.client.set_faults(&json!({"delay_ms": 150})).await;
    let started = tokio::time::Instant::now();
    assert_eq!(rig.client.read("pi_none").await.status, 404);
    assert!(started.elapsed().as_millis() >= 150);
    rig.client.set_faults(&json!({})).await;
    assert_eq!(rig.client.get("/sandbox/faults").await.at("delay_ms"), 0);
}

#[tokio::test]
async fn dying_has_to_be_allowed_at_the_start() {
    let rig = Rig::start().await;
    assert_eq!(rig.client.set_faults(&json!({"die_after_effect": true})).await, 400);
    assert_eq!(rig.client.set_faults(&json!({"dye_after_effect": true})).await, 422);
    assert_eq!(rig.client.confirmed("approve").await.at("status"), "requires_capture");
}
