//! Settings: read, or refused with each key, reason and remedy; and no secret is ever shown.

use cashwrap::config::Settings;

/// What a secret of the corpus holds, and nothing else does.
const MARK: &str = "Qx7Zk";

/// The bytes are a TOML file.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let shown = match Settings::parse("cashwrap.toml", text, []) {
        Ok(settings) => format!("{settings:?}{:?}", settings.unfit_for_production()),
        Err(refused) => {
            assert!(!refused.problems.is_empty());
            for problem in &refused.problems {
                assert!(!problem.reason.is_empty() && !problem.remedy.is_empty(), "{problem:?}");
            }
            refused.to_string()
        }
    };
    // Where the mark stands as a secret it must not be shown. Elsewhere (a key, another value) it may.
    let as_secret = format!("secret_key = \"sk_test_{MARK}\"");
    if text.matches(MARK).count() == 1 && text.lines().any(|line| line == as_secret) {
        assert!(!shown.contains(MARK), "a secret is shown: {shown}");
    }
}
