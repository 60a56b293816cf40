//! The connection dies before the commit: the answer is unknown, and nothing was written.

use super::{Blow, Fault, Site};

/// The fault.
pub const FAULT: Fault =
    Fault { name: "lost_commit", sites: &[Site::Commit], odds: 400, blow: |_| Blow::LostCommit, never: &[] };
