//! The storm: load on two servers, every fault in turn, settling, audit.

mod world;

pub use world::World;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::aim::Marksman;
use crate::audit::audit;
use crate::command;
use crate::faults::{Bag, Sight};
use crate::load::{Acknowledgements, Load};
use crate::report::tell;
use crate::scene::look;
use crate::support::binary::programme;
use crate::support::dice::Dice;
use crate::support::witness::Rows;
use crate::terms::ALARM;
use crate::windows::Windows;

/// Runs it.
pub async fn run(asked: command::Storm) -> Result<(), String> {
    let begun = Instant::now();
    let seed = asked.seed.unwrap_or_else(Dice::fresh_seed);
    eprintln!("chaos: {} s of faults, --seed {seed}, {}", asked.seconds, programme().display());
    let mut dice = Dice::of(seed);
    let mut bag = Bag::without(&asked.without)?;
    let mut world = World::open(bag.holds("disk_full")).await?;
    let rows = Rows::at(&world.shop.url).await;
    let mut marksman = Marksman::new(dice.others(), Rows::at(&world.shop.url).await);
    let load = Load::new(Acknowledgements::create(world.shop.directory.path()));
    let shoppers = load.begin(&world.channels(), &mut dice);

    let mut kills: BTreeMap<&str, Windows> = BTreeMap::new();
    let end = Instant::now() + Duration::from_secs(asked.seconds);
    while Instant::now() < end || !bag.went_round() {
        marksman.wait(&world.shop, &load).await;
        let aimed = Instant::now();
        let mut fault = bag.draw(&mut dice);
        let before = match fault.sight() {
            Sight::Before => Some(look(&world.shop, &rows, &load, None).await),
            Sight::After => None,
        };
        let struck = fault.strike(&mut world, &mut dice).await;
        load.strike(struck.server);
        let scene = match before {
            Some(scene) => scene,
            None => look(&world.shop, &rows, &load, struck.server).await,
        };
        kills.entry(fault.name()).or_default().add(scene);
        eprintln!(
            "{:>5.0?}  {}, in {:.1?}: {}; {} orders so far",
            begun.elapsed(),
            fault.name(),
            aimed.elapsed(),
            struck.what,
            load.ordered()
        );
        tokio::time::sleep(struck.hold).await;
        let healing = Instant::now();
        fault.heal(&mut world).await;
        if healing.elapsed() > Duration::from_secs(1) {
            eprintln!("{:>5.0?}  healed, which took {:.1?}", begun.elapsed(), healing.elapsed());
        }
        world.complaints.drain(..).for_each(|complaint| load.complain(complaint));
        if shoppers.iter().any(tokio::task::JoinHandle::is_finished) {
            break;
        }
    }
    load.close(shoppers).await;
    let mut findings = audit(&world.shop, &world.servers[0], &rows, &load).await;
    for server in &mut world.servers {
        findings.strange.extend(server.log_lines(ALARM));
        if !server.terminate().await {
            findings.strange.push("a server did not end in order".to_owned());
        }
    }
    let by_kind: BTreeMap<&str, u64> = kills.iter().map(|(name, windows)| (*name, windows.kills)).collect();
    let by_window: BTreeMap<&str, _> =
        kills.iter().map(|(name, windows)| (*name, windows.by_window())).collect();
    let own = json!({
        "run": "storm",
        "seed": seed,
        "seconds": asked.seconds,
        "without": asked.without,
        "kills": by_kind.values().sum::<u64>(),
        "by_kind": by_kind,
        "by_window": by_window,
    });
    tell(own, begun, &load, &findings)
}
