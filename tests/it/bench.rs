//! The measurement as people run it: a process of the binary. No figure is held against a number: a machine that is busy
//! is slower, and only the shape and the ends are judged.

use serde_json::Value;

use crate::support::binary::Spawned;
use crate::support::postgres::PrivatePostgres;

async fn measured(arguments: &[&str]) -> (bool, String, Value) {
    let mut bench = Spawned::start(&[&["bench", "--rate", "4", "--seconds", "2"], arguments].concat(), &[]);
    let ended = bench.end().await;
    let said = bench.said();
    let (start, end) = (said.find("{\n").unwrap(), said.rfind("\n}\n").unwrap() + 3);
    let report = serde_json::from_str(&said[start..end]).unwrap();
    (ended.success(), said, report)
}

fn every_checkout_was_paid(ended: bool, said: &str, report: &Value, store: &str) {
    assert!(ended, "{said}");
    assert_eq!(report["ok"], true, "{said}");
    assert_eq!(report["store"], store, "{said}");
    let count = |field: &str| report[field].as_u64().unwrap();
    assert_eq!((count("asked"), count("done")), (8, 8), "{said}");
    // The warm-up's two seconds bought too, and the gateway's ledger has seen them.
    assert_eq!(count("paid"), 16, "{said}");
    let calls = report["calls"].as_object().unwrap();
    let names: Vec<&str> = calls.keys().map(String::as_str).collect();
    let expected = [
        "CapturePayment",
        "CreateCart",
        "CreateCheckout",
        "ListDeliveryOptions",
        "PlaceOrder",
        "UpdateCheckout",
    ];
    assert_eq!(names, expected, "{said}");
    let p50 = |told: &Value| told["p50_us"].as_u64().unwrap();
    let (own, whole) = (p50(&report["placement_own_share"]), p50(&calls["PlaceOrder"]));
    assert_eq!(whole - own, 2 * 10_000, "the gateway's two delays are taken off: {said}");
}

#[tokio::test]
async fn a_measurement_on_the_embedded_store_ends_with_every_checkout_paid() {
    let (ended, said, report) = measured(&["--gateway-ms", "10"]).await;
    every_checkout_was_paid(ended, &said, &report, "sqlite");
}

#[tokio::test]
async fn a_measurement_on_postgresql_can_be_repeated_on_the_same_database() {
    let url = PrivatePostgres::shared().fresh_database();
    for _ in 0..2 {
        let (ended, said, report) = measured(&["--gateway-ms", "10", "--store", &url]).await;
        every_checkout_was_paid(ended, &said, &report, "postgres");
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_is_told_and_nothing_is_measured() {
    let mut bench = Spawned::start(&["bench", "--store", "postgres://nobody@127.0.0.1:1/none"], &[]);
    let ended = bench.end().await;
    let said = bench.said();
    assert!(!ended.success(), "{said}");
    assert!(said.contains("migrate") && !said.contains("\"calls\""), "{said}");
}
