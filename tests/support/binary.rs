//! The programme itself, as processes: the server, and the sandbox gateways with ledgers of their own.
//!
//! What is proved here is what an operator runs, [`programme`], with a settings file, over a socket. A process is
//! killed by its own id alone, and none outlives the test that started it.
//!
//! - [`Shop`]: a directory with two gateways and a database, and the servers over them.
//! - [`Server`], [`Sandbox`]: one process each. [`Spawned`]: any other command. `lifeline` is how all of them start
//!   and end.
//! - [`Terms`]: what tests change of the settings, which `settings` writes.

mod lifeline;
mod ports;
mod sandbox;
mod server;
mod settings;
mod shop;
mod spawned;

pub use lifeline::programme;
pub use ports::free_port;
pub use sandbox::Sandbox;
pub use server::{Server, endpoint};
pub use settings::Terms;
pub use shop::{CATALOGUE_STOCK, COUPON_LIMIT, Kept, Shop};
pub use spawned::Spawned;
