//! What the integration tests stand on and the product never sees.
//!
//! - [`postgres`]: a private PostgreSQL cluster per test binary, and a fresh database per test.
//! - [`binary`]: the server, the sandbox gateways and any other command as processes.
//! - [`shopper`]: a client that walks from a cart to an order. [`witness`]: what ledgers and rows say of it.
//! - [`grpcurl`] and [`localstripe`]: programs of others, which scripts/test installs.
//! - [`vendors`]: vendors' look-alikes with ledgers.
//! - [`stand_ins`]: doubles of clock, ids, vault and replies, which the simulation shares.
//! - [`vendors`]: look-alikes of vendors, with ledgers. [`prism`]: requests held against a vendor's OpenAPI.
//! - [`lines`]: what was logged. [`wire`]: a network between two of them, which a test makes worse.
//! - [`door`]: what becomes of one request to a vendor, and of its answer.
//! - [`vendors`]: stand-ins of vendors, with books of their own.
//! - [`dice`]: random choices that a seed repeats. [`patience`]: waiting for a bounded time.

pub mod binary;
pub mod dice;
pub mod door;
pub mod grpcurl;
pub mod lines;
pub mod localstripe;
pub mod patience;
pub mod postgres;
pub mod prism;
pub mod shopper;
pub mod stand_ins;
pub mod vendors;
pub mod wire;
pub mod witness;
