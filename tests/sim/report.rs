//! What a run tells: progress for people, and one line of JSON in the end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::faults::storm::{Hits, NO_HITS};
use crate::faults::{self, Stage};
use crate::invariants::{ELSEWHERE, Violation};
use crate::seed::Ended;

/// The sums of a run.
#[derive(Debug)]
pub struct Report {
    first: u64,
    begun: Instant,
    seeds: u64,
    effects: Vec<u32>,
    crashes: u64,
    orders: u64,
    reviews: u64,
    hits: Hits,
    /// The seeds that violated something, and what.
    pub violations: Vec<(u64, Violation)>,
}

impl Report {
    /// A run that begins now.
    #[expect(clippy::disallowed_methods, reason = "how fast the simulation is on the real machine")]
    pub fn begin(first: u64) -> Self {
        Self {
            first,
            begun: Instant::now(),
            seeds: 0,
            effects: Vec::new(),
            crashes: 0,
            orders: 0,
            reviews: 0,
            hits: NO_HITS,
            violations: Vec::new(),
        }
    }

    /// How long it has run.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Adds a seed.
    pub fn add(&mut self, seed: u64, ended: Ended) {
        self.seeds += 1;
        self.effects.push(u32::try_from(ended.effects).unwrap_or(u32::MAX));
        self.crashes += ended.crashes;
        self.orders += ended.orders;
        self.reviews += ended.reviews;
        for (sums, hits) in self.hits.iter_mut().zip(&ended.hits) {
            for (sum, hit) in sums.iter_mut().zip(hits) {
                *sum += hit;
            }
        }
        if let Some(violation) = ended.violation {
            self.violations.push((seed, violation));
        }
    }

    fn sum(&self) -> u64 {
        self.effects.iter().map(|effects| u64::from(*effects)).sum()
    }

    fn per_second(&self, count: u64) -> u64 {
        let millis = u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        count.saturating_mul(1_000) / millis
    }

    /// How far it is.
    pub fn progress(&self) -> String {
        format!(
            "{:>5} s  {} seeds ({} a minute)  {} effects a second  {} crashes  {} violations",
            self.elapsed().as_secs(),
            self.seeds,
            self.per_second(self.seeds * 60),
            self.per_second(self.sum()),
            self.crashes,
            self.violations.len()
        )
    }

    /// Faults and stages that never met, though they can.
    fn zero(&self) -> Vec<String> {
        let mut zero = Vec::new();
        for (fault, hits) in faults::ALL.iter().zip(&self.hits) {
            for (stage, hit) in Stage::ALL.iter().zip(hits) {
                if *hit == 0 && !fault.never.iter().any(|(never, _)| never == stage) {
                    zero.push(format!("{}×{}", fault.name, stage.as_str()));
                }
            }
        }
        zero
    }

    /// All of it, in one line.
    pub fn json(&self) -> String {
        let mut effects = self.effects.clone();
        effects.sort_unstable();
        let by_fault: serde_json::Map<String, Value> = faults::ALL
            .iter()
            .zip(&self.hits)
            .map(|(fault, hits)| (fault.name.to_owned(), json!(hits.iter().sum::<u64>())))
            .collect();
        let hits: serde_json::Map<String, Value> = faults::ALL
            .iter()
            .zip(&self.hits)
            .map(|(fault, hits)| {
                let stages: serde_json::Map<String, Value> = Stage::ALL
                    .iter()
                    .zip(hits)
                    .filter(|(stage, _)| !fault.never.iter().any(|(never, _)| never == *stage))
                    .map(|(stage, hit)| (stage.as_str().to_owned(), json!(hit)))
                    .collect();
                (fault.name.to_owned(), Value::Object(stages))
            })
            .collect();
        let elsewhere: Vec<String> =
            ELSEWHERE.iter().map(|(invariant, why)| format!("{invariant}: {why}")).collect();
        let violations: Vec<Value> = self
            .violations
            .iter()
            .map(|(seed, violation)| {
                let what: String = violation.what.chars().take(300).collect();
                json!({ "seed": seed, "invariant": violation.invariant, "what": what })
            })
            .collect();
        json!({
            "first_seed": self.first,
            "seeds": self.seeds,
            "seconds": self.elapsed().as_secs(),
            "seeds_per_minute": self.per_second(self.seeds * 60),
            "effects": self.sum(),
            "effects_median": effects.get(effects.len() / 2),
            "effects_most": effects.last(),
            "effects_per_second": self.per_second(self.sum()),
            "crashes": self.crashes,
            "orders": self.orders,
            "left_to_operators": self.reviews,
            "faults": by_fault,
            "hits": hits,
            "never_hit": self.zero(),
            "elsewhere": elsewhere,
            "violations": violations,
        })
        .to_string()
    }
}
