//! The world of one seed: a store, gateways, processes that come and go, and whoever watches them.
//!
//! - [`core`]: what one lock guards: dice, storm, ledgers, book, invariants, story.
//! - [`effects`]: the one place that every effect passes: where a process may die, stand still, or be struck.
//! - [`process`]: a process of the house: started, killed, started anew. `clocks`: its own time.
//! - [`store`], [`gateway`], [`partners`]: the ports as one process sees them. [`post`]: what vendors tell by themselves.
//! - [`shop`]: what is sold, by which flow, with which time constants.
//! - [`settle`]: the end: faults off, and everything comes to rest within a bound.

pub mod clocks;
pub mod core;
pub mod effects;
pub mod gateway;
pub mod partners;
pub mod post;
pub mod process;
pub mod settle;
pub mod shop;
pub mod store;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use cashwrap::engine::Tasks;
use cashwrap::ports::store::Store;
use cashwrap::ports::{Ids, Record};
use cashwrap::store::MemoryStore;
use cashwrap::store::document::Records;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::dice::Dice;
use crate::stand_ins::{CountingIds, PausedClock};
use clocks::Skew;
use core::Core;
use process::Process;

/// The world of one seed.
pub struct World {
    me: Weak<Self>,
    core: Mutex<Core>,
    /// The documents.
    pub memory: Arc<MemoryStore>,
    /// The store of records over them, without any fault.
    pub store: Arc<dyn Store<Record>>,
    /// The time since the seed began.
    pub clock: PausedClock,
    /// How far off the database's clock is.
    pub database_skew: Arc<Skew>,
    /// Fresh ids.
    pub ids: Arc<CountingIds>,
    /// The processes that run.
    pub slots: Mutex<Vec<Arc<Process>>>,
    /// The processes that ran: what they left behind still asks for them.
    pub buried: Mutex<Vec<Arc<Process>>>,
    /// Tasks of the world itself.
    pub tasks: Tasks,
    /// Rings when an invariant was broken.
    pub failed: Notify,
    /// How this seed's shop captures and polls.
    pub habits: shop::Habits,
    requests: AtomicU64,
}

impl World {
    /// The world of a seed, before anybody is in it.
    pub fn new(seed: u64, tell: bool) -> Arc<Self> {
        let mut dice = Dice::of(seed);
        let clock = PausedClock::begin();
        let database_skew = Arc::new(Skew::default());
        let skew = Arc::clone(&database_skew);
        let memory = Arc::new(MemoryStore::new(Arc::new(move || skew.apply(clock))));
        let store: Arc<dyn Store<Record>> = Arc::new(Records::new(Arc::clone(&memory)));
        let habits = shop::Habits::roll(&mut dice);
        Arc::new_cyclic(|me| Self {
            me: me.clone(),
            core: Mutex::new(Core::new(dice, tell)),
            memory,
            store,
            clock,
            database_skew,
            ids: Arc::default(),
            slots: Mutex::default(),
            buried: Mutex::default(),
            tasks: Tasks::default(),
            failed: Notify::new(),
            habits,
            requests: AtomicU64::new(1),
        })
    }

    /// What one lock guards. It is never held across an await.
    pub fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The processes that run.
    pub fn slots(&self) -> MutexGuard<'_, Vec<Arc<Process>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of every process: they hold the world, and the world holds them.
    pub fn end(&self) {
        self.slots().clear();
        self.buried.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Itself, for tasks that outlive a call.
    pub fn arc(&self) -> Arc<Self> {
        self.me.upgrade().unwrap()
    }

    /// A fresh id.
    pub fn fresh(&self) -> Uuid {
        self.ids.fresh()
    }

    /// A request id, as a client chooses it.
    pub fn request_id(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.requests.fetch_add(1, Ordering::Relaxed)))
    }
}
