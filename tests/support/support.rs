//! What the integration tests stand on and the product never sees.
//!
//! - [`postgres`]: a private PostgreSQL cluster per test binary, and a fresh database per test.

pub mod postgres;
