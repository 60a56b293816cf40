//! Whether the database has the shape that this version needs, and what keeps a user from finding out.
//!
//! A database of a later version is fit: its migrations leave what the version before needs. Nothing is changed here.

use std::error::Error as _;

use deadpool_postgres::Pool;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

use super::migrate;
use super::settings::PostgresError;
use super::store::pool_cause;

/// What a migration leaves behind: one row for each that was applied.
const APPLIED: &str = "SELECT max(version)::bigint FROM refinery_schema_history";

/// What the user who serves must be allowed.
pub(super) const TO_SERVE: &str = "give its user usage on the schema, select, insert, update and delete on the tables \
                                   and execute on the functions, or serve as the user that migrated";

/// What the user who migrates must be allowed.
pub(super) const TO_MIGRATE: &str = "give its user create and usage on the schema (`grant create, usage on schema \
                                     public to USER`; a grant on the database is not enough), or let it own the database";

/// Why a statement of ours is refused for as long as nobody does anything about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// A table, column, function or schema is not there.
    Absent,
    /// The user may not.
    Forbidden,
}

impl Standing {
    /// What `code` says of the database; `None` where the next try may well succeed.
    pub(super) fn of(code: &SqlState) -> Option<Self> {
        match *code {
            SqlState::UNDEFINED_TABLE
            | SqlState::UNDEFINED_COLUMN
            | SqlState::UNDEFINED_FUNCTION
            | SqlState::INVALID_SCHEMA_NAME => Some(Self::Absent),
            SqlState::INSUFFICIENT_PRIVILEGE => Some(Self::Forbidden),
            _ => None,
        }
    }

    /// What to do about it.
    pub(super) const fn remedy(self) -> &'static str {
        match self {
            Self::Absent => "run `cashwrap migrate` with the same settings",
            Self::Forbidden => TO_SERVE,
        }
    }
}

/// Fine where the database has this version's shape, or a later one's.
pub(super) async fn check(pool: &Pool, servers: &str) -> Result<(), PostgresError> {
    let unreachable = |cause| PostgresError::Unreachable { servers: servers.to_owned(), cause };
    let connection = pool.get().await.map_err(|error| unreachable(pool_cause(&error)))?;
    let needed = migrate::needed();
    let found: Option<i64> = match connection.query_one(APPLIED, &[]).await {
        Ok(row) => row.try_get(0).map_err(|error| unreachable(error.to_string()))?,
        Err(error) => match error.code().and_then(Standing::of) {
            Some(Standing::Absent) => None,
            Some(Standing::Forbidden) => return Err(forbidden(servers, message(&error), TO_SERVE)),
            None => return Err(unreachable(message(&error))),
        },
    };
    match found {
        Some(found) if found >= needed => Ok(()),
        Some(found) => Err(PostgresError::Older { servers: servers.to_owned(), found, needed }),
        None => Err(PostgresError::Empty { servers: servers.to_owned() }),
    }
}

/// A failed migration, which says what is missing where that is a privilege.
pub(super) fn not_migrated(servers: &str, error: refinery::Error) -> PostgresError {
    match server_error(&error) {
        Some(denied) if *denied.code() == SqlState::INSUFFICIENT_PRIVILEGE => {
            forbidden(servers, denied.message().to_owned(), TO_MIGRATE)
        }
        _ => PostgresError::Migration(error),
    }
}

/// What the server said about a migration, where it was the server that refused.
pub(super) fn server_error(error: &refinery::Error) -> Option<&DbError> {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(told) = cause.downcast_ref::<DbError>() {
            return Some(told);
        }
        source = cause.source();
    }
    None
}

fn forbidden(servers: &str, cause: String, remedy: &'static str) -> PostgresError {
    PostgresError::Forbidden { servers: servers.to_owned(), cause, remedy }
}

/// The server's own words: of these statements they hold no data.
fn message(error: &Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |told| told.message().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_until_somebody_acts_is_taken_for_standing() {
        let of = |code| Standing::of(&SqlState::from_code(code));
        for code in ["42P01", "42703", "42883", "3F000"] {
            assert_eq!(of(code), Some(Standing::Absent), "{code}");
        }
        assert_eq!(of("42501"), Some(Standing::Forbidden));
        for code in ["57014", "40001", "57P01", "53300"] {
            assert_eq!(of(code), None, "{code}");
        }
    }
}
