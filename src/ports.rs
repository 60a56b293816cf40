//! Traits through which the house reaches the world, and what an implementation must do.

pub mod document;
pub mod store;
