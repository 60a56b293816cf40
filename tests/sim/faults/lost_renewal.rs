//! A lease is not renewed while a call is out, and may run out under it.

use super::{Blow, Fault, Site, Stage};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "lost_renewal",
    sites: &[Site::Renew],
    odds: 5000,
    blow: |_| Blow::StoreDown,
    never: &[(Stage::None, "no gateway is called before there is a placement")],
};
