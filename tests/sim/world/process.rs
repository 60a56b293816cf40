//! A process of the house: started, killed, started anew.
//!
//! A dead process is never heard of again: none of its tasks gets past its next effect, and its callers are told
//! that the connection is lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use cashwrap::app::House;
use cashwrap::domain::ids::{AccountId, WorkerId};
use cashwrap::domain::payment::NotSent;
use cashwrap::engine::modes::Modes;
use cashwrap::engine::{Driver, Parts, Tasks, claims};
use cashwrap::ports::gateway::Gateway;
use cashwrap::ports::{Ids, Record};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::World;
use super::clocks::{Skew, SkewedClock};
use super::gateway::SeenGateway;
use super::shop;
use super::store::SeenStore;
use crate::stand_ins::{MarkingVault, PlainReplies};

/// One process.
pub struct Process {
    /// Its name: the slot, and how many were there before it.
    pub name: String,
    /// Who it is to the store.
    pub worker: WorkerId,
    /// Cancelled once it is dead.
    pub dead: CancellationToken,
    /// How far off its wall clock is.
    pub skew: Arc<Skew>,
    slot: usize,
    stopped: Mutex<Option<Instant>>,
    breakers: Mutex<BTreeMap<AccountId, Instant>>,
    house: OnceLock<Arc<House>>,
}

impl Process {
    /// Its use cases.
    pub fn house(&self) -> &Arc<House> {
        self.house.get().unwrap()
    }

    /// What it never expected to happen, counted by itself.
    pub fn alarms(&self) -> u64 {
        self.house.get().map_or(0, |house| house.engine.alarms.count())
    }

    /// It stands still until then.
    pub fn stop(&self, until: Instant) {
        *self.stopped.lock().unwrap() = Some(until);
    }

    /// Until when it stands still.
    pub fn stopped_until(&self) -> Option<Instant> {
        *self.stopped.lock().unwrap()
    }

    /// Its breaker of an account is open until then.
    pub fn open_breaker(&self, account: &AccountId, until: Instant) {
        self.breakers.lock().unwrap().insert(account.clone(), until);
    }

    /// Why it begins nothing at an account now.
    pub fn unavailable(&self, account: &AccountId) -> Option<NotSent> {
        let breakers = self.breakers.lock().unwrap();
        breakers.get(account).filter(|until| **until > Instant::now()).map(|_| NotSent::BreakerOpen)
    }

    /// All is well with it from now on.
    pub fn heal(&self) {
        *self.stopped.lock().unwrap() = None;
        self.breakers.lock().unwrap().clear();
        self.skew.mend();
    }
}

impl World {
    /// Starts a process in a slot, with its claim loop.
    pub fn start(&self, slot: usize, before: u64) {
        let process = Arc::new(Process {
            name: format!("p{slot}.{before}"),
            worker: WorkerId(self.ids.fresh()),
            dead: CancellationToken::new(),
            skew: Arc::default(),
            slot,
            stopped: Mutex::default(),
            breakers: Mutex::default(),
            house: OnceLock::new(),
        });
        let house = Arc::new(self.house(&process));
        let engine = Arc::clone(&house.engine);
        let _first = process.house.set(house);
        let mut slots = self.slots();
        if slot < slots.len() {
            let before = std::mem::replace(&mut slots[slot], process);
            self.buried.lock().unwrap().push(before);
        } else {
            slots.push(process);
        }
        drop(slots);
        engine.tasks.spawn(claims::run(Arc::clone(&engine)));
    }

    fn house(&self, process: &Arc<Process>) -> House {
        let gateways: Vec<AccountId> = self.core().tills.keys().cloned().collect();
        let gateways = gateways.into_iter().map(|account| {
            let capabilities = self.core().tills[&account].profile.capabilities.clone();
            let seen = SeenGateway {
                world: self.me.clone(),
                process: Arc::downgrade(process),
                account: account.clone(),
                capabilities,
            };
            (account, Arc::new(seen) as Arc<dyn Gateway>)
        });
        let parts = Parts {
            store: Arc::new(SeenStore { world: self.me.clone(), process: Arc::downgrade(process) }),
            clock: Arc::new(SkewedClock { clock: self.clock, skew: Arc::clone(&process.skew) }),
            ids: Arc::clone(&self.ids) as Arc<dyn Ids>,
            vault: Arc::new(MarkingVault),
            gateways: gateways.collect(),
            modes: Arc::new(Modes::default()),
            replies: Arc::new(PlainReplies),
            policy: shop::policy(),
            settings: shop::settings(self.habits.poll),
            worker: process.worker,
            tasks: Tasks::default(),
        };
        // What operators said is known to a process before it serves.
        for (_, known) in self.core().book.rows_of(cashwrap::ports::store::Kind::PartnerMode) {
            if let Record::PartnerMode(mode) = &known.record {
                parts.modes.set(mode.clone());
            }
        }
        shop::house(Arc::new(Driver::new(parts)), self.me.clone(), Arc::downgrade(process), self.habits)
    }

    /// Kills a process; another one takes its place a little later.
    pub fn kill(&self, process: &Process) {
        if process.dead.is_cancelled() {
            return;
        }
        process.dead.cancel();
        let pause = {
            let mut core = self.core();
            core.crashes += 1;
            Duration::from_millis(core.dice.below(4_000))
        };
        let before = process.name.rsplit('.').next().and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
        let (world, slot) = (self.arc(), process.slot);
        self.tasks.spawn(async move {
            tokio::time::sleep(pause).await;
            world.start(slot, before + 1);
        });
    }
}
