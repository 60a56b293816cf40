//! The gateway answers after more than a lease.

use std::time::Duration;

use super::{Blow, Fault, Site, Stage};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "slow_answer",
    sites: &[Site::Create, Site::Authorise, Site::Settle, Site::Look],
    odds: 200,
    blow: |dice| Blow::Slow(Duration::from_secs(8 + dice.below(14))),
    never: &[(Stage::None, "no gateway is called before there is a placement")],
};
