//! Traits through which the house reaches the world, and what an implementation must do.

pub mod carrier;
pub mod catalogue;
pub mod document;
pub mod record;
pub mod store;
pub mod tax;

pub use record::{Mode, PartnerMode, Record};
