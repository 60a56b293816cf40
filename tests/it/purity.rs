//! The domain decides and does nothing else: what its files import is read here.

use std::path::Path;

/// What must not be named in the domain: IO, clocks, randomness, runtimes, protocols, and the other rooms.
const FORBIDDEN: [&str; 19] = [
    "tokio",
    "tonic",
    "prost",
    "axum",
    "reqwest",
    "hyper",
    "tower",
    "rusqlite",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::time::Instant",
    "std::time::SystemTime",
    "Timestamp::now",
    "new_v4",
    "now_v7",
    "crate::ports",
    "crate::app",
];

/// The one thing outside of it that the domain may ask, and all that it may ask there: whether a bug is planted, which
/// is a constant in every build that is shipped (`src/mutants.rs`).
const PLANTED: &str = "use crate::mutants::{Mutant, planted};";

fn check(directory: &Path, found: &mut Vec<String>, files: &mut usize) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            check(&path, found, files);
        } else if path.ends_with("payment/walk.rs") {
            // A test's own file: it asks the environment how long it shall run.
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            *files += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            for (number, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for word in FORBIDDEN {
                    if code.contains(word) {
                        found.push(format!("{}:{}: {word}", path.display(), number + 1));
                    }
                }
                if code.contains("crate::mutants") && code.trim() != PLANTED {
                    found.push(format!(
                        "{}:{}: more of crate::mutants than it may ask",
                        path.display(),
                        number + 1
                    ));
                }
                for float in ["f32", "f64"] {
                    if code
                        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                        .any(|w| w == float)
                    {
                        found.push(format!("{}:{}: {float}", path.display(), number + 1));
                    }
                }
            }
        }
    }
}

#[test]
fn the_domain_imports_nothing_that_acts() {
    let domain = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain");
    let (mut found, mut files) = (Vec::new(), 0);
    check(&domain, &mut found, &mut files);
    assert!(files > 50, "the domain was not found");
    assert!(found.is_empty(), "{found:#?}");
}
