//! The process dies right before an effect.

use super::{Blow, Fault, Site};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "crash_before",
    sites: &[Site::Read, Site::Commit, Site::Claim, Site::Create, Site::Authorise, Site::Settle, Site::Look],
    odds: 150,
    blow: |_| Blow::DieBefore,
    never: &[],
};
