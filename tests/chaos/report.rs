//! The line of JSON, and whether the run failed.

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::audit::Findings;
use crate::load::Load;

/// How many findings of each kind are told; the counts tell of all.
const TOLD: usize = 20;

/// Prints the line with what a run has of its own, and what was found on standard error.
pub fn tell(own: Value, begun: Instant, load: &Load, findings: &Findings) -> Result<(), String> {
    let recovery = load.recovery();
    let mut line = own;
    line["took_seconds"] = json!(begun.elapsed().as_secs());
    line["placements"] = json!(findings.placements);
    line["orders"] = json!(findings.orders);
    line["acknowledged"] = json!(findings.acknowledged);
    line["recovered"] = json!(recovery.recovered);
    line["longest_recovery_ms"] = json!(u64::try_from(recovery.longest.as_millis()).unwrap_or(u64::MAX));
    let Findings { lost, double, stuck, strange, .. } = findings;
    let all = [("lost", lost), ("double", double), ("stuck", stuck), ("strange", strange)];
    for (what, found) in all {
        line[what] = json!(found.len());
        for each in found.iter().take(TOLD) {
            eprintln!("{what}: {each}");
        }
    }
    println!("{line}");
    if all.iter().all(|(_, found)| found.is_empty()) {
        return Ok(());
    }
    Err("something did not hold: it is told above, and the seed repeats the choices".to_owned())
}
