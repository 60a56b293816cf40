//! The gateway executes, and no answer comes.

use super::{Blow, Fault, Site, Stage};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "timeout_after",
    sites: &[Site::Create, Site::Authorise, Site::Settle, Site::Look],
    odds: 500,
    blow: |_| Blow::TimeoutAfter,
    never: &[(Stage::None, "no gateway is called before there is a placement")],
};
