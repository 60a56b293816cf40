//! Implementations of the partner ports, a folder per kind.

pub mod gateway;
pub mod sandbox;
pub mod system;
pub mod vault;
