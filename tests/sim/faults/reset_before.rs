//! The connection breaks before the gateway has read the request.

use super::{Blow, Fault, Site, Stage};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "reset_before",
    sites: &[Site::Create, Site::Authorise, Site::Settle, Site::Look],
    odds: 200,
    blow: |_| Blow::ResetBefore,
    never: &[(Stage::None, "no gateway is called before there is a placement")],
};
