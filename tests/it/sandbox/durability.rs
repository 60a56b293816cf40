//! What was executed survives: a stop, a kill, and a death between the effect and its answer.
//!
//! A gateway that is killed needs a process of its own. The test binary starts itself again with one ignored
//! test, which serves a gateway until it is killed.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use cashwrap::partners::sandbox::Handle;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde_json::json;
use tokio::process::{Child, Command};

use super::rig::{Client, Rig, settings};

const DIRECTORY: &str = "CASHWRAP_TEST_SANDBOX_DIRECTORY";

#[tokio::test]
#[ignore = "serves a gateway for the tests that kill it"]
async fn a_gateway_in_a_process_of_its_own() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let mut settings = settings(Path::new(&directory));
    settings.allow_die = true;
    let handle = Handle::start(settings).await.unwrap();
    let address = Path::new(&directory).join("address");
    std::fs::write(address.with_extension("new"), handle.base_url()).unwrap();
    std::fs::rename(address.with_extension("new"), address).unwrap();
    std::future::pending::<()>().await;
}

async fn process(directory: &Path) -> (Child, Client) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([
        "--exact",
        "sandbox::durability::a_gateway_in_a_process_of_its_own",
        "--ignored",
        "--nocapture",
    ]);
    child.env(DIRECTORY, directory).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let child = child.spawn().unwrap();
    let address = directory.join("address");
    let mut looks = tokio::time::interval(Duration::from_millis(10));
    let looking = async {
        while !address.exists() {
            looks.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), looking).await.unwrap();
    (child, Client::new(std::fs::read_to_string(address).unwrap()))
}

#[tokio::test]
async fn a_restart_keeps_intents_refunds_and_stored_answers() {
    let rig = Rig::start().await;
    let intent = rig.client.create("approve").await;
    let first = rig.client.try_confirm(&intent, Some("k")).await.unwrap();
    rig.client.capture(&intent, &[]).await;
    let refund = rig.client.post("/v1/refunds", &[("payment_intent", &intent), ("amount", "1")]).await;
    let before = rig.client.ledger().await;
    let directory = rig.stop().await;

    let rig = Rig::in_directory(directory, |_| ()).await;
    let after = rig.client.ledger().await;
    for part in ["entries", "intents", "totals", "counts"] {
        assert_eq!(before[part], after[part]);
    }
    let replay = rig.client.try_confirm(&intent, Some("k")).await.unwrap();
    assert_eq!((replay.replayed, replay.text), (true, first.text));
    assert_eq!(rig.client.get(&format!("/v1/refunds/{}", refund.id())).await.json(), refund.json());
}

#[tokio::test]
async fn what_was_on_its_way_lands_after_a_restart() {
    let rig = Rig::with(|settings| settings.late_ms = 600).await;
    let late = rig.client.create("lateland").await;
    assert!(rig.client.try_confirm(&late, Some("k")).await.is_err());
    let directory = rig.stop().await;

    let rig = Rig::in_directory(directory, |_| ()).await;
    rig.client.until("late_landed", 1).await;
    assert_eq!(rig.client.read(&late).await.at("status"), "requires_capture");
    assert!(rig.client.try_confirm(&late, Some("k")).await.unwrap().replayed);
}

#[tokio::test]
async fn a_kill_under_load_loses_nothing_that_was_answered() {
    let directory = tempfile::tempdir().unwrap();
    let (mut child, client) = process(directory.path()).await;
    let mut calls: FuturesUnordered<_> = (0..64)
        .map(|_| async {
            let form = [
                ("amount", "5"),
                ("currency", "eur"),
                ("confirm", "true"),
                ("payment_method", "tok_primary_approve"),
            ];
            client.try_post("/v1/payment_intents", &form, None).await.ok().map(|answer| answer.id())
        })
        .collect();
    let mut answered = Vec::new();
    while let Some(outcome) = calls.next().await {
        answered.extend(outcome);
        if answered.len() == 20 {
            child.start_kill().unwrap();
        }
    }
    child.wait().await.unwrap();

    let rig = Rig::in_directory(directory, |_| ()).await;
    assert!(answered.len() >= 20);
    for intent in answered {
        assert_eq!(rig.client.read(&intent).await.at("amount_received"), 5);
    }
}

#[tokio::test]
async fn a_death_after_the_effect_keeps_the_effect_and_its_answer() {
    let directory = tempfile::tempdir().unwrap();
    let (mut child, client) = process(directory.path()).await;
    let intent = client.create("approve").await;
    assert_eq!(client.set_faults(&json!({"die_after_effect": true})).await, 200);
    assert!(client.try_confirm(&intent, Some("k")).await.is_err());
    assert!(!child.wait().await.unwrap().success());

    let rig = Rig::in_directory(directory, |_| ()).await;
    assert_eq!(rig.client.count("authorised").await, 1);
    let replay = rig.client.try_confirm(&intent, Some("k")).await.unwrap();
    assert_eq!((replay.replayed, replay.at("status")), (true, json!("requires_capture")));
    assert_eq!(rig.client.count("authorised").await, 1);
}
