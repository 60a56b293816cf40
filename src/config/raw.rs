//! A table of the settings under its full path, to be read by the struct of whoever owns it.
//!
//! The owner's struct has `#[serde(deny_unknown_fields)]` and knows nothing of paths; the table puts the full
//! key, the reason and what is allowed around serde's words.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::problem::SettingProblem;
use crate::domain::ids::AccountId;

/// Which environment variable set which key.
pub(super) type Origins = BTreeMap<String, String>;

/// A table of the settings that is not yet read. Its `Debug` shows keys only.
#[derive(Clone)]
pub struct RawTable {
    path: String,
    table: Table,
    origins: Arc<Origins>,
}

impl fmt::Debug for RawTable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = format_args!("[hidden]");
        out.debug_map().entries(self.table.keys().map(|key| (key, &hidden))).finish()
    }
}

impl RawTable {
    pub(super) fn new(path: impl Into<String>, table: Table, origins: Arc<Origins>) -> Self {
        Self { path: path.into(), table, origins }
    }

    /// The full path of the table, such as `partners.gateways.primary`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A mistake at `key` of this table that only its owner can find.
    pub fn problem(&self, key: &str, reason: impl Into<String>, remedy: impl Into<String>) -> SettingProblem {
        let key = self.full(key);
        let variable = self.variable(&key);
        SettingProblem { key, reason: reason.into(), remedy: remedy.into(), variable }
    }

    /// Reads the whole table, or gives every mistake in it that serde can reach.
    ///
    /// For each of `secrets`, the key may be given itself (`secret_key`) or as the path of a file that holds
    /// it (`secret_key_file`), whose last line end is dropped; `T` has only the key itself, as a
    /// [`super::Secret`].
    pub fn read<T: DeserializeOwned>(&self, secrets: &[&str]) -> Result<T, Vec<SettingProblem>> {
        let mut table = self.table.clone();
        let mut problems = Vec::new();
        let mut taken_out = Vec::new();
        for secret in secrets {
            if let Err(problem) = self.resolve(&mut table, secret) {
                taken_out.push(self.full(secret));
                problems.push(problem);
            }
        }
        // Serde stops at its first mistake. Each is taken out and the rest read again; every turn takes a key
        // out or is the last.
        loop {
            match Value::Table(table.clone()).try_into() {
                Ok(value) if problems.is_empty() => return Ok(value),
                Ok(_) => return Err(problems),
                Err(error) => {
                    let problem = self.explain(&error);
                    let removed = self.inner(&problem.key).is_some_and(|path| remove(&mut table, path));
                    let key = problem.key.clone();
                    if !taken_out.contains(&key) {
                        problems.push(problem);
                    }
                    if !removed {
                        return Err(problems);
                    }
                    taken_out.push(key);
                }
            }
        }
    }

