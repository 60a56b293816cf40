//! The programme itself, as processes: the server, and the sandbox gateways with ledgers of their own.
//!
//! What is proved here is what an operator runs: `env!("CARGO_BIN_EXE_cashwrap")` with a settings file, over a
//! socket. A process is killed by its own id alone, and none outlives the test that started it.
//!
//! - [`Shop`]: a directory with two gateways and a database, and the servers over them.
//! - [`Server`], [`Sandbox`]: one process each. `lifeline` is how any of them starts and ends.
//! - [`Terms`]: what tests change of the settings, which `settings` writes.

mod lifeline;
mod ports;
mod sandbox;
mod server;
mod settings;
mod shop;

pub use sandbox::Sandbox;
pub use server::{Server, endpoint};
pub use settings::Terms;
pub use shop::{CATALOGUE_STOCK, Kept, Shop};
