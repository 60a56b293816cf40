//! Finds what is due, claims it under a lease, and drives it: new captures, the resolver's rounds, expired
//! actions, and whatever a dead process left behind. They are all the same thing here; beside them the lives of
//! carts and checkouts, over which no machine runs.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::driver::Engine;
use crate::ports::store::{Claim, Kind};

/// Runs until the process drains.
pub async fn run(engine: Engine) {
    let permits = Arc::new(Semaphore::new(usize::try_from(engine.settings.max_driven).unwrap_or(1)));
    while !engine.tasks.is_draining() {
        let found = claim_some(&engine, &permits).await;
        if found == 0 {
            // In order, not by lot: a simulated run can be repeated to the byte.
            tokio::select! {
                biased;
                () = engine.tasks.draining() => break,
                () = engine.bell.notified() => {}
                () = tokio::time::sleep(engine.settings.poll) => {}
            }
        }
    }
}

async fn claim_some(engine: &Engine, permits: &Arc<Semaphore>) -> usize {
    /// Claimed at once; more would hold leases on what waits for its turn.
    const BATCH: usize = 32;
    let room = u32::try_from(permits.available_permits().min(BATCH)).unwrap_or_default();
    if room == 0 {
        return 0;
    }
    let claims = match engine.store.claim_due(engine.worker, engine.settings.lease, room).await {
        Ok(claims) => claims,
        Err(error) => {
            // The store says itself, once, that it is lost.
            tracing::debug!(%error, "cannot look for what is due; trying again");
            return 0;
        }
    };
    let found = claims.len();
    for claim in claims {
        let Ok(permit) = Arc::clone(permits).acquire_owned().await else { return found };
        spawn(engine, claim, permit);
    }
    found
}

fn spawn(engine: &Engine, claim: Claim, permit: tokio::sync::OwnedSemaphorePermit) {
    let driver = Arc::clone(engine);
    engine.tasks.spawn(async move {
        match claim.key.kind {
            Kind::Cart | Kind::Checkout => driver.end_of_life(&claim).await,
            _ => drop(driver.recover(&claim).await),
        }
        drop(permit);
    });
}
