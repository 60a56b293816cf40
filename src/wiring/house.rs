//! What the use cases work with, put together from the settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::StartError;
use super::gateways::{Gateways, gateways};
use super::partners::quotes;
use super::vault::vault;
use crate::app::house::Times;
use crate::app::{House, StoreSettings};
use crate::config::flow::load;
use crate::config::{self, SettingProblem, Settings};
use crate::domain::ids::{AccountId, StoreId, WorkerId};
use crate::engine::modes::Modes;
use crate::engine::replies::Replies;
use crate::engine::{self, Driver, Parts, Tasks};
use crate::partners::catalogue::builtin::BuiltinCatalogue;
use crate::partners::system::{SystemClock, UuidV7, entropy};
use crate::ports::gateway::{Gateway, Operable};
use crate::ports::store::Store;
use crate::ports::{Ids as _, Record};

/// A house, and what of it operators reach beside the ports.
pub struct Built {
    /// What the use cases work with.
    pub house: Arc<House>,
    /// The gateways with their breakers.
    pub gateways: Gateways,
}

/// Everything that no section of the settings could find wrong alone, found before anything is opened.
pub fn unusable(settings: &Settings) -> Vec<SettingProblem> {
    let mut problems = Vec::new();
    take(gateways(&settings.partners.gateways, &entropy()), &mut problems);
    take(quotes(&settings.partners, &entropy()), &mut problems);
    take(vault(&settings.auth), &mut problems);
    take(stores(&settings.stores), &mut problems);
    problems
}

/// Builds the house over `store`, or tells everything that is wrong with the settings.
pub fn build(
    settings: &Settings,
    store: Arc<dyn Store<Record>>,
    replies: Arc<dyn Replies>,
) -> Result<Built, StartError> {
    let mut problems = Vec::new();
    let gateways = take(gateways(&settings.partners.gateways, &entropy()), &mut problems);
    let quotes = take(quotes(&settings.partners, &entropy()), &mut problems);
    let vault = take(vault(&settings.auth), &mut problems);
    let stores = take(stores(&settings.stores), &mut problems);
    let (Some(gateways), Some(quotes), Some(vault), Some(stores)) = (gateways, quotes, vault, stores) else {
        return Err(StartError::Settings(problems));
    };
    let loaded = load(settings.flows.directory.as_deref(), Some(&settings.partners.known()))
        .map_err(StartError::Flows)?;
    for warning in &loaded.warnings {
        tracing::warn!(%warning, "a flow is allowed but probably not meant");
    }
    let timing = &settings.timing;
    let parts = Parts {
        store,
        clock: Arc::new(SystemClock),
        ids: Arc::new(UuidV7),
        vault: Arc::new(vault),
        gateways: gateways.iter().map(as_gateway).collect(),
        modes: Arc::new(Modes::default()),
        replies,
        policy: timing.policy(),
        settings: engine::Settings {
            lease: timing.lease,
            renew_every: timing.renew,
            lifetimes: settings
                .stores
                .iter()
                .map(|store| (store.id.clone(), store.timers.lifetimes()))
                .collect(),
            ..engine::Settings::default()
        },
        worker: WorkerId(UuidV7.fresh()),
        tasks: Tasks::bounded(settings.server.max_placements),
    };
    let house = House {
        engine: Arc::new(Driver::new(parts)),
        catalogue: Arc::new(BuiltinCatalogue),
        quotes: Arc::new(quotes),
        stores,
        flows: loaded.flows,
        times: Times {
            patience: settings.server.patience,
            quote_life: timing.quote_life,
            keep_reply: timing.reply_keep,
            keep_money_reply: timing.money_reply_keep,
        },
    };
    Ok(Built { house: Arc::new(house), gateways })
}

fn as_gateway((account, gateway): (&AccountId, &Arc<dyn Operable>)) -> (AccountId, Arc<dyn Gateway>) {
    (account.clone(), Arc::<dyn Operable>::clone(gateway))
}

fn take<T>(result: Result<T, Vec<SettingProblem>>, problems: &mut Vec<SettingProblem>) -> Option<T> {
    result.map_err(|mut wrong| problems.append(&mut wrong)).ok()
}

type Stores = BTreeMap<StoreId, StoreSettings>;

fn stores(settings: &[config::StoreSettings]) -> Result<Stores, Vec<SettingProblem>> {
    let mut stores = Stores::new();
    let mut problems = Vec::new();
    for (index, store) in settings.iter().enumerate() {
        let Ok(country) = store.origin_country.parse() else {
            problems.push(SettingProblem::new(
                format!("stores[{index}].origin_country"),
                format!("{} is not a country", store.origin_country),
                "write its ISO 3166 code, such as DE",
            ));
            continue;
        };
        let known = StoreSettings {
            currencies: store.currencies.clone(),
            prices_include_tax: store.prices_include_tax,
            rounding: store.rounding(),
            country: Some(country),
        };
        stores.insert(store.id.clone(), known);
    }
    if problems.is_empty() { Ok(stores) } else { Err(problems) }
}
