//! One seed from beginning to end: shoppers and faults, then calm, then the audit.

use std::sync::Arc;
use std::time::Duration;

use cashwrap::ports::store::Kind;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::faults::storm::Hits;
use crate::invariants::Violation;
use crate::shoppers::{self, Hand, Shopper};
use crate::world::World;

/// Shoppers who have not ended by then are sent home: their callers gave up.
const OPEN_FOR: Duration = Duration::from_mins(20);

/// What became of a seed.
#[derive(Debug)]
pub struct Ended {
    /// How many effects there were.
    pub effects: u64,
    /// How often a process died.
    pub crashes: u64,
    /// How often each fault struck, by stage.
    pub hits: Hits,
    /// How many orders were placed.
    pub orders: u64,
    /// How many payments were left to an operator.
    pub reviews: u64,
    /// What was violated, if anything was.
    pub violation: Option<Violation>,
    /// The story, if it was asked for.
    pub story: String,
}

/// Runs a seed on a runtime of its own.
pub fn run(seed: u64, tell: bool) -> Ended {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let Ok(runtime) = runtime else { panic!("no runtime") };
    PANICKED.take();
    let mut ended = runtime.block_on(live(seed, tell));
    if let Some(what) = PANICKED.take() {
        ended.violation = Some(Violation { invariant: "panic", what });
    }
    ended
}

thread_local! {
    static PANICKED: std::cell::Cell<Option<String>> = const { std::cell::Cell::new(None) };
}

/// A task that panics is caught by its runtime: the seed must hear of it all the same.
pub fn hear_panics() {
    std::panic::set_hook(Box::new(|panic| PANICKED.set(Some(panic.to_string()))));
}

async fn live(seed: u64, tell: bool) -> Ended {
    let world = World::new(seed, tell);
    world.open().await;
    world.tasks.spawn(crate::world::post::run(Arc::clone(&world)));
    for slot in 0..2 {
        world.start(slot, 0);
    }
    tokio::select! {
        biased;
        () = world.failed.notified() => {}
        () = day(&world) => {}
    }
    let mut core = world.core();
    if core.violation.is_none() {
        let now = tokio::time::Instant::now();
        core.audit(&world.memory, now);
    }
    let ended = Ended {
        effects: core.effects,
        crashes: core.crashes,
        hits: core.storm.hits,
        orders: u64::try_from(core.book.rows_of(Kind::Order).count()).unwrap(),
        reviews: u64::try_from(core.book.payments().filter(|payment| payment.needs_review()).count())
            .unwrap(),
        violation: core.violation.clone(),
        story: core.story.text().to_owned(),
    };
    drop(core);
    world.end();
    ended
}

/// Shoppers under faults, and then calm.
async fn day(world: &Arc<World>) {
    let mut visits = JoinSet::new();
    let (count, storm_ms) = {
        let mut core = world.core();
        let longest = core.dice.one_of(&[60_000, 300_000, 600_000, 1_500_000]);
        (6 + core.dice.below(5), 20_000 + core.dice.below(longest))
    };
    for number in 0..=count {
        let mut hand = {
            let mut core = world.core();
            Hand { world: Arc::clone(world), dice: core.dice.others(), name: String::new() }
        };
        let shopper: &'static Shopper =
            if number == count { shoppers::BACK_OFFICE } else { hand.dice.one_of(&shoppers::ALL) };
        hand.name = format!("{}#{number}", shopper.name);
        visits.spawn(async move {
            hand.dawdle(20_000).await;
            (shopper.visit)(hand).await;
        });
    }
    let storm = sleep(Duration::from_millis(storm_ms));
    let shopping = async { while visits.join_next().await.is_some() {} };
    let (_over, ()) = tokio::join!(biased; timeout(OPEN_FOR, shopping), storm);
    visits.abort_all();
    world.calm();
    world.settle().await;
}
