//! How many retries the recent traffic can bear.
//!
//! Retries multiply load just when a partner is failing. A limit per call cannot see that; a share of all
//! calls can: while few calls fail each may be tried again, and once most fail hardly any is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::ring::Ring;

/// How large the budget is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetSettings {
    /// The share of first tries that may be repeated, in per cent.
    pub percent: u32,
    /// Retries granted for each second of the window whatever the traffic: a shop with one call a minute
    /// would never earn a tenth of a call.
    pub least_per_second: u32,
    /// How long a call and a retry are remembered.
    pub window: Duration,
    /// In how many steps the window slides.
    pub buckets: u32,
}

impl Default for BudgetSettings {
    fn default() -> Self {
        Self {
            // Bounds the load that retries add to a partner in trouble to a tenth.
            percent: 10,
            // A few calls a second is what a shop sees; one retry a second does no partner harm.
            least_per_second: 1,
            // Long enough to hold some calls of a quiet shop, short enough that yesterday's calm pays for
            // no storm today.
            window: Duration::from_secs(10),
            buckets: 10,
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    calls: u64,
    retries: u64,
}

/// The budget as a pure structure that is given `now`.
#[derive(Debug)]
struct Ledger {
    settings: BudgetSettings,
    ring: Ring<Count>,
}

impl Ledger {
    fn new(settings: BudgetSettings, origin: Instant) -> Self {
        Self { settings, ring: Ring::new(origin, settings.window, settings.buckets) }
    }

    fn note_call(&mut self, now: Instant) {
        let count = self.ring.at(now);
        count.calls = count.calls.saturating_add(1);
    }

    fn withdraw(&mut self, now: Instant) -> bool {
        self.ring.at(now);
        let (calls, retries) = self.ring.buckets().fold((0_u64, 0_u64), |(calls, retries), count| {
            (calls.saturating_add(count.calls), retries.saturating_add(count.retries))
        });
        let least = u64::from(self.settings.least_per_second).saturating_mul(self.settings.window.as_secs());
        let granted = (calls.saturating_mul(u64::from(self.settings.percent)) / 100).saturating_add(least);
        if retries >= granted {
            return false;
        }
        let count = self.ring.at(now);
        count.retries = count.retries.saturating_add(1);
        true
    }
}

/// A retry budget that all calls to one partner share; clones share it too.
#[derive(Debug, Clone)]
pub struct RetryBudget(Arc<Mutex<Ledger>>);

impl RetryBudget {
    /// A budget without any calls yet.
    pub fn new(settings: BudgetSettings) -> Self {
        Self(Arc::new(Mutex::new(Ledger::new(settings, Instant::now()))))
    }

    /// Notes a first try.
    pub(super) fn note_call(&self) {
        self.ledger().note_call(Instant::now());
    }

    /// Takes one retry, or answers `false` where none is left.
    pub(super) fn withdraw(&self) -> bool {
        self.ledger().withdraw(Instant::now())
    }

    fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn settings(least_per_second: u32) -> BudgetSettings {
        BudgetSettings { least_per_second, ..BudgetSettings::default() }
    }

    fn withdraw_all(ledger: &mut Ledger, now: Instant) -> u64 {
        (0..1_000).take_while(|_| ledger.withdraw(now)).count().try_into().unwrap()
    }

    #[test]
    fn a_tenth_of_the_calls_may_be_repeated_and_an_old_call_pays_for_nothing() {
        let start = Instant::now();
        let mut ledger = Ledger::new(settings(0), start);
        for _ in 0..55 {
            ledger.note_call(start);
        }
        assert_eq!(withdraw_all(&mut ledger, start + Duration::from_secs(9)), 5);
        assert_eq!(withdraw_all(&mut ledger, start + Duration::from_secs(10)), 0);
    }

    #[test]
    fn a_quiet_shop_still_gets_its_minimum() {
        let start = Instant::now();
        let mut ledger = Ledger::new(settings(1), start);
        ledger.note_call(start);
        assert_eq!(withdraw_all(&mut ledger, start), 10);
        assert_eq!(withdraw_all(&mut ledger, start + Duration::from_secs(9)), 0);
        assert_eq!(withdraw_all(&mut ledger, start + Duration::from_secs(10)), 10);
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_retries_than_its_calls_grant(
            steps in prop::collection::vec((0_u64..3_000, 0_u64..40, 0_u64..40), 1..40),
        ) {
            let start = Instant::now();
            let mut ledger = Ledger::new(settings(0), start);
            let mut events: Vec<(u64, u64, u64)> = Vec::new();
            let mut millis = 0;
            for (pause, calls, wanted) in steps {
                millis += pause;
                let now = start + Duration::from_millis(millis);
                for _ in 0..calls {
                    ledger.note_call(now);
                }
                events.push((millis / 1_000, calls, 0));
                for _ in 0..wanted {
                    let kept = events.iter().filter(|(tick, ..)| tick + 10 > millis / 1_000);
                    let (calls, retries) = kept.fold((0, 0), |sum, (_, c, r)| (sum.0 + c, sum.1 + r));
                    let granted = ledger.withdraw(now);
                    prop_assert_eq!(granted, retries < calls / 10);
                    events.push((millis / 1_000, 0, u64::from(granted)));
                }
            }
        }
    }
}
