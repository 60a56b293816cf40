//! The gateway executes, and the connection breaks in the middle of its answer.

use super::{Blow, Fault, Site, Stage};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "reset_after",
    sites: &[Site::Create, Site::Authorise, Site::Settle, Site::Look],
    odds: 300,
    blow: |_| Blow::ResetAfter,
    never: &[(Stage::None, "no gateway is called before there is a placement")],
};
