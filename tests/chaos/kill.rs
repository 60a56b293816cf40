//! SIGKILL of one server, again and again, on either store: load, kills, settling, audit.

use serde_json::json;
use tokio::time::Instant;

use crate::aim::Marksman;
use crate::audit::audit;
use crate::command::{Kill, On};
use crate::load::{Acknowledgements, Load};
use crate::report::tell;
use crate::scene::look;
use crate::support::binary::{Kept, Shop};
use crate::support::dice::Dice;
use crate::support::witness::Rows;
use crate::terms::{ALARM, GATEWAY_DELAY_MS, TERMS};
use crate::windows::Windows;

/// Runs it on the stores that were asked for, one after the other: beside each other they would take each other's
/// processors.
pub async fn run(asked: Kill) -> Result<(), String> {
    let seed = asked.seed.unwrap_or_else(Dice::fresh_seed);
    let stores: &[Kept] = match asked.on {
        On::Both => &[Kept::Sqlite, Kept::Postgres],
        On::Sqlite => &[Kept::Sqlite],
        On::Postgres => &[Kept::Postgres],
    };
    let mut ended = Ok(());
    for kept in stores {
        // Both are told, and either fails the run.
        ended = ended.and(run_on(*kept, asked.kills, seed).await);
    }
    ended
}

async fn run_on(kept: Kept, kills: u64, seed: u64) -> Result<(), String> {
    let begun = Instant::now();
    eprintln!("kill: {kept:?}, {kills} kills, --seed {seed}");
    let mut dice = Dice::of(seed);
    let shop = Shop::open(kept, TERMS).await;
    let mut server = shop.serve("server").await;
    shop.primary.set_faults(json!({ "delay_ms": GATEWAY_DELAY_MS })).await;
    let rows = Rows::at(&shop.url).await;
    let mut marksman = Marksman::new(dice.others(), Rows::at(&shop.url).await);
    let load = Load::new(Acknowledgements::create(shop.directory.path()));
    let shoppers = load.begin(&[server.channel()], &mut dice);

    let mut windows = Windows::default();
    let mut told = begun;
    while windows.kills < kills {
        marksman.wait(&shop, &load).await;
        server.kill();
        load.strike(None);
        windows.add(look(&shop, &rows, &load, None).await);
        server.restart().await;
        if shoppers.iter().any(tokio::task::JoinHandle::is_finished) {
            break;
        }
        if told.elapsed().as_secs() >= 2 {
            told = Instant::now();
            eprintln!(
                "{:>5.0?}  {} of {kills} kills, {} orders",
                begun.elapsed(),
                windows.kills,
                load.ordered()
            );
        }
    }
    load.close(shoppers).await;
    let mut findings = audit(&shop, &server, &rows, &load).await;
    findings.strange.extend(server.log_lines(ALARM));
    findings.strange.extend(windows.missed());
    if !server.terminate().await {
        findings.strange.push("the server did not end in order".to_owned());
    }
    let mut own = windows.json();
    own["store"] = json!(format!("{kept:?}").to_lowercase());
    own["seed"] = json!(seed);
    tell(own, begun, &load, &findings)
}
