//! Flow documents: read, or refused with each mistake's place, reason and remedy.

use cashwrap::config::flow::{KnownAccounts, Source, load_sources};

/// The bytes are a YAML file.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let source = || Source { name: "flow.yaml".to_owned(), text: text.to_owned() };
    let alone = load_sources(&[source()], None);
    match &alone {
        Ok(loaded) => assert!(loaded.flows.iter().all(|flow| flow.version > 0), "{text}"),
        Err(refused) => {
            assert!(!refused.0.is_empty());
            for problem in &refused.0 {
                assert_eq!(problem.place.file, "flow.yaml");
                assert!(!problem.reason.is_empty() && !problem.remedy.is_empty(), "{problem:?}");
                // A line of YAML also ends at a carriage return that stands alone.
                let lines = u32::try_from(text.replace("\r\n", "\n").split(['\n', '\r']).count()).unwrap();
                assert!(problem.place.line <= lines, "{problem:?} of {lines} lines");
            }
        }
    }
    // Nothing is known: whatever names an account dangles.
    let nobody = load_sources(&[source()], Some(&KnownAccounts::default()));
    assert!(alone.is_ok() || nobody.is_err(), "knowing less cannot make a document good");
}
