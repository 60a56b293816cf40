//! The store behind the port: by the URL of the settings.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::SecretString;

use super::error::StartError;
use crate::config::{DatabaseSettings, DatabaseUrl, Secret};
use crate::partners::system::SystemClock;
use crate::ports::document::Document;
use crate::ports::store::Store;
use crate::ports::{Clock as _, Record};
use crate::store::document::Records;
use crate::store::{PostgresSettings, PostgresStore, SqliteStore};
use crate::telemetry::store::Observed;

/// A database that was opened.
#[derive(Clone)]
pub enum Database {
    /// A file of this process alone; opening it migrates it.
    Sqlite(Arc<SqliteStore>),
    /// A server; it is reached when it is first asked.
    Postgres(Arc<PostgresStore>),
}

impl Database {
    /// Opens what the settings name.
    pub fn open(settings: &DatabaseSettings) -> Result<Self, StartError> {
        match &settings.url {
            DatabaseUrl::Sqlite(path) => sqlite(path),
            DatabaseUrl::Postgres(url) => postgres(settings, url),
        }
    }

    /// Brings the database to this version's shape.
    pub async fn migrate(&self) -> Result<(), StartError> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(store) => Ok(store.migrate().await?),
        }
    }

    /// Whether it has the shape that this version needs; changes nothing.
    pub async fn check(&self) -> Result<(), StartError> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(store) => Ok(store.check().await?),
        }
    }

    /// The records in it, observed.
    pub fn records(&self) -> Arc<dyn Store<Record>> {
        let documents: Arc<dyn Store<Document>> = match self {
            Self::Sqlite(store) => Arc::<SqliteStore>::clone(store),
            Self::Postgres(store) => Arc::<PostgresStore>::clone(store),
        };
        Arc::new(Observed::new(Arc::new(Records::new(documents))))
    }
}

fn sqlite(path: &Path) -> Result<Database, StartError> {
    let now: Arc<dyn Fn() -> Timestamp + Send + Sync> = Arc::new(|| SystemClock.now());
    Ok(Database::Sqlite(Arc::new(SqliteStore::open(path, now)?)))
}

fn postgres(settings: &DatabaseSettings, url: &Secret) -> Result<Database, StartError> {
    let settings = PostgresSettings {
        ca_file: settings.ca_file.clone(),
        pool_size: usize::try_from(settings.pool_size).unwrap_or(usize::MAX),
        ..PostgresSettings::new(SecretString::from(url.expose().to_owned()))
    };
    Ok(Database::Postgres(Arc::new(PostgresStore::open(&settings)?)))
}
