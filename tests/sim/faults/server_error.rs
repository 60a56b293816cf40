//! The gateway executes and answers with a 5xx, which some vendors store under the key.

use super::{Blow, Fault, Site, Stage};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "server_error",
    sites: &[Site::Create, Site::Authorise, Site::Settle],
    odds: 300,
    blow: |_| Blow::Breaks,
    never: &[(Stage::None, "no gateway is called before there is a placement")],
};
