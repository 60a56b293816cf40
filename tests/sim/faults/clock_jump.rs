//! The wall clock of one process is an hour off for a while.

use super::{Blow, Fault, Site};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "clock_jump",
    sites: &[Site::Read, Site::Commit, Site::Claim, Site::Create, Site::Authorise, Site::Settle, Site::Look],
    odds: 40,
    blow: |dice| Blow::Jump(if dice.below(2) == 0 { 3_600 } else { -3_600 }),
    never: &[],
};
