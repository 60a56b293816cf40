//! The connection dies after the commit: the answer is unknown, and all is durable.

use super::{Blow, Fault, Site};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "unknown_commit",
    sites: &[Site::Commit],
    odds: 400,
    blow: |_| Blow::UnknownCommit,
    never: &[],
};
