//! The migrations, embedded, run under a lock so that pods which start at once run them once.

use deadpool_postgres::{Object, Pool};
use refinery::Runner;

use super::settings::PostgresError;
use super::store::pool_cause;

mod embedded {
    refinery::embed_migrations!("migrations/postgres");
}

/// Any number will do, as long as it is always the same.
const LOCK: i64 = 0x0063_6173_6877_7261;

/// Brings the database to this version's shape.
pub(super) async fn migrate(pool: &Pool, servers: &str) -> Result<(), PostgresError> {
    let at = |cause: String| PostgresError::Unreachable { servers: servers.to_owned(), cause };
    let unreachable = |error: tokio_postgres::Error| at(error.to_string());
    let object = pool.get().await.map_err(|error| at(pool_cause(&error)))?;
    // The session is not given back: it ends here, and its lock and settings with it.
    let mut client = Object::take(object);
    // A migration may take long, and so may another pod's.
    client.batch_execute("SET statement_timeout = 0; SET lock_timeout = 0").await.map_err(unreachable)?;
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await.map_err(unreachable)?;
    let runner: Runner = embedded::migrations::runner();
    runner.run_async(&mut *client).await.map_err(PostgresError::Migration)?;
    Ok(())
}
