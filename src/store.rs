//! The store port's implementations: PostgreSQL for production, SQLite as the embedded default, memory for
//! simulation. One contract suite (`tests/it/store`) holds them to the same verdicts.
//!
//! - [`plan`] is the verdict as a pure function over a small view of what is stored. Memory and SQLite run it;
//!   PostgreSQL tells the same once more in `cashwrap_commit_v1` (`migrations/postgres`), because there the
//!   verdict has to be reached under the database's own locks, in one round trip.
//! - [`records`] are the plain shapes that verdicts speak of: heads of rows, counters, timers, kept replies.
//! - [`columns`] says which values of the real columns are unique.
//! - [`memory`], [`postgres`] and [`sqlite`] are the three.
//! - [`document`] turns records of the domain into the documents that the three keep, and back.
//!
//! No decision about carts, money or orders may enter this room: it knows rows, versions and names.

mod columns;
pub mod document;
pub mod memory;
mod plan;
pub mod postgres;
pub mod records;
pub mod sqlite;

pub use memory::{Fault, MemoryFaults, MemoryStore};
pub use postgres::{PostgresError, PostgresSettings, PostgresStore};
pub use sqlite::{SqliteError, SqliteStore};
