//! The document: one JSON object, with what was asked for, what was measured, and on what.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::arrivals::Outcome;
use super::sample::{Told, micros};
use super::server::Usage;
use super::shopper::{GATEWAY_CALLS, PLACE};

/// What a run is told with.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// The version that was measured, and how it was built: only an optimised build tells anything.
    version: &'static str,
    optimised: bool,
    /// Processors that this process may use.
    processors: usize,
    /// The kind of store: `sqlite` or `postgres`.
    store: &'static str,
    loop_kind: &'static str,
    rate: u32,
    seconds: u32,
    warm_up_seconds: u32,
    gateway_ms: u32,
    /// Checkouts that came, and those that ended with an order and a capture that was asked for.
    asked: u64,
    done: u64,
    /// Orders that are paid, by the server and by the gateway's ledger, those of the warm-up too.
    paid: u64,
    checkouts_per_minute: u64,
    rpcs_per_minute: u64,
    /// A whole checkout: the sum of its calls.
    checkout: Told,
    /// By call.
    calls: BTreeMap<&'static str, Told>,
    /// PlaceOrder less the gateway's fixed delay, twice: it is asked to create, then to hold.
    placement_own_share: Told,
    /// How late checkouts were begun, because this machine was busy.
    begun_late: Told,
    server: ServerTold,
    errors: BTreeMap<String, u64>,
    problems: Vec<String>,
    ok: bool,
}

#[derive(Debug, Serialize)]
struct ServerTold {
    start_us: u64,
    peak_rss_mib: Option<u64>,
    cpu_us: Option<u64>,
    cpu_us_per_checkout: Option<u64>,
}

/// What a run was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) store: &'static str,
    pub(super) rate: u32,
    pub(super) seconds: u32,
    pub(super) warm_up_seconds: u32,
    pub(super) gateway_ms: u32,
}

/// What was seen beside the shoppers' own times.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) start_took: Duration,
    pub(super) before: Usage,
    pub(super) after: Usage,
    /// From the first shopper to the end of the last.
    pub(super) took: Duration,
    pub(super) paid: u64,
    pub(super) problems: Vec<String>,
}

impl Report {
    pub(super) fn new(asked: Asked, outcome: &Outcome, seen: Seen) -> Self {
        let calls: BTreeMap<_, _> =
            outcome.times.iter().map(|(call, sample)| (*call, sample.told())).collect();
        let gateway = Duration::from_millis(u64::from(asked.gateway_ms)) * GATEWAY_CALLS;
        let own = outcome.times.get(PLACE).map(|placed| placed.less(gateway)).unwrap_or_default();
        let cpu = seen.after.cpu.zip(seen.before.cpu).map(|(after, before)| after.saturating_sub(before));
        let rpcs: usize = calls.values().map(|told| told.count).sum();
        let ok = outcome.errors.is_empty() && seen.problems.is_empty() && outcome.done == outcome.asked;
        Self {
            version: env!("CARGO_PKG_VERSION"),
            optimised: !cfg!(debug_assertions),
            processors: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            store: asked.store,
            loop_kind: "open",
            rate: asked.rate,
            seconds: asked.seconds,
            warm_up_seconds: asked.warm_up_seconds,
            gateway_ms: asked.gateway_ms,
            asked: outcome.asked,
            done: outcome.done,
            paid: seen.paid,
            checkouts_per_minute: per_minute(outcome.done, seen.took),
            rpcs_per_minute: per_minute(u64::try_from(rpcs).unwrap_or(u64::MAX), seen.took),
            checkout: outcome.checkouts.told(),
            calls,
            placement_own_share: own.told(),
            begun_late: outcome.late.told(),
            server: ServerTold {
                start_us: micros(seen.start_took),
                peak_rss_mib: seen.after.peak_rss.map(|bytes| bytes / (1024 * 1024)),
                cpu_us: cpu.map(micros),
                cpu_us_per_checkout: cpu
                    .zip(u32::try_from(outcome.done).ok().filter(|done| *done > 0))
                    .map(|(cpu, done)| micros(cpu / done)),
            },
            errors: outcome.errors.clone(),
            problems: seen.problems,
            ok,
        }
    }

    /// Whether every checkout ended paid.
    pub(super) const fn ok(&self) -> bool {
        self.ok
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
    }
}

fn per_minute(count: u64, span: Duration) -> u64 {
    count.saturating_mul(60_000_000) / micros(span).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_share_is_what_the_gateway_did_not_take_and_an_error_spoils_the_run() {
        let mut outcome = Outcome { asked: 1, done: 1, ..Outcome::default() };
        outcome.times.entry(PLACE).or_default().add(Duration::from_millis(103));
        let asked = Asked { store: "sqlite", rate: 1, seconds: 1, warm_up_seconds: 0, gateway_ms: 50 };
        let seen = || Seen {
            start_took: Duration::ZERO,
            before: Usage::default(),
            after: Usage::default(),
            took: Duration::from_secs(1),
            paid: 1,
            problems: Vec::new(),
        };
        let report = Report::new(asked, &outcome, seen());
        assert_eq!((report.placement_own_share.p50_us, report.checkouts_per_minute), (3_000, 60));
        assert!(report.ok());
        outcome.errors.insert("refused".to_owned(), 1);
        assert!(!Report::new(asked, &outcome, seen()).ok());
    }
}
