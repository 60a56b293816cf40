//! The breaker of the account opens for a while.

use std::time::Duration;

use super::{Blow, Fault, Site, Stage};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "breaker_opens",
    sites: &[Site::Create, Site::Authorise, Site::Settle, Site::Look],
    odds: 150,
    blow: |dice| Blow::BreakerOpens(Duration::from_secs(1 + dice.below(20))),
    never: &[(Stage::None, "no gateway is called before there is a placement")],
};
