//! The port over the pool.

use std::fmt;
use std::time::Duration;

use deadpool_postgres::{Object, Pool};
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::timeout;
use tokio_postgres::Row as SqlRow;
use tokio_postgres::types::ToSql;

use super::contact::Contact;
use super::envelope::{envelope, micros};
use super::outcome::{Meaning, code_of, meaning_of, verdict_of};
use super::settings::{PostgresError, PostgresSettings};
use super::{connect, migrate, queries, rows, shape};
use crate::domain::ids::{StoreId, WorkerId};
use crate::ports::document::Document;
use crate::ports::store::{
    Claim, Key, Listing, Query, Row, Snapshot, Store, StoreError, StoredEvent, UnitOfWork, Verdict,
};

/// How often a unit is submitted before it is Busy: with the lock timeout of 50 ms a caller waits for half a
/// second on a hot row, which is longer than any honest unit holds one.
const SUBMISSIONS: u32 = 10;

/// The server ends a statement by its own timeout; the client gives up this much later, on a dead network.
const GRACE: Duration = Duration::from_secs(1);

/// Sorts after every id, by bytes.
const PAST_EVERY_ID: &str = "\u{10FFFF}";

/// A store on PostgreSQL.
pub struct PostgresStore {
    pool: Pool,
    patience: Duration,
    contact: Contact,
}

impl PostgresStore {
    /// A store over a pool of connections, which are made when they are first needed.
    pub fn open(settings: &PostgresSettings) -> Result<Self, PostgresError> {
        let patience = settings.statement_timeout.saturating_add(GRACE);
        let contact = Contact::new(connect::servers(settings)?);
        Ok(Self { pool: connect::pool(settings)?, patience, contact })
    }

    /// Brings the database to this version's shape. Several processes may ask at once.
    pub async fn migrate(&self) -> Result<(), PostgresError> {
        migrate::migrate(&self.pool, self.contact.servers()).await
    }

    /// Whether the database answers and has the shape that this version needs; changes nothing.
    pub async fn check(&self) -> Result<(), PostgresError> {
        shape::check(&self.pool, self.contact.servers()).await
    }

    /// Closes the pool: later calls find the store unreachable.
    pub fn close(&self) {
        self.pool.close();
    }

    /// One submission: the function's answer, or what the failure means.
    async fn submit(&self, envelope: &Value) -> Result<Value, Meaning> {
        let connection = self.pool.get().await.map_err(|error| {
            self.contact.lost(&pool_cause(&error));
            Meaning::Later
        })?;
        self.contact.found();
        let mut sent = false;
        let asked = timeout(self.patience, async {
            // Prepared once per connection. Nothing of the unit is sent yet, so nothing can be in doubt.
            let statement = connection.prepare_cached(queries::COMMIT).await.map_err(|error| {
                if !self.contact.refused(&error) {
                    tracing::warn!(code = code_of(&error), "a commit could not be prepared");
                }
                Meaning::Elsewhere
            })?;
            sent = true;
            let parameters: [&(dyn ToSql + Sync); 1] = [envelope];
            let row = connection.query_one(&statement, &parameters).await.map_err(|error| {
                let meaning = meaning_of(&error);
                if meaning == Meaning::Again {
                    tracing::debug!(code = code_of(&error), "a commit was in another's way");
                } else if !self.contact.refused(&error) {
                    tracing::warn!(code = code_of(&error), ?meaning, "a commit failed");
                }
                meaning
            })?;
            row.try_get(0).map_err(|_| Meaning::Unknown)
        });
        let answered = asked.await.unwrap_or_else(|_elapsed| {
            tracing::warn!(sent, "a commit was not answered in time");
            Err(if sent { Meaning::Unknown } else { Meaning::Elsewhere })
        });
        if matches!(answered, Err(Meaning::Unknown | Meaning::Elsewhere)) {
            drop(Object::take(connection));
        }
        answered
    }

