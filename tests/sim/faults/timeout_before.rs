//! The request is lost on its way, and no answer comes.

use super::{Blow, Fault, Site, Stage};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "timeout_before",
    sites: &[Site::Create, Site::Authorise, Site::Settle, Site::Look],
    odds: 400,
    blow: |_| Blow::TimeoutBefore,
    never: &[(Stage::None, "no gateway is called before there is a placement")],
};
