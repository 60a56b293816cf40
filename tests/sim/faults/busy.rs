//! The store is too busy to take a commit.

use super::{Blow, Fault, Site};

/// The fault.
pub const FAULT: Fault =
    Fault { name: "busy", sites: &[Site::Commit], odds: 300, blow: |_| Blow::Busy, never: &[] };