    /// The path of `key` inside this table.
    fn inner<'k>(&self, key: &'k str) -> Option<&'k str> {
        if self.path.is_empty() { Some(key) } else { key.strip_prefix(self.path.as_str())?.strip_prefix('.') }
    }

    fn resolve(&self, table: &mut Table, secret: &str) -> Result<(), SettingProblem> {
        let key = format!("{secret}_file");
        let Some(file) = table.remove(&key) else { return Ok(()) };
        // A variable goes over the file, whichever of the two keys it sets.
        let varied = |key: &str| self.origins.contains_key(&self.full(key));
        if table.contains_key(secret) && varied(secret) != varied(&key) {
            if varied(secret) {
                return Ok(());
            }
            table.remove(secret);
        }
        if table.contains_key(secret) {
            return Err(self.problem(&key, format!("{secret} is given too"), "give one of the two"));
        }
        let Some(file) = file.as_str() else {
            return Err(self.problem(&key, "is not text", "write the path of a file that holds the secret"));
        };
        let text = std::fs::read_to_string(Path::new(file)).map_err(|error| {
            self.problem(
                &key,
                format!("{file} cannot be read: {error}"),
                "correct the path or its permissions",
            )
        })?;
        let text = text.trim_end_matches(['\n', '\r']);
        if text.is_empty() {
            return Err(self.problem(&key, format!("{file} is empty"), "put the secret into it"));
        }
        table.insert(secret.to_owned(), Value::String(text.to_owned()));
        Ok(())
    }

    /// Takes the table under `key` out of this one.
    pub fn take_table(&mut self, key: &str) -> Result<Option<Self>, SettingProblem> {
        match self.table.remove(key) {
            None => Ok(None),
            Some(Value::Table(table)) => Ok(Some(self.below(&self.full(key), table))),
            Some(other) => {
                Err(self.problem(key, format!("is a {}", other.type_str()), "write it as a table"))
            }
        }
    }

    /// Takes the list of tables under `key` out of this one; empty where it is absent.
    pub fn take_list(&mut self, key: &str) -> Result<Vec<Self>, SettingProblem> {
        let remedy = || format!("write each as a table, under [[{}]]", self.full(key));
        let list = match self.table.get(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(list)) => list.clone(),
            Some(other) => return Err(self.problem(key, format!("is a {}", other.type_str()), remedy())),
        };
        let mut tables = Vec::new();
        for (index, value) in list.into_iter().enumerate() {
            let Value::Table(table) = value else {
                return Err(self.problem(key, format!("[{index}] is a {}", value.type_str()), remedy()));
            };
            tables.push(self.below(&format!("{}[{index}]", self.full(key)), table));
        }
        self.table.remove(key);
        Ok(tables)
    }

    /// Takes the tables under `key` out of this one, by the names of partner accounts.
    pub fn take_accounts(&mut self, key: &str) -> Result<Vec<(AccountId, Self)>, SettingProblem> {
        let Some(mut named) = self.take_table(key)? else { return Ok(Vec::new()) };
        let keys: Vec<String> = named.table.keys().cloned().collect();
        let mut accounts = Vec::new();
        for name in keys {
            let account: AccountId = name.parse().map_err(|_| {
                named.problem(&name, "is not the name of an account", "use a-z, 0-9, - and _")
            })?;
            accounts.extend(named.take_table(&name)?.map(|table| (account, table)));
        }
        Ok(accounts)
    }

    /// Takes the keys out that are `common`, as a table of the same path: what stays is the implementation's.
    pub(super) fn split(&mut self, common: &[&str]) -> Self {
        let mut taken = Table::new();
        for key in common {
            if let Some(value) = self.table.remove(*key) {
                taken.insert((*key).to_owned(), value);
            }
        }
        self.below(&self.path, taken)
    }

    /// The text under `key`, if there is one.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.table.get(key).and_then(Value::as_str)
    }

    /// The keys that the table holds.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.table.keys().map(String::as_str)
    }

    fn below(&self, path: &str, table: Table) -> Self {
        Self::new(path, table, Arc::clone(&self.origins))
    }

    fn full(&self, key: &str) -> String {
        match (self.path.is_empty(), key.is_empty()) {
            (true, _) => key.to_owned(),
            (_, true) => self.path.clone(),
            _ => format!("{}.{key}", self.path),
        }
    }

    /// The variable that set `key`, or something above or below it.
    fn variable(&self, key: &str) -> Option<String> {
        let related =
            |set: &str| set == key || key.strip_prefix(set).is_some_and(|rest| rest.starts_with(['.', '[']));
        self.origins.iter().find(|(set, _)| related(set)).map(|(_, variable)| variable.clone())
    }

    /// Puts serde's words into ours.
    fn explain(&self, error: &toml::de::Error) -> SettingProblem {
        let message = error.message();
        let inner = inner_path(error);
        let named = |prefix: &str| {
            let rest = message.strip_prefix(prefix)?;
            let (name, rest) = rest.strip_prefix('`')?.split_once('`')?;
            Some((name, rest.trim_start_matches(", expected ").trim_start_matches("one of ")))
        };
        let below = |key: &str| if inner.is_empty() { key.to_owned() } else { format!("{inner}.{key}") };
        let words = |allowed: &str| allowed.replace('`', "").replace(" or ", ", ");
        if let Some((key, allowed)) = named("unknown field ") {
            let remedy = match allowed {
                "there are no fields" => "remove it".to_owned(),
                allowed => format!("remove it, or use one of {}", words(allowed)),
            };
            return self.problem(&below(key), "unknown key", remedy);
        }
        if let Some((key, _)) = named("missing field ") {
            return self.problem(&below(key), "missing", "add it");
        }
        if let Some((word, allowed)) = named("unknown variant ") {
            let reason = format!("`{word}` is not known");
            return self.problem(&inner, reason, format!("use one of {}", words(allowed)));
        }
        let typed =
            message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
        if let Some((found, expected)) = typed.and_then(|rest| rest.rsplit_once(", expected ")) {
            let expected = match expected {
                "a boolean" => "true or false",
                "a string" => "text",
                "a sequence" => "a list",
                other => other,
            };
            return self.problem(&inner, format!("is {found}"), format!("give {expected}"));
        }
        let (reason, remedy) = message.split_once("; ").unwrap_or((message, "correct it"));
        self.problem(&inner, reason, remedy)
    }
}

/// Takes the value at `path` out; false where there is none.
fn remove(table: &mut Table, path: &str) -> bool {
    match path.split_once('.') {
        None => table.remove(path).is_some(),
        Some((first, rest)) => match table.get_mut(first) {
            Some(Value::Table(below)) => remove(below, rest),
            _ => false,
        },
    }
}

/// The path inside the table that serde's error speaks of. The error keeps its keys to itself and prints them
/// in its last line.
fn inner_path(error: &toml::de::Error) -> String {
    let text = error.to_string();
    text.trim_end()
        .rsplit_once("\nin `")
        .and_then(|(_, path)| path.strip_suffix('`'))
        .unwrap_or_default()
        .to_owned()
}
