//! What a replica does every second: it reads again what operators said of partner accounts, and puts samples
//! into their histograms, which nobody else may do for a long time.

use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;

use crate::app::House;
use crate::domain::ids::StoreId;
use crate::ports::Record;
use crate::ports::store::{Kind, Listing, StoreError};

/// The API promises "within seconds".
const EVERY: Duration = Duration::from_secs(1);

/// Accounts of a store, at most; a page of this size is all of them.
const MAX_ACCOUNTS: u32 = 200;

/// Runs until the process drains.
pub async fn run(house: Arc<House>, recorder: PrometheusHandle) {
    let tasks = &house.engine.tasks;
    while !tasks.is_draining() {
        for store in house.stores.keys() {
            if let Err(error) = refresh(&house, store).await {
                // The store says itself, once, that it is lost.
                tracing::debug!(%store, %error, "the modes of partners cannot be read; the last ones stay");
            }
        }
        // Samples would pile up where nobody scrapes.
        recorder.run_upkeep();
        tokio::select! {
            () = tasks.draining() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn refresh(house: &House, store: &StoreId) -> Result<(), StoreError> {
    let listing = Listing {
        store: store.clone(),
        kind: Kind::PartnerMode,
        label: None,
        before: None,
        limit: MAX_ACCOUNTS,
    };
    for (_, row) in house.engine.store.list(&listing).await? {
        if let Record::PartnerMode(mode) = row.row {
            house.engine.modes.set(mode);
        }
    }
    Ok(())
}
