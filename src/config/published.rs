//! Secrets that everybody can read: those of the example that is published with the code.
//!
//! They are for trying things out. A server that takes them serves, and is told which they are.

use super::problem::SettingProblem;
use super::settings::Settings;

const EXAMPLE: &str = include_str!("../../examples/cashwrap.toml");

impl Settings {
    /// The secrets by which callers, capabilities or stored data could be forged or read, where they are the published
    /// example's. A gateway's key is not among them: no gateway but a sandbox knows the example's.
    pub fn published_secrets(&self) -> Vec<SettingProblem> {
        // The example is read by a test; where it could not be, there would be nothing to compare with.
        let Ok(example) = Self::parse("examples/cashwrap.toml", EXAMPLE, []) else { return Vec::new() };
        let mut found = Vec::new();
        let mut tell = |key: String, remedy: &str| {
            found.push(SettingProblem::new(
                key,
                "is the published example's, which everybody can read",
                remedy,
            ));
        };
        if self.auth.capability_key.expose() == example.auth.capability_key.expose() {
            tell("auth.capability_key".to_owned(), "make your own: openssl rand -base64 48");
        }
        for (index, key) in self.auth.data_keys.iter().enumerate() {
            if example.auth.data_keys.iter().any(|known| known.secret.expose() == key.secret.expose()) {
                tell(
                    format!("auth.data_keys[{index}].secret"),
                    "put one of your own before it under another id (openssl rand -base64 48), and keep this one for \
                     as long as something is sealed with it",
                );
            }
        }
        for (index, key) in self.auth.keys.iter().enumerate() {
            if example.auth.keys.iter().any(|known| known.sha256 == key.sha256) {
                tell(
                    format!("auth.keys[{index}].sha256"),
                    "give the caller a key of its own, and write that one's SHA-256",
                );
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let settings = Settings::parse("test", text, []).unwrap();
        settings.published_secrets().into_iter().map(|problem| problem.key).collect()
    }

    #[test]
    fn each_secret_of_the_example_is_told_and_none_of_ones_own() {
        assert_eq!(told(EXAMPLE), ["auth.capability_key", "auth.data_keys[0].secret", "auth.keys[0].sha256"]);
        let own = EXAMPLE
            .replace("for trying out only: 32 bytes or more", "a secret of one's own, of enough bytes")
            .replace("for trying out only: another 32 bytes", "another of one's own, of enough bytes too");
        assert_eq!(told(&own), ["auth.keys[0].sha256"]);
        assert!(told(&own.replace("2cf24dba", "2cf24dbb")).is_empty());
    }
}
