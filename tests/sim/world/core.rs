//! What one lock guards: dice, storm, ledgers, book, invariants, story.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cashwrap::domain::ids::AccountId;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::post::Letter;
use crate::book::Book;
use crate::dice::Dice;
use crate::faults::Storm;
use crate::gateways::{self, Ledger, profile};
use crate::invariants::{self, Fact, Invariant, Scene, Violation};
use crate::story::Story;

/// The accounts that the flow names, in its order.
pub const ACCOUNTS: [&str; 3] = ["north", "south", "west"];

/// What one lock guards.
pub struct Core {
    /// The one source of chance.
    pub dice: Dice,
    /// The faults.
    pub storm: Storm,
    /// The gateways' ledgers by account.
    pub tills: BTreeMap<AccountId, Ledger>,
    /// What vendors have to tell, and nobody carries yet.
    pub letters: Vec<Letter>,
    /// Rings when there is something to carry.
    pub written: Arc<Notify>,
    /// How many events are being carried.
    pub carried: u64,
    /// The chance that only the post has, so that it changes nobody else's.
    pub post_dice: Dice,
    /// What is durable.
    pub book: Book,
    /// How many effects there were.
    pub effects: u64,
    /// How often a process died.
    pub crashes: u64,
    /// A clock was off at some time: rules that compare the clocks of processes are not held against them.
    pub clocks_were_off: bool,
    /// What was broken first.
    pub violation: Option<Violation>,
    /// What happened, if somebody wants to read it.
    pub story: Story,
    invariants: Vec<Box<dyn Invariant>>,
    told: u64,
}

impl Core {
    /// A core of a seed's own.
    pub fn new(mut dice: Dice, tell: bool) -> Self {
        let storm = Storm::roll(&mut dice.others());
        let tills = ACCOUNTS
            .iter()
            .map(|account| (account.parse().unwrap(), Ledger::new(dice.one_of(&gateways::ALL))))
            .collect();
        Self {
            dice: dice.others(),
            storm,
            tills,
            book: Book::default(),
            effects: 0,
            crashes: 0,
            clocks_were_off: false,
            violation: None,
            story: Story::new(tell),
            invariants: invariants::all(),
            letters: Vec::new(),
            written: Arc::default(),
            carried: 0,
            post_dice: dice.others(),
            told: 0,
        }
    }

    /// Shows a fact to every invariant.
    pub fn see(&mut self, fact: &Fact<'_>, now: Instant) {
        if self.violation.is_some() {
            return;
        }
        if let Fact::Executed { account, reference } = fact {
            self.write(account, reference);
        }
        let Self { book, tills, invariants, clocks_were_off, .. } = self;
        let scene = Scene { book, tills, now, clocks_were_off: *clocks_were_off };
        for invariant in invariants {
            if let Err(what) = invariant.see(fact, &scene) {
                self.violation = Some(Violation { invariant: invariant.name(), what });
                self.story.end();
                return;
            }
        }
    }

    /// The vendor has something to tell of each object of a payment.
    fn write(&mut self, account: &AccountId, reference: &str) {
        let Some(till) = self.tills.get_mut(account) else { return };
        for told in till.take_told(reference) {
            self.told += 1;
            self.letters.extend(Letter::told(account, reference, told, self.told));
        }
        for object in till.of(reference).filter(|_| !till.tells_later()) {
            self.told += 1;
            self.letters.extend(Letter::about(account, object, self.told));
        }
        self.written.notify_one();
    }

    /// The full audit at the end.
    pub fn audit(&mut self, memory: &cashwrap::store::MemoryStore, now: Instant) {
        if self.violation.is_some() {
            return;
        }
        let Self { book, tills, invariants, clocks_were_off, .. } = self;
        let scene = Scene { book, tills, now, clocks_were_off: *clocks_were_off };
        for invariant in invariants {
            let found = memory.inspect(|dump| invariant.end(&scene, dump));
            if let Err(what) = found {
                self.violation = Some(Violation { invariant: invariant.name(), what });
                return;
            }
        }
    }

    /// Lets requests land that are due, and keys be forgotten that are old.
    pub fn land(&mut self, now: Instant) {
        /// Within the margin of the key's life that nobody may rely on, as it is scaled here.
        const EARLY: Duration = Duration::from_mins(5);
        /// The rest of that margin: one clock that stamps is an hour ahead, another that reads is an hour behind.
        const CLOCKS: Duration = Duration::from_hours(2);
        let clocks = if self.clocks_were_off { CLOCKS } else { Duration::ZERO };
        let mut landed = Vec::new();
        for (account, till) in &mut self.tills {
            if till.next_landing().is_some_and(|lands| lands <= now) {
                landed.extend(till.land(now).into_iter().map(|reference| (account.clone(), reference)));
            }
            if let Some(then) = now.checked_sub((profile::KEY_TTL + clocks).saturating_sub(EARLY)) {
                for reference in till.prune(then) {
                    let stage = self.book.stage_of(&reference);
                    self.storm.count("key_pruned", stage);
                }
            }
        }
        for (account, reference) in landed {
            self.story.tell(|| format!("{account} a request for {} lands late", Story::short(&reference)));
            self.see(&Fact::Executed { account: &account, reference: &reference }, now);
        }
    }
}
