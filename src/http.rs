//! The HTTP doors.
//!
//! - [`admin`]: metrics, liveness and readiness, on a listener of their own that is never exposed to partners.
//! - [`webhooks`]: what partners tell us without being asked, on a listener that they can reach.
//! - [`listener`]: how connections of strangers are taken and bounded.

pub mod admin;
pub mod listener;
pub mod webhooks;
