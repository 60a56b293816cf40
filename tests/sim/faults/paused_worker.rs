//! The whole process stands still for more than a lease, right before an effect, and wakes up late.

use std::time::Duration;

use super::{Blow, Fault, Site};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "paused_worker",
    sites: &[Site::Read, Site::Commit, Site::Claim, Site::Create, Site::Authorise, Site::Settle, Site::Look],
    odds: 60,
    blow: |dice| Blow::Stop(Duration::from_secs(16 + dice.below(20))),
    never: &[],
};
