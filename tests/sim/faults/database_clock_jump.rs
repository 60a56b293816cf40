//! The database's clock jumps by an hour, so that leases run out, or last.

use super::{Blow, Fault, Site};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "database_clock_jump",
    sites: &[Site::Commit, Site::Claim],
    odds: 60,
    blow: |dice| Blow::DatabaseJumps(if dice.below(2) == 0 { 3_600 } else { -3_600 }),
    never: &[],
};
