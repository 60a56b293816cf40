//! Seeds over threads, a runtime of its own for each seed; progress every two seconds.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::args::{Asked, Limit};
use crate::report::Report;
use crate::seed;

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// Violations after which a run ends: more of the same help nobody.
const ENOUGH: usize = 20;

/// Runs what is asked for; false when something was violated.
pub fn run(asked: &Asked) -> bool {
    let first = asked.seed.unwrap_or(1);
    if !asked.json {
        println!("fresh seeds from {first} on, on {} threads", asked.threads);
    }
    let next = AtomicU64::new(first);
    let over = AtomicBool::new(false);
    let report = Mutex::new(Report::begin(first));
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..asked.threads)
            .map(|_| scope.spawn(|| work(asked.limit, first, &next, &over, &report)))
            .collect();
        let mut waited = Duration::ZERO;
        while workers.iter().any(|worker| !worker.is_finished()) {
            std::thread::sleep(Duration::from_millis(20));
            waited += Duration::from_millis(20);
            let report = report.lock().unwrap_or_else(PoisonError::into_inner);
            let late = matches!(asked.limit, Limit::Time(limit) if report.elapsed() >= limit);
            if late || report.violations.len() >= ENOUGH {
                over.store(true, Ordering::Relaxed);
            }
            if waited >= TELL_EVERY && !asked.json {
                waited = Duration::ZERO;
                eprintln!("{}", report.progress());
            }
        }
    });
    let report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (seed, violation) in &report.violations {
        eprintln!("seed {seed} violates {}: {}", violation.invariant, violation.what);
    }
    println!("{}", report.json());
    report.violations.is_empty()
}

fn work(limit: Limit, first: u64, next: &AtomicU64, over: &AtomicBool, report: &Mutex<Report>) {
    while !over.load(Ordering::Relaxed) {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if matches!(limit, Limit::Seeds(count) if seed - first >= count) {
            return;
        }
        let ended = seed::run(seed, false);
        report.lock().unwrap_or_else(PoisonError::into_inner).add(seed, ended);
    }
}
