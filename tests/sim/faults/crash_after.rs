//! The process dies right after an effect, before it learns of it.

use super::{Blow, Fault, Site};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "crash_after",
    sites: &[Site::Read, Site::Commit, Site::Claim, Site::Create, Site::Authorise, Site::Settle, Site::Look],
    odds: 150,
    blow: |_| Blow::DieAfter,
    never: &[],
};
