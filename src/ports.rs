//! Traits through which the house reaches the world, and what an implementation must do.

pub mod carrier;
pub mod catalogue;
pub mod clock;
pub mod document;
pub mod gateway;
pub mod ids;
pub mod quotes;
pub mod record;
pub mod store;
pub mod tax;
pub mod vault;
pub mod webhook;

pub use clock::Clock;
pub use ids::Ids;
pub use record::{Mode, PartnerMode, Record};
pub use vault::Vault;
