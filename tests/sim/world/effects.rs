//! The one place that every effect passes: where a process may die, stand still, or be struck.

use std::future::pending;
use std::time::Duration;

use cashwrap::domain::ids::AccountId;
use tokio::time::Instant;

use super::World;
use super::process::Process;
use crate::faults::{Blow, Site, Stage};
use crate::invariants::Fact;
use crate::story::Story;

impl World {
    /// Before an effect of `process` on what `id` names. What comes back is what the effect itself must suffer.
    /// The dead do not come back.
    pub async fn pass(&self, process: &Process, site: Site, id: &str, what: impl Fn() -> String) -> Blow {
        self.alive(process).await;
        let blow = self.struck(process, site, id, what);
        match blow {
            Blow::DieBefore => {
                self.kill(process);
                pending().await
            }
            Blow::Stop(span) => {
                process.stop(Instant::now() + span);
                self.alive(process).await;
                Blow::None
            }
            Blow::Jump(seconds) => {
                process.skew.set(seconds, Instant::now() + self.while_off());
                Blow::None
            }
            Blow::DatabaseJumps(seconds) => {
                self.database_skew.set(seconds, Instant::now() + self.while_off());
                Blow::None
            }
            blow => blow,
        }
    }

    fn while_off(&self) -> Duration {
        let mut core = self.core();
        core.clocks_were_off = true;
        Duration::from_secs(1 + core.dice.below(60))
    }

    fn struck(&self, process: &Process, site: Site, id: &str, what: impl Fn() -> String) -> Blow {
        let mut core = self.core();
        let core = &mut *core;
        core.land(Instant::now());
        core.effects += 1;
        let stage = core.book.stage_of(id);
        let struck = core.storm.strike(site, stage, &mut core.dice);
        core.story.tell(|| {
            let who = core.book.owner_of(id);
            let fault = struck.map_or(String::new(), |(name, blow)| format!("  !! {name}: {blow:?}"));
            let shown = if stage == Stage::None { "" } else { stage.as_str() };
            format!("{:<5} {:<18} {} {} {shown}{fault}", process.name, who, what(), Story::short(id))
        });
        struck.map_or(Blow::None, |(_, blow)| blow)
    }

    /// After an effect: its process may die of it, and what production itself calls impossible is told.
    pub async fn done(&self, process: &Process, blow: Blow) {
        self.see(&Fact::Alarms { count: process.alarms() });
        if blow == Blow::DieAfter {
            self.kill(process);
        }
        self.alive(process).await;
    }

    /// Nobody gets past this who is dead; who stands still waits.
    pub async fn alive(&self, process: &Process) {
        loop {
            if process.dead.is_cancelled() {
                pending::<()>().await;
            }
            match process.stopped_until() {
                Some(until) if until > Instant::now() => tokio::time::sleep_until(until).await,
                _ => return,
            }
        }
    }

    /// Shows a fact to the invariants; the first that is broken ends the seed.
    pub fn see(&self, fact: &Fact<'_>) {
        let mut core = self.core();
        core.see(fact, Instant::now());
        if core.violation.is_some() {
            drop(core);
            self.failed.notify_one();
        }
    }

    /// A gateway's ledger may have changed for a payment.
    pub fn executed(&self, account: &AccountId, reference: &str) {
        self.see(&Fact::Executed { account, reference });
    }
}
