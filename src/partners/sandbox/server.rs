//! The HTTP server: axum lives here. It turns requests into calls of the account and answers into bytes, and
//! decides nothing about money.

mod control;
mod gate;
mod wire_calls;

pub(super) use gate::{Gate, router};
