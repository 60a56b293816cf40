//! A private PostgreSQL cluster in a temporary directory, one per test binary.
//!
//! Tests never touch a server that someone uses: the cluster has its own directory, user, socket and
//! loopback port. `fsync` is on unless a test says otherwise, because what is proved here is also
//! durability. Where PostgreSQL is missing the tests fail and say what to install; they never pass by
//! skipping.

mod binaries;
mod certificate;
mod cluster;

pub use cluster::{Options, PrivatePostgres};
