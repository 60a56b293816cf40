//! The store on SQLite, in one file beside one process: the embedded default.
//!
//! One thread writes ([`writer`]), gathering what has queued into one transaction with a savepoint per unit, so
//! that units share one wait for the disk. A few connections read. Verdicts are [`super::plan`]'s, reached
//! inside the transaction that writes, so nothing can come between.

mod apply;
mod open;
mod readers;
mod reads;
mod store;
mod tables;
mod values;
mod writer;

pub use open::SqliteError;
pub use store::SqliteStore;
