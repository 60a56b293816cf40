//! The stores, held to one contract.
//!
//! `contract` tells the laws over a [`contract::Bench`]; each store brings a bench of its own and takes all laws
//! by the macro `contract::every_law!`. What only one store promises stands in that store's file.

mod contract;
mod memory;
mod postgres;
mod sqlite;
