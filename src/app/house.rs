//! What the use cases work with: everything through ports, and the settings of the stores.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::app::error::{Error, Reason};
use crate::domain::address::Country;
use crate::domain::currency::Currency;
use crate::domain::flow::{Flow, FlowId};
use crate::domain::ids::StoreId;
use crate::domain::pricing::RoundingPolicy;
use crate::engine::{Engine, Room};
use crate::ports::catalogue::Catalogue;
use crate::ports::quotes::Quotes;

/// What a store is.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// The currencies it sells in.
    pub currencies: Vec<Currency>,
    /// Whether its prices include tax.
    pub prices_include_tax: bool,
    /// How it rounds.
    pub rounding: RoundingPolicy,
    /// Where its goods come from.
    pub country: Option<Country>,
}

/// How long things are kept and waited for.
#[derive(Debug, Clone)]
pub struct Times {
    /// How long PlaceOrder waits before it answers PROCESSING.
    pub patience: Duration,
    /// How long a quote holds.
    pub quote_life: Duration,
    /// How long a reply is kept.
    pub keep_reply: Duration,
    /// How long the reply of a call that moves money is kept.
    pub keep_money_reply: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(10),
            quote_life: Duration::from_mins(15),
            keep_reply: Duration::from_hours(24),
            keep_money_reply: Duration::from_hours(7 * 24),
        }
    }
}

/// What the use cases work with.
pub struct House {
    /// The engine, which also holds store, clock, ids, vault and gateways.
    pub engine: Engine,
    /// What is sold.
    pub catalogue: Arc<dyn Catalogue>,
    /// The carriers, pickup accounts and tax providers.
    pub quotes: Arc<dyn Quotes>,
    /// The stores.
    pub stores: BTreeMap<StoreId, StoreSettings>,
    /// The flows, all versions that are served.
    pub flows: Vec<Flow>,
    /// How long things are kept and waited for.
    pub times: Times,
}

impl House {
    /// Room for what runs on after its call has ended: a placement, or the drive of one that rests (I26).
    pub(super) fn room(&self) -> Result<Room, Error> {
        self.engine.tasks.room().ok_or_else(|| {
            metrics::counter!("cashwrap_placements_shed_total").increment(1);
            Error::new(
                Reason::TooManyPlacements,
                "too many placements are under way in this process, and nothing was recorded: repeat the call",
            )
            .retry_after(Duration::from_secs(1))
        })
    }

    /// The settings of a store.
    pub fn store(&self, id: &StoreId) -> Result<&StoreSettings, Error> {
        self.stores.get(id).ok_or_else(|| Error::not_found("store"))
    }

    /// The flow that a session pinned; its newest version where the pinned one is no longer served.
    pub fn flow(&self, id: &FlowId, version: u32) -> Result<&Flow, Error> {
        let of_id = || self.flows.iter().filter(|flow| flow.id == *id);
        of_id()
            .find(|flow| flow.version == version)
            .or_else(|| of_id().max_by_key(|flow| flow.version))
            .ok_or_else(flow_gone)
    }
}

/// No version of the session's flow is served.
pub(super) fn flow_gone() -> Error {
    Error::new(Reason::NoFlow, "the flow of this checkout is no longer served: open another one of its cart")
}
