//! The HTTP doors.
//!
//! - [`admin`]: metrics, liveness and readiness, on a listener of their own that is never exposed to partners.

pub mod admin;
