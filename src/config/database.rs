//! `[store]`: the database.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use super::leaf;
use super::problem::{Problems, SettingProblem};
use super::raw::RawTable;
use super::secret::Secret;

/// The database.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// Where it is.
    pub url: DatabaseUrl,
    /// Connections at most (PostgreSQL).
    pub pool_size: u32,
    /// The certificates that the database's own must descend from, PEM (PostgreSQL).
    pub ca_file: Option<PathBuf>,
}

/// Where the database is. Its `Debug` hides what may hold a password.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A file of this process alone.
    Sqlite(PathBuf),
    /// A server; the URL holds the password.
    Postgres(Secret),
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(out, "sqlite:{}", path.display()),
            Self::Postgres(secret) => write!(out, "postgres:{secret:?}"),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    url: Secret,
    #[serde(default = "default_pool_size", deserialize_with = "leaf::count::<_, 1, 1_000>")]
    pool_size: u32,
    ca_file: Option<PathBuf>,
}

/// Two per core of a small server: a commit is short, and more connections only queue in the database.
fn default_pool_size() -> u32 {
    16
}

impl DatabaseSettings {
    pub(super) fn read(raw: &RawTable, problems: &mut Problems) -> Option<Self> {
        let given: Given = problems.take_all(raw.read(&["url"]))?;
        problems.take(Self::judge(given, raw))
    }

    fn judge(given: Given, raw: &RawTable) -> Result<Self, SettingProblem> {
        let url = given.url.expose();
        let remedy = "write sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE";
        let url = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            DatabaseUrl::Postgres(given.url)
        } else if url == "memory:" || url.starts_with("sqlite::memory") {
            return Err(raw.problem("url", "a store in memory forgets paid orders", remedy));
        } else {
            match url.strip_prefix("sqlite:") {
                Some(path) if !path.is_empty() => DatabaseUrl::Sqlite(PathBuf::from(path)),
                _ => return Err(raw.problem("url", "is not the address of a store", remedy)),
            }
        };
        if given.ca_file.is_some() && matches!(url, DatabaseUrl::Sqlite(_)) {
            return Err(raw.problem("ca_file", "SQLite has no connection to protect", "remove it"));
        }
        Ok(Self { url, pool_size: given.pool_size, ca_file: given.ca_file })
    }
}
