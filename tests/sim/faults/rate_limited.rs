//! The gateway answers 429 before it executes anything.

use super::{Blow, Fault, Site, Stage};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "rate_limited",
    sites: &[Site::Create, Site::Authorise, Site::Settle, Site::Look],
    odds: 200,
    blow: |_| Blow::RateLimited,
    never: &[(Stage::None, "no gateway is called before there is a placement")],
};
