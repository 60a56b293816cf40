//! What a replica does every second: it reads again what operators said of partner accounts, and puts samples
//! into their histograms, which nobody else may do for a long time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;

use super::gateways::Gateways;
use crate::app::House;
use crate::domain::ids::{AccountId, StoreId};
use crate::ports::store::{Kind, Listing, StoreError};
use crate::ports::{Mode, Record};

/// The API promises "within seconds".
const EVERY: Duration = Duration::from_secs(1);

/// Accounts of a store, at most; a page of this size is all of them.
const MAX_ACCOUNTS: u32 = 200;

/// Runs until the process drains.
pub async fn run(house: Arc<House>, gateways: Gateways, recorder: PrometheusHandle) {
    let tasks = &house.engine.tasks;
    let mut heard = BTreeMap::new();
    while !tasks.is_draining() {
        for store in house.stores.keys() {
            if let Err(error) = refresh(&house, store).await {
                tracing::warn!(%store, %error, "the modes of partners cannot be read; the last ones stay");
            }
        }
        for (account, gateway) in &gateways {
            gateway.force(mode_of(&house, account));
            if freed(&house, account, &mut heard) {
                gateway.reset();
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

/// The mode of an account's breakers, which all stores share: what all stores say, or the breakers decide. What
/// one store alone says keeps its own new payments away, which the engine sees to.
fn mode_of(house: &House, account: &AccountId) -> Mode {
    let mut modes = house.stores.keys().map(|store| house.engine.modes.of(store, account));
    let first = modes.next().unwrap_or_default();
    if modes.all(|mode| mode == first) { first } else { Mode::Auto }
}

/// Whether an operator has just said of the account, in any store, that it may be asked (again): what its
/// breakers learnt is then forgotten, a refused credential among it, which nothing else ends.
fn freed(house: &House, account: &AccountId, heard: &mut BTreeMap<(StoreId, AccountId), Mode>) -> bool {
    let mut freed = false;
    for store in house.stores.keys() {
        let now = house.engine.modes.of(store, account);
        let before = heard.insert((store.clone(), account.clone()), now);
        freed |= before.is_some_and(|before| before != now) && matches!(now, Mode::Auto | Mode::ForceClosed);
    }
    freed
}