    async fn rows(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<SqlRow>, StoreError> {
        let connection = self.pool.get().await.map_err(|error| {
            self.contact.lost(&pool_cause(&error));
            StoreError::Unavailable(pool_code(&error))
        })?;
        self.contact.found();
        let answered = timeout(self.patience, async {
            let prepared = connection.prepare_cached(statement).await?;
            connection.query(&prepared, parameters).await
        });
        let (meaning, code, told) = match answered.await {
            Ok(Ok(rows)) => return Ok(rows),
            Ok(Err(error)) => (meaning_of(&error), code_of(&error), self.contact.refused(&error)),
            Err(_elapsed) => (Meaning::Unknown, "not answered in time".to_owned(), false),
        };
        if matches!(meaning, Meaning::Unknown | Meaning::Elsewhere) {
            drop(Object::take(connection));
        }
        if !told {
            tracing::warn!(code, "the database did not answer a read");
        }
        Err(StoreError::Unavailable(code))
    }
}

/// What kept a connection from being made, for people.
pub(super) fn pool_cause(error: &deadpool_postgres::PoolError) -> String {
    let deadpool_postgres::PoolError::Backend(error) = error else { return error.to_string() };
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

fn pool_code(error: &deadpool_postgres::PoolError) -> String {
    match error {
        deadpool_postgres::PoolError::Backend(error) => code_of(error),
        other => other.to_string(),
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("PostgresStore").field("pool", &self.pool.status()).finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl Store<Document> for PostgresStore {
    async fn read(&self, query: &Query) -> Result<Snapshot<Document>, StoreError> {
        let store = query.keys.first().map(|key| &key.store);
        let keys: Vec<&Key> = query.keys.iter().filter(|key| Some(&key.store) == store).collect();
        let kinds: Vec<&str> = keys.iter().map(|key| key.kind.as_str()).collect();
        let ids: Vec<&str> = keys.iter().map(|key| key.id.as_str()).collect();
        let reply = query.reply.as_ref();
        let counter_stores: Vec<&str> = query.counters.iter().map(|(store, _)| store.as_str()).collect();
        let counter_names: Vec<&str> = query.counters.iter().map(|(_, name)| name.as_str()).collect();
        let found = self
            .rows(
                queries::READ,
                &[
                    &store.map(StoreId::as_str),
                    &kinds,
                    &ids,
                    &reply.map(|key| key.store.as_str()),
                    &reply.map(|key| key.method),
                    &reply.map(|key| key.request_id),
                    &counter_stores,
                    &counter_names,
                ],
            )
            .await?;
        let Some(any) =
            store.or(reply.map(|key| &key.store)).or(query.counters.first().map(|(store, _)| store))
        else {
            return Ok(Snapshot::default());
        };
        rows::snapshot_of(any, reply.map_or(any, |key| &key.store), &found)
    }

    async fn commit(&self, unit: &UnitOfWork<Document>) -> Verdict {
        if !unit.is_of_one_store() {
            tracing::error!(unit = %unit.id, "a unit crosses stores: a bug");
            return Verdict::Busy;
        }
        let envelope = match envelope(unit) {
            Ok(envelope) => envelope,
            Err(error) => {
                tracing::error!(unit = %unit.id, line = error.line(), "a document is not JSON: a bug");
                return Verdict::Busy;
            }
        };
        for _ in 0..SUBMISSIONS {
            match self.submit(&envelope).await {
                // What the function answered is durable, whether it can be understood or not.
                Ok(answer) => return verdict_of(&unit.store, &answer).unwrap_or(Verdict::Unknown),
                Err(Meaning::Again) => {}
                Err(Meaning::Later | Meaning::Elsewhere) => return Verdict::Busy,
                Err(Meaning::Unknown) => return Verdict::Unknown,
            }
        }
        tracing::warn!(unit = %unit.id, "a unit gave way too often");
        Verdict::Busy
    }

    async fn claim_due(&self, worker: WorkerId, lease: Duration, max: u32) -> Result<Vec<Claim>, StoreError> {
        let taken = self.rows(queries::CLAIM_DUE, &[&worker.0, &micros(lease), &i64::from(max)]).await?;
        taken.iter().map(rows::claim_of).collect()
    }

    async fn claim(&self, key: &Key, worker: WorkerId, lease: Duration) -> Result<Option<Claim>, StoreError> {
        let (store, kind, lease) = (key.store.as_str(), key.kind.as_str(), micros(lease));
        let taken = self.rows(queries::CLAIM, &[&store, &kind, &key.id, &worker.0, &lease]).await?;
        let Some(row) = taken.first() else { return Ok(None) };
        Ok(Some(Claim { key: key.clone(), fence: rows::count(rows::get(row, 0)?) }))
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, StoreError> {
        let Claim { key, fence } = claim;
        let (store, kind, lease) = (key.store.as_str(), key.kind.as_str(), micros(lease));
        let fence = i64::try_from(*fence).unwrap_or(i64::MAX);
        Ok(!self.rows(queries::RENEW, &[&store, &kind, &key.id, &fence, &lease]).await?.is_empty())
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<(Key, Row<Document>)>, StoreError> {
        let (store, kind) = (listing.store.as_str(), listing.kind.as_str());
        let before = listing.before.as_deref().unwrap_or(PAST_EVERY_ID);
        let limit = i64::from(listing.limit);
        let found = match &listing.label {
            None => self.rows(queries::LIST, &[&store, &kind, &before, &limit]).await?,
            Some(label) => {
                self.rows(queries::LIST_LABELLED, &[&store, &kind, &before, &limit, label]).await?
            }
        };
        found.iter().map(|row| rows::keyed_row(&listing.store, row)).collect()
    }

    async fn events(&self, key: &Key, after: u64) -> Result<Vec<StoredEvent>, StoreError> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let (store, kind) = (key.store.as_str(), key.kind.as_str());
        let found = self.rows(queries::EVENTS, &[&store, &kind, &key.id, &after]).await?;
        found.iter().map(rows::event_of).collect()
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        let found = self.rows(queries::NOW, &[]).await?;
        let row = found.first().ok_or_else(|| StoreError::Corrupt("the database has no time".to_owned()))?;
        rows::time_of(rows::get(row, 0)?)
    }
}
