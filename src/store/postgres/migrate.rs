//! The migrations, embedded, run under a lock so that pods which start at once run them once.

use deadpool_postgres::{Object, Pool};
use refinery::Runner;
use tokio_postgres::error::SqlState;

use super::settings::PostgresError;
use super::shape;
use super::store::pool_cause;

/// How often what is left of the migrations is begun. Each is a transaction, and PostgreSQL ends one whose locks cross
/// those of a process that serves: that happens when both meet, and hardly twice.
const TRIES: u32 = 10;

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
    for _ in 1..TRIES {
        match runner.run_async(&mut *client).await {
            Ok(_) => return Ok(()),
            Err(error) if in_the_way(&error) => {}
            Err(error) => return Err(shape::not_migrated(servers, error)),
        }
    }
    runner.run_async(&mut *client).await.map_err(|error| shape::not_migrated(servers, error))?;
    Ok(())
}

/// Whether a migration was undone because a process that serves meanwhile was in its way.
fn in_the_way(error: &refinery::Error) -> bool {
    shape::server_error(error).is_some_and(|told| *told.code() == SqlState::T_R_DEADLOCK_DETECTED)
}

/// The latest migration, without which this version's statements do not run.
pub(super) fn needed() -> i64 {
    let runner: Runner = embedded::migrations::runner();
    runner.get_migrations().iter().map(|migration| i64::from(migration.version())).max().unwrap_or_default()
}
