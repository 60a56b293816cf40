//! The whole: load, kills, settling, audit.

use serde_json::json;
use tokio::time::Instant;

use super::acknowledgements::Acknowledgements;
use super::aim::Marksman;
use super::audit::{Findings, audit};
use super::load::Load;
use super::scene::look;
use super::windows::Windows;
use crate::support::binary::{Kept, Shop, Terms};
use crate::support::dice::Dice;
use crate::support::witness::Rows;

/// Times scaled so that what a dead process left is found out in seconds. The lease stays longer than the time
/// in which a request may leave, and the absent window longer than any request is under way.
const TERMS: Terms = Terms {
    patience_ms: 3_000,
    timeout_ms: 2_000,
    slow_ms: 100,
    timing: "\
send_by_ms = 800
place_by_ms = 4000
lease_ms = 1000
renew_ms = 300
absent_window_ms = 3000
resolver_schedule_ms = [300, 700, 1500, 3000, 6000, 12000, 24000]
late_checks_ms = [5000, 10000]
",
};

/// Every request waits this long at the gateway before it is looked at, so that kills meet some on their way.
const GATEWAY_DELAY_MS: u64 = 15;

/// What the server logs when something happened that must never happen.
const ALARM: &str = "this must never happen";

/// A number from the environment.
fn from_environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text}: give a whole number")))
}

/// The whole, over one kind of database.
pub(super) async fn run(kept: Kept) {
    let begun = Instant::now();
    let kills = from_environment("CASHWRAP_KILLS").unwrap_or(25);
    let seed = from_environment("CASHWRAP_SEED").unwrap_or_else(Dice::fresh_seed);
    println!("{kept:?}: CASHWRAP_SEED={seed} CASHWRAP_KILLS={kills}");
    let mut dice = Dice::of(seed);
    let shop = Shop::open(kept, TERMS).await;
    let mut server = shop.serve("server").await;
    shop.primary.set_faults(json!({ "delay_ms": GATEWAY_DELAY_MS })).await;
    let rows = Rows::at(&shop.url).await;
    let mut marksman = Marksman::new(dice.others(), Rows::at(&shop.url).await);
    let load = Load::new(Acknowledgements::create(shop.directory.path()));
    let shoppers = load.begin(&server.channel(), &mut dice);

    let mut windows = Windows::default();
    while windows.kills < kills {
        marksman.wait(&shop, &load).await;
        server.kill();
        windows.add(look(&shop, &rows, &load).await);
        server.restart().await;
        assert!(!shoppers.iter().any(tokio::task::JoinHandle::is_finished), "a shopper has given up");
        if windows.kills.is_multiple_of(10) {
            eprintln!("{kept:?}: {kills} kills in all, {:.0?} so far: {}", begun.elapsed(), windows.json());
        }
    }
    load.close();
    for shopper in shoppers {
        shopper.await.unwrap();
    }
    let acknowledged = load.acknowledgements.read();
    let findings = audit(&shop, &server, &rows, &acknowledged).await;

    let mut report = windows.json();
    report["store"] = json!(format!("{kept:?}").to_lowercase());
    report["seed"] = json!(seed);
    report["acknowledged"] = json!(acknowledged.len());
    report["seconds"] = json!(begun.elapsed().as_secs());
    let Findings { placements, orders, lost, double, stuck } = &findings;
    report["placements"] = json!(placements);
    report["orders"] = json!(orders);
    for (what, found) in [("lost", lost), ("double", double), ("stuck", stuck)] {
        report[what] = json!(found.len());
    }
    println!("{report}");
    let wrong: Vec<&String> = [lost, double, stuck].into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{findings:#?}");
    let alarms = server.log_lines(ALARM);
    assert!(alarms.is_empty(), "{}", alarms.join("\n"));
    windows.check();
    assert!(server.stop(), "at the end nothing is left under way");
}
