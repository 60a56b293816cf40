//! The demo as newcomers run it: a process of the binary.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpStream;

use crate::support::binary::Spawned;

/// The document is everything from the first line that opens it to the last.
fn document(said: &str) -> Value {
    let start = said.find("\n{\n").map_or(0, |place| place + 1);
    let start = if said.starts_with("{\n") { 0 } else { start };
    let end = said.rfind("\n}\n").unwrap() + 3;
    serde_json::from_str(&said[start..end]).unwrap()
}

#[tokio::test]
async fn every_shopper_of_the_demo_is_charged_once_where_the_account_says() {
    let mut demo = Spawned::start(&["demo", "--once", "--json"], &[]);
    let ended = demo.end().await;
    let said = demo.said();
    assert!(ended.success(), "{said}");
    let report = document(&said);
    assert_eq!(report["ok"], true, "{said}");

    let ends: Vec<(&str, &str, i64, i64)> = report["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|scenario| {
            let held = |account: &str| {
                let moved = &scenario["gateways"][account];
                moved["authorised"].as_i64().unwrap() - moved["voided"].as_i64().unwrap()
            };
            let charged = (held("primary"), held("backup"));
            assert_eq!(charged.0 + charged.1, scenario["total"].as_i64().unwrap(), "{scenario}");
            (scenario["name"].as_str().unwrap(), scenario["outcome"].as_str().unwrap(), charged.0, charged.1)
        })
        .collect();
    let expected = [
        ("guest", "order", 2_190, 0),
        ("coupon-placed-twice", "order", 4_410, 0),
        ("click-and-collect", "order", 7_900, 0),
        ("decline-then-another-card", "order-after-decline", 4_020, 0),
        ("customer-action", "order-after-action", 2_890, 0),
        ("last-unit", "one-order-one-out-of-stock", 1_780, 0),
        ("primary-refuses", "order-at-backup", 0, 1_920),
        ("primary-dies", "processing-then-order", 5_990, 0),
        ("primary-dies-next-shopper", "order-at-backup", 0, 2_260),
    ];
    assert_eq!(ends, expected, "{said}");
    let taken = |scenario: &Value| scenario["gateways"]["primary"]["captured"].as_i64().unwrap();
    let taken: Vec<i64> = report["scenarios"].as_array().unwrap().iter().map(taken).collect();
    assert_eq!(taken, [2_190, 4_410, 0, 0, 0, 0, 0, 0, 0], "{said}");
}

/// A demo that has begun, its directory, and its gateways.
async fn begun() -> (Spawned, PathBuf, [SocketAddr; 2]) {
    let mut demo = Spawned::start(&["demo", "--listen", "127.0.0.1:0"], &[]);
    demo.line(|line| line.starts_with("1. ").then_some(())).await;
    let own = std::fs::read_dir(demo.path_of("tmp")).unwrap().next().unwrap().unwrap().path();
    let primary = address_in(&own.join("primary.log")).await;
    let backup = address_in(&own.join("backup.log")).await;
    // The primary may be down just now: scenarios stop it.
    assert!(TcpStream::connect(backup).await.is_ok(), "{backup} does not serve");
    (demo, own, [primary, backup])
}

#[tokio::test]
async fn a_demo_that_is_killed_takes_its_gateways_with_it() {
    let (demo, _, gateways) = begun().await;
    drop(demo);
    for gateway in gateways {
        until_refused(gateway).await;
    }
}

#[tokio::test]
async fn a_demo_that_is_ended_early_leaves_no_gateway_and_no_file_behind() {
    let (mut demo, own, gateways) = begun().await;
    let ended = demo.interrupt().await;
    assert_eq!(ended.code(), Some(1));
    assert!(!own.exists(), "{} was left", own.display());
    for gateway in gateways {
        until_refused(gateway).await;
    }
}

/// A killed process leaves its port a moment later.
async fn until_refused(gateway: SocketAddr) {
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    let refused = async {
        while TcpStream::connect(gateway).await.is_ok() {
            looks.tick().await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), refused).await.is_ok(), "{gateway} lives on");
}

/// The address that a gateway's log tells; a gateway that is just being started again tells it in a moment.
async fn address_in(log: &Path) -> SocketAddr {
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    let told = |said: String| -> Option<SocketAddr> {
        let line: Value = serde_json::from_str(said.lines().next()?).ok()?;
        line["address"].as_str()?.parse().ok()
    };
    let telling = async {
        loop {
            looks.tick().await;
            if let Some(address) = std::fs::read_to_string(log).ok().and_then(told) {
                return address;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), telling).await.unwrap()
}
