//! The vault over the keys of the settings.
//!
//! The settings give secrets as text and call data keys by ids such as `2026-01`. The vault wants 32 bytes and
//! numbers, of which the highest seals: the digits of an id are its number, which stays the same whatever keys
//! come and go, and the order of the settings (the newest first) must agree with it.

use ring::digest::{Context, SHA256};

use crate::config::{AuthSettings, Secret, SettingProblem};
use crate::partners::vault::{DataKey, KeyVault};

/// The vault, or what is wrong with its keys.
pub fn vault(settings: &AuthSettings) -> Result<KeyVault, Vec<SettingProblem>> {
    let mut keys: Vec<DataKey> = Vec::new();
    let mut problems = Vec::new();
    for (index, key) in settings.data_keys.iter().enumerate() {
        let mut wrong = |reason: &str, remedy: &str| {
            problems.push(SettingProblem::new(format!("auth.data_keys[{index}].id"), reason, remedy));
        };
        match number(&key.id) {
            None => wrong("has no number in it, or too large a one", "use the month, such as 2026-01"),
            Some(number) if keys.last().is_some_and(|newer| newer.number <= number) => {
                wrong("is not older than the one before it", "put the newest first, with the highest number");
            }
            Some(number) => keys.push(DataKey { number, key: derived("data key", &key.secret) }),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    KeyVault::new(&keys, &derived("signing key", &settings.capability_key))
        .map_err(|error| vec![SettingProblem::new("auth.data_keys", error.to_string(), "correct them")])
}

/// The digits of an id, as a number.
fn number(id: &str) -> Option<u32> {
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A key of 32 bytes from a secret of any length, apart for each use.
fn derived(purpose: &str, secret: &Secret) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(b"cashwrap ");
    context.update(purpose.as_bytes());
    context.update(&[0]);
    context.update(secret.expose().as_bytes());
    let mut key = [0; 32];
    for (to, from) in key.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::ports::Vault as _;

    fn settings(keys: &[(&str, &str)]) -> AuthSettings {
        let data_key = |(id, secret): &(&str, &str)| config::DataKey {
            id: (*id).to_owned(),
            secret: Secret::new(*secret),
        };
        AuthSettings {
            keys: Vec::new(),
            capability_key: Secret::new("capability"),
            data_keys: keys.iter().map(data_key).collect(),
        }
    }

    #[test]
    fn what_an_older_key_sealed_opens_after_newer_ones_came_and_oldest_went() {
        let old = vault(&settings(&[("2026-01", "b"), ("2025-12", "a")])).unwrap();
        let sealed = old.seal("context", b"plain");
        let new = vault(&settings(&[("2026-02", "c"), ("2026-01", "b")])).unwrap();
        assert_eq!(new.open("context", &sealed).unwrap(), b"plain");
        assert!(vault(&settings(&[("2026-02", "c")])).unwrap().open("context", &sealed).is_err());
    }

    #[test]
    fn keys_out_of_order_or_without_a_number_are_refused_by_name() {
        let refused = |keys: &[(&str, &str)]| vault(&settings(keys)).err().unwrap()[0].to_string();
        assert_eq!(
            refused(&[("2025-12", "a"), ("2026-01", "b")]),
            "auth.data_keys[1].id: is not older than the one before it; put the newest first, with the highest \
             number"
        );
        assert!(refused(&[("first", "a")]).starts_with("auth.data_keys[0].id: has no number"));
    }
}
