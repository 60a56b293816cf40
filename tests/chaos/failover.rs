//! The failover of PostgreSQL: a primary and a synchronous standby, the primary is killed under load, the standby is
//! promoted, and the servers follow by themselves.

use std::time::Duration;

use serde_json::json;
use tokio::task::block_in_place;
use tokio::time::Instant;

use crate::aim::Marksman;
use crate::audit::audit;
use crate::command;
use crate::load::{Acknowledgements, Load};
use crate::report::tell;
use crate::scene::look;
use crate::support::binary::{Server, Shop, programme};
use crate::support::dice::Dice;
use crate::support::patience::{until, within};
use crate::support::postgres::{Options, PrivatePostgres};
use crate::support::witness::Rows;
use crate::terms::{ALARM, TERMS};
use crate::windows::Windows;

/// Whoever watches over the database notices and decides within this.
const DETECTION: Duration = Duration::from_millis(500);

/// The servers must follow within this.
const BACK_WITHIN: Duration = Duration::from_secs(30);

/// Runs it.
pub async fn run(asked: command::Failover) -> Result<(), String> {
    let begun = Instant::now();
    let seed = asked.seed.unwrap_or_else(Dice::fresh_seed);
    eprintln!("failover: --seed {seed}, {}", programme().display());
    let mut dice = Dice::of(seed);
    let (primary, standby, url) = pair().await?;
    let shop = Shop::open_at(url, TERMS).await;
    let mut servers = [shop.serve("one").await, shop.serve("two").await];
    let rows = Rows::at(&shop.url).await;
    let mut marksman = Marksman::new(dice.others(), Rows::at(&shop.url).await);
    let load = Load::new(Acknowledgements::create(shop.directory.path()));
    let channels: Vec<_> = servers.iter().map(Server::channel).collect();
    let shoppers = load.begin(&channels, &mut dice);

    shopping(asked.seconds, begun, &load).await;
    marksman.wait(&shop, &load).await;
    let mut windows = Windows::default();
    windows.add(look(&shop, &rows, &load, None).await);
    let acknowledged_before = load.acknowledgements.read().len();
    block_in_place(|| primary.kill());
    load.strike(None);
    let killed = Instant::now();
    eprintln!("{:>5.0?}  the primary is killed after {} orders", begun.elapsed(), load.ordered());
    tokio::time::sleep(DETECTION).await;
    block_in_place(|| standby.promote());
    let promoted = killed.elapsed();
    eprintln!("{:>5.0?}  the standby is promoted", begun.elapsed());
    let ordered = load.ordered();
    let back = within(BACK_WITHIN, async || load.ordered() > ordered).await;
    let back_after = killed.elapsed();
    if back {
        eprintln!("{:>5.0?}  orders are made again", begun.elapsed());
        shopping(asked.seconds, begun, &load).await;
    } else {
        load.complain(format!("no order was made within {BACK_WITHIN:?} of the promotion"));
    }
    load.close(shoppers).await;
    let mut findings = audit(&shop, &servers[0], &rows, &load).await;
    for server in &mut servers {
        findings.strange.extend(server.log_lines(ALARM));
        if !server.terminate().await {
            findings.strange.push("a server did not end in order".to_owned());
        }
    }
    let ms = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let own = json!({
        "run": "failover",
        "seed": seed,
        "kills": 1,
        "by_kind": { "postgres_primary": 1 },
        "by_window": { "postgres_primary": windows.by_window() },
        "acknowledged_before": acknowledged_before,
        "promoted_after_ms": ms(promoted),
        "orders_again_after_ms": ms(back_after),
    });
    tell(own, begun, &load, &findings)
}

/// A primary, its synchronous standby, and the address by which whoever writes finds the one that takes writes.
async fn pair() -> Result<(PrivatePostgres, PrivatePostgres, String), String> {
    let primary = block_in_place(|| PrivatePostgres::try_start(&Options::default()))?;
    let database = block_in_place(|| primary.fresh_database());
    let name = database.rsplit('/').next().unwrap().to_owned();
    let standby = block_in_place(|| PrivatePostgres::try_start(&Options::standby_of(&primary)))?;
    for sql in ["ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"] {
        block_in_place(|| primary.ask(sql))?;
    }
    until("the standby is synchronous", Duration::from_secs(30), async || {
        block_in_place(|| primary.ask("SELECT sync_state FROM pg_stat_replication"))
            .is_ok_and(|state| state.trim() == "sync")
    })
    .await;
    let hosts = format!("{},{}", primary.address(), standby.address());
    let url = format!("postgres://postgres@{hosts}/{name}?target_session_attrs=read-write");
    Ok((primary, standby, url))
}

/// Lets shoppers shop.
async fn shopping(seconds: u64, begun: Instant, load: &Load) {
    for _ in 0..seconds.div_ceil(2) {
        tokio::time::sleep(Duration::from_secs(2)).await;
        eprintln!("{:>5.0?}  {} orders", begun.elapsed(), load.ordered());
    }
}
