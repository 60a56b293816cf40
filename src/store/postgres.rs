//! The store on PostgreSQL, for production.
//!
//! A commit is one statement and one round trip: `SELECT cashwrap_commit_v1($1)` (see `migrations/postgres`),
//! outside any transaction block, so that its end is the commit. A read is one statement too. Statements are
//! prepared once per connection. What the server's error codes mean for a unit is said in [`outcome`] alone.

mod connect;
mod contact;
mod envelope;
mod hosts;
mod migrate;
mod outcome;
mod queries;
mod rows;
mod settings;
mod shape;
mod store;

pub use settings::{PostgresError, PostgresSettings};
pub use store::PostgresStore;
