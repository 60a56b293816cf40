//! The request that lands later: after a timeout, and perhaps after a lookup has said "not found".

use std::time::Duration;

use super::{Blow, Fault, Site, Stage};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "late_landing",
    sites: &[Site::Create, Site::Authorise, Site::Settle],
    odds: 400,
    blow: |dice| Blow::LandsLate(Duration::from_millis(100 + dice.below(70_000))),
    never: &[(Stage::None, "no gateway is called before there is a placement")],
};
