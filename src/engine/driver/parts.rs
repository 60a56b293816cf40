//! What the driver works with.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::super::case::Case;
use super::super::modes::{self, Modes};
use super::super::replies::Replies;
use super::super::sealed::SealedReplies;
use super::super::tasks::Tasks;
use crate::domain::ids::{AccountId, StoreId, WorkerId};
use crate::domain::lifetime::Lifetimes;
use crate::domain::payment::decide::GatewayFacts;
use crate::domain::payment::{NotSent, Policy};
use crate::ports::gateway::Gateway;
use crate::ports::store::Store;
use crate::ports::{Clock, Ids, Mode, Record, Vault};

/// Time constants of the engine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a claim lasts.
    pub lease: Duration,
    /// How often it is renewed while a call is out.
    pub renew_every: Duration,
    /// How often due timers are looked for.
    pub poll: Duration,
    /// How many claims one process drives at once.
    pub max_driven: u32,
    /// How long carts and checkouts of each store live; for ever in a store that has none here.
    pub lifetimes: BTreeMap<StoreId, Lifetimes>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(15),
            renew_every: Duration::from_secs(5),
            poll: Duration::from_millis(100),
            max_driven: 256,
            lifetimes: BTreeMap::new(),
        }
    }
}

/// Counts what must never happen. Operators see the metric; tests and simulation read the count.
#[derive(Debug, Default)]
pub struct Alarms(AtomicU64);

impl Alarms {
    /// How often it happened.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn raise(&self, kind: &'static str, case: &Case, reason: &dyn std::fmt::Display) {
        self.0.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("cashwrap_alarms_total", "kind" => kind).increment(1);
        tracing::error!(subject = %case.subject().id, kind, %reason, "this must never happen");
    }
}

/// What the driver works with. Everything but itself comes through a port.
pub struct Parts {
    /// Where decisions become durable.
    pub store: Arc<dyn Store<Record>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Fresh identifiers.
    pub ids: Arc<dyn Ids>,
    /// Seals what is rendered.
    pub vault: Arc<dyn Vault>,
    /// The gateways by account.
    pub gateways: BTreeMap<AccountId, Arc<dyn Gateway>>,
    /// What operators said of them.
    pub modes: Arc<Modes>,
    /// Encodes replies.
    pub replies: Arc<dyn Replies>,
    /// The machines' time constants.
    pub policy: Policy,
    /// The engine's own.
    pub settings: Settings,
    /// This process.
    pub worker: WorkerId,
    /// What drain waits for.
    pub tasks: Tasks,
}

/// Drives the machines of one process.
pub struct Driver {
    parts: Parts,
    /// Rings when something may be due now.
    pub bell: tokio::sync::Notify,
    /// Wakes whoever waits for this process's workers at each of their commits, in the order in which they came.
    pub commits: tokio::sync::Notify,
    /// What must never happen, counted.
    pub alarms: Alarms,
}

impl std::ops::Deref for Driver {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// A driver that its tasks share.
pub type Engine = Arc<Driver>;

impl Driver {
    /// A driver over its parts. Whatever its store keeps under reply keys is sealed from here on.
    pub fn new(parts: Parts) -> Self {
        let (inner, vault) = (Arc::clone(&parts.store), Arc::clone(&parts.vault));
        let parts = Parts { store: Arc::new(SealedReplies::new(inner, vault)), ..parts };
        Self {
            parts,
            bell: tokio::sync::Notify::new(),
            commits: tokio::sync::Notify::new(),
            alarms: Alarms::default(),
        }
    }

    /// The facts of the moment for a store.
    pub fn gateway_facts(&self, store: &StoreId) -> BTreeMap<AccountId, GatewayFacts> {
        self.gateways
            .iter()
            .map(|(account, gateway)| {
                let unavailable = self.unavailable(account, self.modes.of(store, account));
                (account.clone(), GatewayFacts { capabilities: gateway.capabilities(), unavailable })
            })
            .collect()
    }

    /// Why an account takes no new authorisation under a mode, if so.
    pub fn unavailable(&self, account: &AccountId, mode: Mode) -> Option<NotSent> {
        match modes::admitted(mode, true) {
            Ok(guard) => self.gateways.get(account).and_then(|gateway| gateway.unavailable(guard)),
            Err(why) => Some(why),
        }
    }

    /// Counts and tells an invariant that a commit would break. It is committed all the same: what happened at
    /// a gateway happened, and must be on record.
    pub fn watch(&self, case: &Case) {
        if let Err(violation) = case.check() {
            self.alarms.raise("invariant", case, &violation);
        }
    }
}
