//! Implementations of the partner ports, a folder per kind.

pub mod sandbox;
//!
//! - [`tax`], [`carrier`] and [`catalogue`] hold what is built in and needs nobody else.
//! - [`setting`] reads names, amounts and percentages out of settings.

pub mod carrier;
pub mod catalogue;
pub mod setting;
pub mod tax;
