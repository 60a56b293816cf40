//! The store cannot be reached for a read or a claim.

use super::{Blow, Fault, Site};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "store_unreachable",
    sites: &[Site::Read, Site::Claim],
    odds: 120,
    blow: |_| Blow::StoreDown,
    never: &[],
};
