//! The gateway refuses the connection.

use super::{Blow, Fault, Site, Stage};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "refused",
    sites: &[Site::Create, Site::Authorise, Site::Settle, Site::Look],
    odds: 400,
    blow: |_| Blow::Refused,
    never: &[(Stage::None, "no gateway is called before there is a placement")],
};
