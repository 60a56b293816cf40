//! The seeds that once failed, kept for ever: `tests/sim/seeds/`, a file each, named by the seed, saying what it
//! found.

use std::path::Path;

use crate::seed;

/// Replays every kept seed; false when one fails again.
pub fn replay() -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sim/seeds");
    let mut seeds: Vec<u64> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".seed")?.parse().ok())
        .collect();
    seeds.sort_unstable();
    let mut sound = true;
    for seed in &seeds {
        if let Some(violation) = seed::run(*seed, false).violation {
            eprintln!("kept seed {seed} violates {}: {}", violation.invariant, violation.what);
            sound = false;
        }
    }
    println!("{} kept seeds replayed", seeds.len());
    sound
}
